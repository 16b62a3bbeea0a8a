/** The words of MAMA: what an agent, an application and the ports speak about. */
@NullMarked
package dev.mama;

import org.jspecify.annotations.NullMarked;
