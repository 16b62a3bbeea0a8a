package dev.mama.matching;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an ONNX file holds: its nodes, and where its weights stand (format: onnx.proto3 of ONNX, in
 * the encoding of Protocol Buffers). Weights are read when asked for.
 *
 * <p>Immutable, as the file is taken to be.
 */
final class OnnxFile {

  private static final int GRAPH = 7;
  private static final int NODE = 1;
  private static final int INITIALIZER = 5;
  private static final int FLOAT = 1;

  /**
   * A node of the graph.
   *
   * @param name such as {@code /encoder/layer.0/attention/self/query/MatMul}
   * @param operator such as {@code MatMul}
   * @param inputs names of what goes in
   */
  record Node(String name, String operator, List<String> inputs) {}

  private record Tensor(List<Long> shape, int type, long at, long bytes) {}

  private final Path file;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> tensors = new HashMap<>();

  private OnnxFile(Path file) {
    this.file = file;
  }

  /**
   * Reads all but the weights.
   *
   * @throws IOException if the file is not there or not of this format
   */
  static OnnxFile open(Path file) throws IOException {
    var onnx = new OnnxFile(file);
    try (FileChannel channel = FileChannel.open(file)) {
      var in = new Cursor(channel, 0, channel.size());
      while (in.next()) {
        if (in.field() == GRAPH && in.isBytes()) {
          onnx.readGraph(in.message());
        } else {
          in.skip();
        }
      }
    }
    return onnx;
  }

  private void readGraph(Cursor graph) throws IOException {
    while (graph.next()) {
      if (graph.field() == NODE && graph.isBytes()) {
        nodes.add(node(graph.message()));
      } else if (graph.field() == INITIALIZER && graph.isBytes()) {
        Named weight = tensor(graph.message());
        tensors.put(weight.name(), weight.tensor());
      } else {
        graph.skip();
      }
    }
  }

