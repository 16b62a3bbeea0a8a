/**
 * What tests of agents, ports and applications stand on: contracts of every port, and fakes that
 * say they are.
 */
@NullMarked
package dev.mama.testkit;

import org.jspecify.annotations.NullMarked;
