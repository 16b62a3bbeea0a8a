/** Who is there, and who has earned trust. */
@NullMarked
package dev.mama.registry;

import org.jspecify.annotations.NullMarked;
