package dev.mama.cli;

import dev.mama.bench.Figure;
import java.util.List;

/** What an experiment's agents are there for: tasks or steps, and the counting of them. */
interface Course {

  /**
   * What came of it.
   *
   * @param problems what was not done and why, the first 100
   */
  record Result(List<Figure> figures, List<String> problems) {

    /** Of tasks, of which so many were answered. */
    static Result ofTasks(int tasks, int answered, List<String> problems) {
      return new Result(
          List.of(
              Figure.of("run.tasks", tasks, "count", 1),
              Figure.of("run.tasks.answered", answered, "count", tasks).exactly(tasks)),
          problems);
    }
  }

  /**
   * Goes on until all is done, or somebody wants to stop.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  Result run() throws InterruptedException;
}
