/**
 * The runtime of MAMA: {@link dev.mama.runtime.AgentGroup}, {@link dev.mama.runtime.Assistance},
 * and what is real without a server: transport and event log in memory, the weighted-score policy.
 */
@NullMarked
package dev.mama.runtime;

import org.jspecify.annotations.NullMarked;
