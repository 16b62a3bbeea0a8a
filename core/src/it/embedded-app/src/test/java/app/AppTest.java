package app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AppTest {

  @Test
  void run_readmeSample_answers() throws InterruptedException {
    assertEquals("You said: hello", App.run());
  }
}
