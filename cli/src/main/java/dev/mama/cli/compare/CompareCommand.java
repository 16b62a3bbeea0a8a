package dev.mama.cli.compare;

import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts side by side what benches have found; measures nothing. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description =
        "Puts the reports of all benches side by side: goals met or not, and the peers; or makes the"
            + " document of all figures from the reports that are kept beside it.")
public final class CompareCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--reports",
      paramLabel = "DIR",
      description = "the folder below which benches have written (results, or results/smoke)")
  private @Nullable Path reports;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where compare.md goes (results/compare, or results/smoke/compare)")
  private @Nullable Path out;

  @Option(
      names = "--smoke",
      description = "the reports of smoke runs, which count for nothing otherwise")
  private boolean smoke;

  @Option(
      names = "--docs",
      paramLabel = "DIR",
      description = "make DIR/performance.md from DIR/performance instead")
  private @Nullable Path docs;

  @Option(
      names = "--keep",
      paramLabel = "[NAME=]FOLDER",
      description =
          "with --docs: take over this folder's report.json and charts first, by the folder's name or"
              + " another; may be repeated")
  private List<String> keep = List.of();

  /** Made by picocli. */
  public CompareCommand() {}

  @Override
  public Integer call() {
    if (docs != null) {
      if (smoke) {
        throw new ParameterException(
            spec.commandLine(), "--smoke is not for --docs; smoke runs measure nothing");
      }
      makeDocument(new Document(docs));
      return 0;
    }
    if (!keep.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--keep is for --docs");
    }
    Path results = smoke ? Path.of("results", "smoke") : Path.of("results");
    Path from = reports != null ? reports : results;
    Path page = (out != null ? out : results.resolve("compare")).resolve("compare.md");
    KeptReports found = KeptReports.below(from, smoke);
    if (found.all().isEmpty()) {
      throw new InputException(
          "--reports %s: no bench has written there%s; run ./mama bench first"
              .formatted(from, smoke ? " with --smoke" : ""));
    }
    String text =
        """
        # What benches have found

        ¹ Others were busy on the same machine: trust ratios, not times.

        ## Goals

        %s
        ## Goals that benches set themselves

        %s
        ## Beside the peers

        %s
        ## Reports

        %s\
        """
            .formatted(
                Page.goals(found),
                Page.furtherGoals(found),
                Page.comparisons(found),
                Page.sources(found));
    write(page, text);
    System.out.print(text);
    System.out.println("All of it: " + page);
    return 0;
  }

  private void makeDocument(Document document) {
    for (String each : keep) {
      int equals = each.indexOf('=');
      Path folder = Path.of(each.substring(equals + 1)).toAbsolutePath().normalize();
      String name = equals > 0 ? each.substring(0, equals) : String.valueOf(folder.getFileName());
      document.keep(name.replaceFirst("^bench-", ""), folder);
    }
    Document.Text made = document.text();
    write(document.file(), made.text());
    made.leftOut().forEach(System.out::println);
    System.out.printf(
        "%s: written; %d sentences or cells had no figure%n",
        document.file(), made.leftOut().size());
  }

  private static void write(Path file, String text) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written (%s); choose another folder".formatted(file, e.getMessage()));
    }
  }
}
