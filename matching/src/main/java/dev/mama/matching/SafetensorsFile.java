package dev.mama.matching;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/*
 * The file (format: README of huggingface/safetensors): a head's length as 8 bytes, little-endian;
 * the head, a JSON object of {"name": {"dtype", "shape", "data_offsets": [from, to]}}, offsets
 * counted from the head's end; the values, little-endian, row by row. "__metadata__" is for people.
 */
/**
 * A file of tensors by name, as safetensors keeps them. Values are read when asked for, and widened
 * to fp32.
 *
 * <p>Immutable, as the file is taken to be.
 */
final class SafetensorsFile {

  private static final int LENGTH_BYTES = 8;
  private static final int LONGEST_HEAD = 100_000_000; // the format's own limit
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Bytes of a value, by the names of the types that are read here. */
  private static final Map<String, Integer> BYTES = Map.of("F32", 4, "F16", 2, "BF16", 2);

  private record Place(String type, List<Long> shape, long from, long to) {}

  private final Path file;
  private final Map<String, Place> places = new HashMap<>();

  private SafetensorsFile(Path file) {
    this.file = file;
  }

  /**
   * Reads the head.
   *
   * @throws IOException if the file is not there, is not of this format, or ends too early
   */
  static SafetensorsFile open(Path file) throws IOException {
    var tensors = new SafetensorsFile(file);
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size < LENGTH_BYTES) {
        throw new IOException("the file has %d bytes; a head begins with 8".formatted(size));
      }
      long length = read(channel, 0, LENGTH_BYTES).getLong();
      if (length < 2 || length > Math.min(LONGEST_HEAD, size - LENGTH_BYTES)) {
        throw new IOException(
            "the head is said to have %s bytes; expected 2 to %d in a file of %d"
                .formatted(Long.toUnsignedString(length), LONGEST_HEAD, size));
      }
      byte[] head = read(channel, LENGTH_BYTES, (int) length).array();
      tensors.readHead(head, LENGTH_BYTES + length, size);
    }
    return tensors;
  }

  private void readHead(byte[] head, long values, long size) throws IOException {
    JsonNode json;
    try {
      json = JSON.readTree(head);
    } catch (JacksonException e) {
      throw new IOException("the head is not JSON (%s)".formatted(e.getOriginalMessage()));
    }
    if (!json.isObject()) {
      throw new IOException("the head is not a JSON object");
    }
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        places.put(entry.getKey(), place(entry.getKey(), entry.getValue(), values, size));
      }
    }
  }

  private static Place place(String name, JsonNode json, long values, long size)
      throws IOException {
    String type = json.path("dtype").asString("");
    List<Long> offsets = numbers(json.path("data_offsets"));
    if (type.isEmpty() || offsets.size() != 2 || offsets.getFirst() > offsets.getLast()) {
      throw new IOException(
          "the head says of tensor '%s' %s; expected dtype, shape and two data_offsets"
              .formatted(name, json));
    }
    if (offsets.getLast() > size - values) {
      throw new IOException(
          "tensor '%s' ends %d bytes after the head; the file has %d there: it was cut"
              .formatted(name, offsets.getLast(), size - values));
    }
    return new Place(
        type, numbers(json.path("shape")), values + offsets.getFirst(), values + offsets.getLast());
  }

  /** What is no list of whole numbers from 0 on has no numbers. */
  private static List<Long> numbers(JsonNode json) {
    boolean areWhole =
        json.valueStream().allMatch(it -> it.canConvertToLong() && it.longValue() >= 0);
    return areWhole ? json.valueStream().map(JsonNode::longValue).toList() : List.of();
  }

  private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
    var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
    if (bytes.hasRemaining()) {
      throw new IOException("the file ends at byte %d".formatted(from + bytes.position()));
    }
    return bytes.flip();
  }

  /** Whether there is a tensor {@code name}. */
  boolean has(String name) {
    return places.containsKey(name);
  }

  /**
   * The tensor {@code name}.
   *
   * @throws IOException if there is none, its values are not F32, F16 or BF16, or its shape is not
   *     that of its bytes
   */
  BertWeights.Tensor tensor(String name) throws IOException {
    Place place = places.get(name);
    if (place == null) {
      throw new IOException("it has no tensor '%s'".formatted(name));
    }
    Integer each = BYTES.get(place.type());
    if (each == null) {
      throw new IOException(
          "tensor '%s' has the dtype '%s'; expected F32, F16 or BF16"
              .formatted(name, place.type()));
    }
    long bytes = place.to() - place.from();
    double wanted = each;
    for (long length : place.shape()) {
      wanted *= length;
    }
    if (wanted != bytes || bytes > Integer.MAX_VALUE - 8) {
      throw new IOException(
          "tensor '%s' has %d bytes; its shape takes %.0f, and 2 GiB are the most"
              .formatted(name, bytes, wanted));
    }
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer raw = read(channel, place.from(), (int) bytes);
      var values = new float[(int) (bytes / each)];
      boolean isBf16 = place.type().equals("BF16");
      for (int i = 0; each == 2 && i < values.length; i++) {
        short half = raw.getShort();
        values[i] = isBf16 ? Float.intBitsToFloat(half << 16) : Float.float16ToFloat(half);
      }
      if (each == 4) {
        raw.asFloatBuffer().get(values);
      }
      return new BertWeights.Tensor(
          place.shape().stream().mapToLong(Long::longValue).toArray(), values);
    }
  }
}
