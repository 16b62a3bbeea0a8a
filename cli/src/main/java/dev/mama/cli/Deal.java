package dev.mama.cli;

import dev.mama.AgentId;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.examples.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An experiment's agents dealt out to its groups, one after another; the same for the same file.
 *
 * @param agents of each group, by type
 * @param work of each group, in the order in which it is handed out
 */
record Deal(List<Map<String, List<AgentId>>> agents, List<List<Assignment>> work) {

  static Deal of(ExperimentFile file) {
    var deal = new Deal(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < file.groups(); i++) {
      deal.agents.add(new HashMap<>());
      deal.work.add(new ArrayList<>());
    }
    int dealt = 0;
    for (Agents agents : file.agents()) {
      int first = dealt;
      List<AgentId> ids = agents.ids();
      for (AgentId id : ids) {
        deal.agents
            .get(dealt++ % file.groups())
            .computeIfAbsent(agents.type(), type -> new ArrayList<>())
            .add(id);
      }
      long number = 0;
      for (int round = 0; round < agents.tasks(); round++) {
        for (int i = 0; i < ids.size(); i++) {
          deal.work
              .get((first + i) % file.groups())
              .add(new Assignment(ids.get(i), new Task(++number)));
        }
      }
    }
    return deal;
  }
}
