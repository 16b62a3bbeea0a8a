package dev.mama.matching;

import dev.mama.matching.BertWeights.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/*
 * The network as PyTorch's own exporter would write it, but for three things: the query, key and
 * value of a layer are one matrix, so that one large multiplication takes the place of three; the
 * vector of token type 0 is added to the positions once and for all, because all tokens are of that
 * type; and at bf16 everything is, up to the last hidden states, which leave in fp32.
 */
/** Writes a BERT network (Devlin et al., 2018) as TorchScript, which needs no Python. */
final class TorchScript {

  private final BertWeights bert;
  private final TorchArchive archive;
  private final StringBuilder code = new StringBuilder();

  private TorchScript(BertWeights bert, TorchArchive archive) {
    this.bert = bert;
    this.archive = archive;
  }

  /**
   * Writes {@code bert} to {@code file}: a module whose {@code forward(ids, mask)} takes int64
   * [texts, tokens] twice and gives float [texts, tokens, width].
   *
   * @param tokens the most that it must have places for
   * @throws IOException if a weight is missing or of another shape, or the file cannot be written
   */
  static void write(BertWeights bert, int tokens, Precision precision, Path file)
      throws IOException {
    try (var archive = TorchArchive.create(file, precision)) {
      var script = new TorchScript(bert, archive);
      script.network(tokens, precision);
      archive.finish(script.code.toString());
    }
  }

  private void network(int tokens, Precision precision) throws IOException {
    Tensor words = bert.tensor("embeddings.word_embeddings.weight", -1, -1);
    long width = words.shape()[1];
    int heads = bert.heads();
    if (heads < 1 || width % heads != 0) {
      throw new IOException("a width of %d cannot be shared by %d heads".formatted(width, heads));
    }
    archive.add("words", words);
    archive.add("places", places(width, tokens));
    // As PyTorch numbers its types.
    int type = precision == Precision.BF16 ? 15 : 6;
    line("texts = torch.size(ids, 0)");
    line("tokens = torch.size(ids, 1)");
    line("seen = torch.to(torch.view(mask, [texts, 1, 1, tokens]), %s)".formatted(type));
    // Added to the score of padding: after softmax it counts nothing.
    line("never = torch.mul(torch.sub(seen, 1), 1000000000.)");
    line("here = torch.slice(self.places, 0, 0, tokens)");
    line("h = torch.add(torch.embedding(self.words, ids), here)");
    norm("embeddings.LayerNorm", "norm", width);
    for (int layer = 0; layer < bert.layers(); layer++) {
      layer(layer, width, heads);
    }
    line("return torch.to(h, 6)");
  }

  private Tensor places(long width, int tokens) throws IOException {
    Tensor places = bert.tensor("embeddings.position_embeddings.weight", -1, width);
    if (places.shape()[0] < tokens) {
      throw new IOException(
          "it has places for %d tokens; the model is said to take %d"
              .formatted(places.shape()[0], tokens));
    }
    Tensor types = bert.tensor("embeddings.token_type_embeddings.weight", -1, width);
    float[] sum = places.values().clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += types.values()[i % (int) width];
    }
    return new Tensor(places.shape(), sum);
  }

  private void layer(int number, long width, int heads) throws IOException {
    String from = "encoder.layer.%d.".formatted(number);
    String to = "layer%d_".formatted(number);
    attend(from + "attention.self.", to + "joint", width);
    line("joint = torch.linear(h, self.%sjoint, self.%sjoint_bias)".formatted(to, to));
    line("joint = torch.view(joint, [texts, tokens, 3, %s, %s])".formatted(heads, width / heads));
    line("joint = torch.permute(joint, [2, 0, 3, 1, 4])");
    line("query = torch.select(joint, 0, 0)");
    line("key = torch.select(joint, 0, 1)");
    line("value = torch.select(joint, 0, 2)");
    line("seen = torch.scaled_dot_product_attention(query, key, value, never)");
    line("seen = torch.reshape(torch.transpose(seen, 1, 2), [texts, tokens, %s])".formatted(width));
    dense(from + "attention.output.dense", to + "mix", width, width);
    line("h = torch.add(torch.linear(seen, self.%smix, self.%smix_bias), h)".formatted(to, to));
    norm(from + "attention.output.LayerNorm", to + "mix_norm", width);
    long inner = dense(from + "intermediate.dense", to + "wide", -1, width);
    line("wide = torch.gelu(torch.linear(h, self.%swide, self.%swide_bias))".formatted(to, to));
    dense(from + "output.dense", to + "narrow", width, inner);
    line(
        "h = torch.add(torch.linear(wide, self.%snarrow, self.%snarrow_bias), h)"
            .formatted(to, to));
    norm(from + "output.LayerNorm", to + "norm", width);
  }

  /** Query, key and value, one below the other. */
  private void attend(String from, String to, long width) throws IOException {
    int size = Math.toIntExact(width);
    var matrix = new float[3 * size * size];
    var bias = new float[3 * size];
    int part = 0;
    for (String name : new String[] {"query", "key", "value"}) {
      float[] values = bert.tensor(from + name + ".weight", width, width).values();
      System.arraycopy(values, 0, matrix, part * size * size, values.length);
      System.arraycopy(
          bert.tensor(from + name + ".bias", width).values(), 0, bias, part * size, size);
      part++;
    }
    archive.add(to, new Tensor(new long[] {3 * width, width}, matrix));
    archive.add(to + "_bias", new Tensor(new long[] {3 * width}, bias));
  }

  /** How long its outputs are. */
  private long dense(String from, String to, long out, long in) throws IOException {
    Tensor matrix = bert.tensor(from + ".weight", out, in);
    archive.add(to, matrix);
    archive.add(to + "_bias", bert.tensor(from + ".bias", matrix.shape()[0]));
    return matrix.shape()[0];
  }

  private void norm(String from, String to, long width) throws IOException {
    archive.add(to, bert.tensor(from + ".weight", width));
    archive.add(to + "_bias", bert.tensor(from + ".bias", width));
    line(
        "h = torch.layer_norm(h, [%s], self.%s, self.%s_bias, %s)"
            .formatted(width, to, to, bert.epsilon(from)));
  }

  private void line(String statement) {
    code.append("    ").append(statement).append('\n');
  }
}
