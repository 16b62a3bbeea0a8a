package dev.mama.cli;

import dev.mama.MamaException;
import dev.mama.examples.InputException;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code ./mama}. */
@Command(
    name = "mama",
    mixinStandardHelpOptions = true,
    version = "MAMA 0.1.0-SNAPSHOT",
    description = "Multi-Agent Mutual Assistance: agents that find, ask and rate each other.",
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      CheckCommand.class,
      DiffCommand.class,
      RerunCommand.class,
      BenchCommand.class,
      SoakCommand.class,
      StressCommand.class,
      TrainCommand.class,
      ReplayCommand.class,
      ExportCommand.class
    })
public final class Mama implements Runnable {

  /** What the user gave cannot be used. */
  static final int BAD_INPUT = 2;

  @Spec private CommandSpec spec;

  /**
   * Runs a command; exits with 0 if all went well, 1 if it fell short, 2 if the input cannot be
   * used.
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    return new CommandLine(new Mama())
        .setParameterExceptionHandler(Mama::badOption)
        .setExecutionExceptionHandler(Mama::failed)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }

  private static int badOption(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    complain("%s; see ./%s --help".formatted(told(e), command.getCommandSpec().qualifiedName(" ")));
    return BAD_INPUT;
  }

  /** What is wrong; where a word is none of the commands, what these are. */
  private static String told(ParameterException e) {
    Set<String> commands = e.getCommandLine().getSubcommands().keySet();
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !commands.isEmpty()) {
      return "command '%s' is unknown; known are %s"
          .formatted(unmatched.getUnmatched().getFirst(), String.join(", ", commands));
    }
    return firstLine(e);
  }

  /** What comes from outside is told in one line; a fault of ours keeps its stack trace. */
  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult result)
      throws Exception {
    if (e instanceof InputException || e instanceof MamaException) {
      complain(firstLine(e));
      return BAD_INPUT;
    }
    throw e;
  }

  private static void complain(String line) {
    System.err.println("mama: " + line);
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
  }
}
