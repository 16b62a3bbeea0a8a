package dev.mama.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on the error stream. */
final class Bar implements AutoCloseable {

  private final ProgressBar bar;

  Bar(String task) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .setMaxRenderedLength(100)
            .setInitialMax(100)
            .build();
  }

  void at(long done, long of, String step) {
    bar.maxHint(of);
    bar.stepTo(done);
    bar.setExtraMessage(" " + step);
  }

  /** Draws it for the last time, so that what is printed next stands below it. */
  void finish() {
    bar.close();
  }

  @Override
  public void close() {
    finish();
  }
}
