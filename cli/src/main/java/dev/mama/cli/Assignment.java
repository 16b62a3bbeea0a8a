package dev.mama.cli;

import dev.mama.AgentId;
import dev.mama.examples.Task;

/** One thing to be done by one agent. */
record Assignment(AgentId agent, Task task) {}
