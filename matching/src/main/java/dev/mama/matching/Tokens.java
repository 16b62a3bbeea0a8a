package dev.mama.matching;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts texts into the tokens of one model, and counts those that had to be truncated.
 *
 * <p>Thread-safe, but for {@link #close}, which must come last. Calls are native.
 */
final class Tokens implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Tokens.class);

  /** What follows is never looked at: no model has room for as many tokens as this has letters. */
  private static final int LONGEST = 1 << 20;

  static {
    Djl.configure();
  }

  private final SentenceModel model;
  private final HuggingFaceTokenizer tokenizer;
  private final AtomicLong truncated = new AtomicLong();

  private Tokens(SentenceModel model, HuggingFaceTokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  static Tokens load(SentenceModel model) {
    String limit = Integer.toString(model.maxTokens());
    var options =
        Map.of(
            "padding", "false", "truncation", "true", "maxLength", limit, "modelMaxLength", limit);
    try (InputStream json = model.tokenizer().openStream()) {
      return new Tokens(model, HuggingFaceTokenizer.newInstance(json, options));
    } catch (LinkageError | EngineException e) {
      throw new ModelException(
          model.name(),
          "has no tokenizer: its native library did not start. It needs a platform that"
              + " ai.djl.huggingface:tokenizers has a library for, and a writable DJL_CACHE_DIR (or"
              + " home) to unpack it",
          e);
    } catch (IOException | RuntimeException e) {
      throw ModelException.unusable(
          model.name(),
          model.tokenizer(),
          "a tokenizer in the form of Hugging Face's tokenizer.json",
          e);
    }
  }

  long[] of(String text) {
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    Encoding encoding =
        tokenizer.encode(model.lowerCase() ? cut.toLowerCase(Locale.ROOT) : cut, true, false);
    if (encoding.exceedMaxLength() || text.length() > LONGEST) {
      tellTruncated(text);
    }
    return encoding.getIds();
  }

  /** Once loudly, then at every tenfold: a feed of long texts must not fill the log. */
  private void tellTruncated(String text) {
    long count = truncated.incrementAndGet();
    if (Long.toString(count).matches("10*")) {
      log.warn(
          "model '{}' read only the first {} tokens of a text of {} characters ({} texts so far);"
              + " what comes later does not count: cut long texts into parts",
          model.name(),
          model.maxTokens(),
          text.length(),
          count);
    }
  }

  long truncated() {
    return truncated.get();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
