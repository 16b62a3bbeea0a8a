/** What benches have found, put side by side: goals, peers, and the document of all figures. */
@NullMarked
package dev.mama.cli.compare;

import org.jspecify.annotations.NullMarked;
