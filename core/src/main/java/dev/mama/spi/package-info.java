/** The ports of MAMA: what modules and applications implement. */
@NullMarked
package dev.mama.spi;

import org.jspecify.annotations.NullMarked;
