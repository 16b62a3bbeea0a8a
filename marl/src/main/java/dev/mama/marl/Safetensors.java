package dev.mama.marl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The safetensors format, of fp32 tensors: 8 bytes with the length of a header, little-endian; the
 * header, a JSON object with dtype, shape and place of each tensor and, under {@code __metadata__},
 * texts; then the tensors, without gaps. PyTorch reads it with {@code safetensors.torch.load_file}.
 *
 * @param texts what stands under {@code __metadata__}
 * @param tensors by name, in the order in which they stand
 */
record Safetensors(Map<String, String> texts, Map<String, Tensor> tensors) {

  private static final int LARGEST_HEADER = 1 << 20;
  private static final String METADATA = "__metadata__";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A tensor: its dimensions, and its values row by row. */
  static final class Tensor {

    private final int[] shape;
    private final float[] values;

    Tensor(int[] shape, float[] values) {
      this.shape = shape;
      this.values = values;
    }

    int[] shape() {
      return shape;
    }

    float[] values() {
      return values;
    }
  }

  byte[] write() {
    ObjectNode header = JSON.createObjectNode();
    ObjectNode metadata = header.putObject(METADATA);
    new TreeMap<>(texts).forEach(metadata::put);
    int end = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode tensor = header.putObject(entry.getKey());
      tensor.put("dtype", "F32");
      for (int dimension : entry.getValue().shape()) {
        tensor.withArray("shape").add(dimension);
      }
      int begin = end;
      end += Float.BYTES * entry.getValue().values().length;
      tensor.putArray("data_offsets").add(begin).add(end);
    }
    byte[] json = JSON.writeValueAsBytes(header);
    int padded = (json.length + 7) / 8 * 8;
    var bytes = ByteBuffer.allocate(Long.BYTES + padded + end).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(json);
    while (bytes.position() < Long.BYTES + padded) {
      bytes.put((byte) ' ');
    }
    tensors
        .values()
        .forEach(tensor -> {
          for (float value : tensor.values()) {
            bytes.putFloat(value);
          }
        });
    return bytes.array();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is something else, is cut short, or holds a value that is not finite
   */
  static Safetensors read(byte[] file) throws IOException {
    var bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long length = file.length < Long.BYTES ? -1 : bytes.getLong();
    if (length < 2 || length > LARGEST_HEADER) {
      throw new IOException(
          "it has no header of 2 to %,d bytes; it is no safetensors file"
              .formatted(LARGEST_HEADER));
    }
    if (length > bytes.remaining()) {
      throw new IOException(
          "it is cut short: its header has %,d bytes, of which %,d are there"
              .formatted(length, bytes.remaining()));
    }
    byte[] json = new byte[(int) length];
    bytes.get(json);
    ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    var texts = new LinkedHashMap<String, String>();
    var tensors = new LinkedHashMap<String, Tensor>();
    int end = 0;
    for (Map.Entry<String, JsonNode> entry : header(json).properties()) {
      if (entry.getKey().equals(METADATA)) {
        entry
            .getValue()
            .properties()
            .forEach(it -> texts.put(it.getKey(), it.getValue().asString()));
      } else {
        Tensor tensor = tensor(entry.getKey(), entry.getValue(), data, end);
        end += Float.BYTES * tensor.values().length;
        tensors.put(entry.getKey(), tensor);
      }
    }
    if (end != data.capacity()) {
      throw new IOException(
          "%,d bytes of tensors are there, its header tells of %,d"
              .formatted(data.capacity(), end));
    }
    return new Safetensors(texts, tensors);
  }

  private static JsonNode header(byte[] json) throws IOException {
    try {
      JsonNode header = JSON.readTree(new String(json, StandardCharsets.UTF_8));
      if (header.isObject()) {
        return header;
      }
      throw new IOException("its header is no JSON object");
    } catch (JacksonException e) {
      throw new IOException("its header is no JSON", e);
    }
  }

  private static Tensor tensor(String name, JsonNode header, ByteBuffer data, int begin)
      throws IOException {
    if (!header.path("dtype").asString("").equals("F32")) {
      throw new IOException("tensor '%s' is of another type than F32".formatted(name));
    }
    int[] shape = new int[header.path("shape").size()];
    long count = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = header.path("shape").get(i).asInt(-1);
      if (shape[i] < 1) {
        throw new IOException("tensor '%s' has a dimension below 1".formatted(name));
      }
      count = Math.min(Integer.MAX_VALUE, count * shape[i]);
    }
    JsonNode offsets = header.path("data_offsets");
    if (offsets.path(0).asLong(-1) != begin
        || offsets.path(1).asLong(-1) != begin + Float.BYTES * count) {
      throw new IOException("tensor '%s' does not stand where its shape says".formatted(name));
    }
    if (begin + Float.BYTES * count > data.capacity()) {
      throw new IOException(
          "it is cut short: tensor '%s' ends at byte %,d of %,d"
              .formatted(name, begin + Float.BYTES * count, data.capacity()));
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.getFloat(begin + Float.BYTES * i);
      if (!Float.isFinite(values[i])) {
        throw new IOException("tensor '%s' holds a value that is not finite".formatted(name));
      }
    }
    return new Tensor(shape, values);
  }

  /** The text {@code key}, or null. */
  @Nullable String text(String key) {
    return texts.get(key);
  }
}