  /** A constant is a weight under the name of its output. */
  private Node node(Cursor in) throws IOException {
    var outputs = new ArrayList<String>();
    Cursor constant = null;
    String name = "";
    String operator = "";
    var inputs = new ArrayList<String>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> inputs.add(in.text());
        case 2 -> outputs.add(in.text());
        case 3 -> name = in.text();
        case 4 -> operator = in.text();
        case 5 -> {
          Cursor tensor = tensorOf(in.message());
          constant = tensor == null ? constant : tensor;
        }
        default -> in.skip();
      }
    }
    if (operator.equals("Constant") && constant != null && outputs.size() == 1) {
      tensors.put(outputs.getFirst(), tensor(constant).tensor());
    }
    return new Node(name, operator, inputs);
  }

  private static @Nullable Cursor tensorOf(Cursor attribute) throws IOException {
    Cursor tensor = null;
    while (attribute.next()) {
      if (attribute.field() == 5 && attribute.isBytes()) {
        tensor = attribute.message();
      } else {
        attribute.skip();
      }
    }
    return tensor;
  }

  private record Named(String name, Tensor tensor) {}

  private static Named tensor(Cursor in) throws IOException {
    var shape = new ArrayList<Long>();
    String name = "";
    int type = 0;
    long at = 0;
    long bytes = -1; // not in raw_data: elsewhere, or in another form
    while (in.next()) {
      switch (in.field()) {
        case 1 -> {
          if (in.isBytes()) {
            Cursor packed = in.message();
            while (!packed.atEnd()) {
              shape.add(packed.number());
            }
          } else {
            shape.add(in.number());
          }
        }
        case 2 -> type = (int) in.number();
        case 8 -> name = in.text();
        case 9 -> {
          bytes = in.length();
          at = in.position();
          in.skip(bytes);
        }
        default -> in.skip();
      }
    }
    return new Named(name, new Tensor(List.copyOf(shape), type, at, bytes));
  }

  /** Whether a node of the graph is an {@code operator}. */
  boolean hasOperator(String operator) {
    return nodes.stream().anyMatch(node -> node.operator().equals(operator));
  }

  /** The weight or constant that goes into the node {@code name}; null if there is none. */
  @Nullable String weightOf(String name) {
    return nodes.stream()
        .filter(node -> node.name().equals(name))
        .flatMap(node -> node.inputs().stream())
        .filter(tensors::containsKey)
        .findFirst()
        .orElse(null);
  }

  /** The shape of a weight; null if there is none of that name. */
  @Nullable List<Long> shape(String name) {
    Tensor tensor = tensors.get(name);
    return tensor == null ? null : tensor.shape();
  }

  /**
   * The values of a weight, row by row.
   *
   * @throws IOException if there is none of that name, it is not fp32, or it is not in this file
   */
  float[] floats(String name) throws IOException {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IOException("%s has no weight '%s'".formatted(file, name));
    }
    if (tensor.type() != FLOAT || tensor.bytes() < 0) {
      throw new IOException(
          "weight '%s' of %s has type %d%s; expected fp32 (type 1) in raw_data"
              .formatted(name, file, tensor.type(), tensor.bytes() < 0 ? " outside raw_data" : ""));
    }
    var raw = ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      while (raw.hasRemaining() && channel.read(raw, tensor.at() + raw.position()) >= 0) {}
    }
    if (raw.hasRemaining()) {
      throw new EOFException("%s ends within weight '%s'".formatted(file, name));
    }
    var values = new float[raw.position() / Float.BYTES];
    raw.flip().asFloatBuffer().get(values);
    return values;
  }

  /** Reads one message of Protocol Buffers, field by field. Whoever sees a field must take it. */
  private static final class Cursor {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final FileChannel channel;
    private final long end;
    private final ByteBuffer buffer = ByteBuffer.allocate(512).limit(0);
    private long bufferAt;
    private int tag;

    Cursor(FileChannel channel, long from, long end) {
      this.channel = channel;
      this.bufferAt = from;
      this.end = end;
    }

    long position() {
      return bufferAt + buffer.position();
    }

    boolean atEnd() {
      return position() >= end;
    }

    boolean next() throws IOException {
      if (atEnd()) {
        return false;
      }
      tag = (int) number();
      return true;
    }

    int field() {
      return tag >>> 3;
    }

    boolean isBytes() {
      return (tag & 7) == BYTES;
    }

    long number() throws IOException {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte part = octet();
        value |= (long) (part & 0x7f) << shift;
        if (part >= 0) {
          return value;
        }
      }
      throw broken("a number of more than 64 bits");
    }

    private byte octet() throws IOException {
      if (!buffer.hasRemaining()) {
        bufferAt += buffer.limit();
        buffer.clear();
        int read = channel.read(buffer, bufferAt);
        buffer.flip();
        if (read <= 0) {
          throw broken("no more bytes");
        }
      }
      return buffer.get();
    }

    /** The length of the field that was met, which begins at {@link #position}. */
    long length() throws IOException {
      if (!isBytes()) {
        throw broken("field %d of wire type %d".formatted(field(), tag & 7));
      }
      long length = number();
      if (length < 0 || length > end - position()) {
        throw broken("a field of %d bytes".formatted(length));
      }
      return length;
    }

    Cursor message() throws IOException {
      long length = length();
      var message = new Cursor(channel, position(), position() + length);
      skip(length);
      return message;
    }

    String text() throws IOException {
      long length = length();
      if (length > 1 << 16) {
        throw broken("a name of %d bytes".formatted(length));
      }
      var bytes = new byte[(int) length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = octet();
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }

    void skip() throws IOException {
      switch (tag & 7) {
        case VARINT -> number();
        case FIXED64 -> skip(8);
        case FIXED32 -> skip(4);
        default -> skip(length());
      }
    }

    void skip(long bytes) {
      long to = position() + bytes;
      bufferAt = to;
      buffer.clear().limit(0);
    }

    private IOException broken(String found) {
      return new IOException("not an ONNX file: at byte %d %s".formatted(position(), found));
    }
  }
}
