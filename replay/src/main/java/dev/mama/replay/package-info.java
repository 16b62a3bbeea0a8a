/** Runs that are kept turn by turn, run again offline, and compared. */
@NullMarked
package dev.mama.replay;

import org.jspecify.annotations.NullMarked;
