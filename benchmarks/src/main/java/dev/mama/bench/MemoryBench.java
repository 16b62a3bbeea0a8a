package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.Time;
import dev.mama.embedded.RunFolder;
import dev.mama.matching.CachingEncoder;
import dev.mama.memory.JournalMemoryLog;
import dev.mama.memory.MemoryOptions;
import dev.mama.memory.SemanticMemory;
import dev.mama.memory.SessionOptions;
import dev.mama.memory.Sessions;
import dev.mama.spi.SentenceEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * How long does it take to store a message, to recall, and to remember many texts at once beside
 * one by one, in memory and on disk? The real encoder, and the disk that {@code java.io.tmpdir} is
 * on.
 */
final class MemoryBench implements Bench {

  private static final AgentId AGENT = AgentId.of("agent");

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String question() {
    return "How long does an agent take to store, to recall, and to remember many texts at once?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    try (SentenceEncoder encoder = Encoders.of(options.size())) {
      progress.at(0, 5, "storing");
      figures.addAll(store(options.size().of(100, 100, 10)));
      progress.at(1, 5, "sessions");
      figures.addAll(sessions(options.size().of(100_000, 20_000, 1_000)));
      progress.at(2, 5, "recalling");
      figures.add(recall(encoder, options));
      progress.at(3, 5, "adding a thousand");
      figures.add(addThousand(encoder, options));
      progress.at(4, 5, "batch over single");
      figures.addAll(batchOverSingle(encoder, options));
      figures.addAll(persistent(encoder, options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return figures;
  }

  /** A message into a session of fifty, and the session read back; the first half warms up. */
  private static List<Figure> store(int rounds) throws InterruptedException {
    var sessions = Sessions.of(SessionOptions.defaults(), Time.system());
    var stores = new Samples();
    var retrievals = new Samples();
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < 1_000; i++) {
        sessions.open("s" + i, AGENT).add(new ChatMessage(Role.USER, "message of round " + round));
      }
      long stored = System.nanoTime();
      int read = 0;
      for (int i = 0; i < 1_000; i++) {
        read += sessions.open("s" + i, AGENT).messages().size();
      }
      long retrieved = System.nanoTime();
      if (read != 1_000 * Math.min(round + 1, 50)) {
        throw new IllegalStateException("%d messages came back".formatted(read));
      }
      if (round >= rounds / 2) {
        stores.add((stored - start) / 1_000);
        retrievals.add((retrieved - stored) / 1_000);
      }
    }
    return List.of(
        Figure.of("memory.store.micros", stores.quantile(0.5) / 1e3, "us", 500L * rounds).atMost(5),
        Figure.of("memory.retrieve.micros", retrievals.quantile(0.5) / 1e3, "us", 500L * rounds));
  }

  private static List<Figure> sessions(int count) throws InterruptedException {
    long before = Memory.used();
    var sessions = Sessions.of(SessionOptions.defaults(), Time.system());
    try {
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        sessions
            .open("session-" + i, AGENT)
            .add(new ChatMessage(Role.USER, "a first message, number " + i));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      double bytes = (double) (Memory.used() - before);
      return List.of(
          Figure.of("memory.sessions.rate", count / seconds, "1/s", count),
          Figure.of("memory.sessions.bytes", bytes / count, "bytes", count));
    } finally {
      Reference.reachabilityFence(sessions);
    }
  }

  /** Items of ten thousand sentences, some of them alike in all but noise in their number. */
  private static Figure recall(SentenceEncoder encoder, Options options)
      throws InterruptedException {
    int items = options.size().of(10_000, 10_000, 500);
    int different = options.size().of(items, 2_000, items);
    int recalls = options.size().of(2_000, 2_000, 100);
    List<String> texts = Sentences.draw(different, options.seed());
    try (var cache = CachingEncoder.of(encoder, 64L << 20)) {
      var memory = SemanticMemory.of(cache, MemoryOptions.defaults(), Time.system());
      for (int i = 0; i < items; i += 500) {
        int from = i % different;
        memory.addAll(AGENT, texts.subList(from, from + 500));
      }
      List<String> needs = Sentences.draw(100, options.seed() + 1);
      float[][] queries = encoder.encode(needs);
      var times = new Samples();
      for (int i = -recalls; i < recalls; i++) {
        long start = System.nanoTime();
        int found = memory.recall(AGENT, queries[Math.floorMod(i, queries.length)], 5).size();
        if (i >= 0) {
          times.add(System.nanoTime() - start);
        }
        if (found != 5) {
          throw new IllegalStateException("recalled %d items".formatted(found));
        }
      }
      return Figure.of("memory.recall.micros", times.quantile(0.5) / 1e3, "us", times.size())
          .atMost(200);
    }
  }

