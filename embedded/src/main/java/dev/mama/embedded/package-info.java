/**
 * Servers that run inside the JVM, for tests and demonstrations: the real ones, with nothing to
 * install.
 */
@NullMarked
package dev.mama.embedded;

import org.jspecify.annotations.NullMarked;
