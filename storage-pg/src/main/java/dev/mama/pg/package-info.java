/** The event log over PostgreSQL: every row by COPY, nothing accepted is lost. */
@NullMarked
package dev.mama.pg;

import org.jspecify.annotations.NullMarked;