  /** A thousand texts, every second of them known. */
  private static Figure addThousand(SentenceEncoder encoder, Options options)
      throws InterruptedException {
    var times = new Samples();
    for (int round = 0; round < rounds(options); round++) {
      List<String> texts = Sentences.draw(1_000, options.seed() + 10 + round);
      try (var cache = CachingEncoder.of(encoder, 64L << 20)) {
        var half = new ArrayList<String>();
        for (int i = 0; i < texts.size(); i += 2) {
          half.add(texts.get(i));
        }
        cache.encode(half);
        var memory = SemanticMemory.of(cache, MemoryOptions.defaults(), Time.system());
        long start = System.nanoTime();
        memory.addAll(AGENT, texts);
        times.add(System.nanoTime() - start);
      }
    }
    return times.rate("memory.add.rate", 1_000).atLeast(5_000);
  }

  private static List<Figure> batchOverSingle(SentenceEncoder encoder, Options options)
      throws InterruptedException {
    var single = new Samples();
    var batch = new Samples();
    for (int round = 0; round < rounds(options); round++) {
      List<String> texts = Sentences.draw(texts(options), options.seed() + 20 + round);
      single.add(
          oneByOne(SemanticMemory.of(encoder, MemoryOptions.defaults(), Time.system()), texts));
      batch.add(
          together(SemanticMemory.of(encoder, MemoryOptions.defaults(), Time.system()), texts));
    }
    return List.of(
        single.rate("memory.single.rate", texts(options)),
        batch.rate("memory.batch.rate", texts(options)),
        single.over(batch, "memory.batch.over-single").atLeast(2.5));
  }

  private static List<Figure> persistent(SentenceEncoder encoder, Options options)
      throws InterruptedException, IOException {
    var single = new Samples();
    var batch = new Samples();
    for (int round = 0; round < rounds(options); round++) {
      List<String> texts = Sentences.draw(texts(options), options.seed() + 30 + round);
      single.add(onDisk(encoder, memory -> oneByOne(memory, texts)));
      batch.add(onDisk(encoder, memory -> together(memory, texts)));
    }
    return List.of(
        single.rate("memory.single.persistent.rate", texts(options)),
        batch.rate("memory.batch.persistent.rate", texts(options)),
        single.over(batch, "memory.batch.persistent.over-single").atLeast(5));
  }

  private static int texts(Options options) {
    return options.size().of(1_000, 200, 20);
  }

  private static int rounds(Options options) {
    return options.size().of(7, 3, 1);
  }

  private interface Filling {
    long fill(SemanticMemory memory) throws InterruptedException;
  }

  private static long onDisk(SentenceEncoder encoder, Filling filling)
      throws InterruptedException, IOException {
    try (var folder = RunFolder.open("memory");
        var log = JournalMemoryLog.open(folder.path().resolve("log"))) {
      return filling.fill(SemanticMemory.of(encoder, MemoryOptions.defaults(), Time.system(), log));
    }
  }

  private static long oneByOne(SemanticMemory memory, List<String> texts)
      throws InterruptedException {
    long start = System.nanoTime();
    for (String text : texts) {
      memory.add(AGENT, text);
    }
    return System.nanoTime() - start;
  }

  private static long together(SemanticMemory memory, List<String> texts)
      throws InterruptedException {
    long start = System.nanoTime();
    memory.addAll(AGENT, texts);
    return System.nanoTime() - start;
  }
}
