package dev.mama.matching;

import dev.mama.matching.BertWeights.Tensor;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/*
 * A TorchScript file (torch/csrc/jit/docs/serialization.md of PyTorch) is a zip, not compressed, of
 *
 *   version              the version of the operators
 *   code/__torch__.py    the module's class: its attributes and forward()
 *   data.pkl             the module itself, pickled by protocol 2: its attributes, by name
 *   data/0, data/1, …    the values of the attributes, little-endian
 *   constants.pkl        tensors that the code names as constants: none
 *
 * all in one folder. What is pickled is a dictionary of tensors; each names its values' file, shape
 * and strides.
 */
/**
 * Writes one module of tensors and a {@code forward} as a TorchScript file.
 *
 * <p>Confined to one thread.
 */
final class TorchArchive implements AutoCloseable {

  private static final String FOLDER = "bert/";
  private static final String CLASS = "Bert";

  /** The version of operators that PyTorch has written since 1.12. */
  private static final String VERSION = "10\n";

  private final ZipOutputStream zip;
  private final Precision precision;
  private final Map<String, long[]> shapes = new LinkedHashMap<>(); // of the attributes, in order

  private TorchArchive(ZipOutputStream zip, Precision precision) {
    this.zip = zip;
    this.precision = precision;
  }

  static TorchArchive create(Path file, Precision precision) throws IOException {
    var zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
    zip.setMethod(ZipOutputStream.STORED);
    return new TorchArchive(zip, precision);
  }

  /** Gives the module the attribute {@code name}. */
  void add(String name, Tensor tensor) throws IOException {
    put("data/" + shapes.size(), bytes(tensor.values()));
    shapes.put(name, tensor.shape());
  }

  private byte[] bytes(float[] values) {
    boolean isHalf = precision == Precision.BF16;
    var bytes =
        ByteBuffer.allocate(values.length * (isHalf ? Short.BYTES : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      if (isHalf) {
        bytes.putShort(bf16(value));
      } else {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }

  /** The upper half of the bits, rounded to nearest, ties to even. */
  static short bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /**
   * Writes the rest.
   *
   * @param forward the lines of {@code forward(self, ids, mask)}, indented by four
   */
  void finish(String forward) throws IOException {
    put("data.pkl", module());
    put("code/__torch__.py", code(forward).getBytes(StandardCharsets.UTF_8));
    put("constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'}); // an empty tuple
    put("version", VERSION.getBytes(StandardCharsets.US_ASCII));
  }

  private String code(String forward) {
    String names =
        shapes.keySet().stream()
            .map(name -> "\"" + name + "\", ")
            .collect(Collectors.joining("", "[", "]"));
    String types =
        shapes.keySet().stream()
            .map(name -> "  " + name + " : Tensor\n")
            .collect(Collectors.joining());
    return """
    class %s(Module):
      __parameters__ = []
      __buffers__ = %s
    %s  training : bool
      def forward(self: __torch__.%s,
        ids: Tensor,
        mask: Tensor) -> Tensor:
    %s\
    """
        .formatted(CLASS, names, types, CLASS, forward);
  }

  private byte[] module() {
    var pickle = new Pickle();
    pickle.op(0x80).op(2);
    pickle.global("__torch__", CLASS).op(')').op(0x81); // an object of the class, empty
    pickle.op('}').op('(');
    int number = 0;
    for (Map.Entry<String, long[]> attribute : shapes.entrySet()) {
      pickle.text(attribute.getKey());
      tensor(pickle, number++, attribute.getValue());
    }
    pickle.text("training").no();
    pickle.op('u').op('b').op('.'); // fill the dictionary, give it to the object, end
    return pickle.bytes.toByteArray();
  }

  private void tensor(Pickle pickle, int number, long[] shape) {
    long[] strides = new long[shape.length];
    long count = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = count;
      count *= shape[d];
    }
    pickle.global("torch._utils", "_rebuild_tensor_v2").op('(');
    pickle.op('(').text("storage");
    pickle.global("torch", precision == Precision.BF16 ? "BFloat16Storage" : "FloatStorage");
    pickle.text(Integer.toString(number)).text("cpu").number(count);
    pickle.op('t').op('Q'); // that tuple stands for values kept elsewhere
    pickle.number(0).numbers(shape).numbers(strides).no();
    pickle.global("collections", "OrderedDict").op(')').op('R');
    pickle.op('t').op('R');
  }

  private void put(String name, byte[] bytes) throws IOException {
    var entry = new ZipEntry(FOLDER + name);
    var sum = new CRC32();
    sum.update(bytes);
    entry.setCrc(sum.getValue());
    entry.setSize(bytes.length);
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /** Operations of pickle's protocol 2. */
  private static final class Pickle {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Pickle op(int code) {
      bytes.write(code);
      return this;
    }

    Pickle global(String module, String name) {
      bytes.writeBytes("c%s\n%s\n".formatted(module, name).getBytes(StandardCharsets.US_ASCII));
      return this;
    }

    Pickle text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      op('X').int32(utf8.length);
      bytes.writeBytes(utf8);
      return this;
    }

    Pickle number(long value) {
      return op('J').int32(Math.toIntExact(value));
    }

    Pickle numbers(long[] values) {
      op('(');
      for (long value : values) {
        number(value);
      }
      return op('t');
    }

    Pickle no() {
      return op(0x89);
    }

    private Pickle int32(int value) {
      bytes.writeBytes(
          ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }
  }
}
