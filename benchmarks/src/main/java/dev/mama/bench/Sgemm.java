package dev.mama.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * The machine's rate of multiplying fp32 matrices: ONNX Runtime's own MatMul, of the sizes of the
 * encoder's widest layer, a thread per core. What an encoder can reach is bounded by it.
 */
final class Sgemm {

  private static final int ROWS = 320; // 16 texts of 20 tokens
  private static final int INNER = 384;
  private static final int COLUMNS = 1_536;

  private Sgemm() {}

  /** Floating point operations a second, the best of {@code rounds} of so many products each. */
  static double rate(int rounds, int each) throws InterruptedException {
    int threads = Runtime.getRuntime().availableProcessors();
    double best = 0;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < rounds; round++) {
        long start = System.nanoTime();
        var work =
            IntStream.range(0, threads)
                .mapToObj(i -> (Callable<Boolean>) () -> multiply(each))
                .toList();
        for (var done : pool.invokeAll(work)) {
          done.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        best = Math.max(best, 2.0 * ROWS * INNER * COLUMNS * each * threads / seconds);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the multiplication failed", e.getCause());
    }
    return best;
  }

  private static boolean multiply(int times) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (var session = environment.createSession(graph(), options);
          var a =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(ones(ROWS * INNER)), new long[] {ROWS, INNER})) {
        for (int i = 0; i < times; i++) {
          session.run(Map.of("a", a)).close();
        }
      }
    }
    return true;
  }

  private static float[] ones(int count) {
    var ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * The ONNX graph {@code c = MatMul(a, b)}, b a weight (onnx.proto3), which no file has to hold.
   */
  private static byte[] graph() {
    // A weight, not an input: ONNX Runtime packs it once, as it does the encoder's.
    var values = ByteBuffer.allocate(INNER * COLUMNS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.asFloatBuffer().put(ones(INNER * COLUMNS));
    byte[] weights =
        message(
            number(1, INNER),
            number(1, COLUMNS),
            number(2, 1),
            text(8, "b"),
            bytes(9, values.array()));
    byte[] node = message(text(1, "a"), text(1, "b"), text(2, "c"), text(4, "MatMul"));
    byte[] graph =
        message(
            bytes(1, node),
            text(2, "sgemm"),
            bytes(11, value("a", ROWS, INNER)),
            bytes(5, weights),
            bytes(12, value("c", ROWS, COLUMNS)));
    byte[] opset = message(number(2, 13));
    return message(number(1, 7), bytes(8, opset), bytes(7, graph));
  }

  private static byte[] value(String name, int rows, int columns) {
    byte[] shape =
        message(bytes(1, message(number(1, rows))), bytes(1, message(number(1, columns))));
    byte[] tensor = message(number(1, 1), bytes(2, shape));
    return message(text(1, name), bytes(2, message(bytes(1, tensor))));
  }

  private static byte[] message(byte[]... fields) {
    var out = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      out.writeBytes(field);
    }
    return out.toByteArray();
  }

  private static byte[] text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(int field, byte[] value) {
    return message(varint((field << 3) | 2), varint(value.length), value);
  }

  private static byte[] number(int field, int value) {
    return message(varint(field << 3), varint(value));
  }

  private static byte[] varint(int value) {
    var out = new ByteArrayOutputStream();
    int left = value;
    while (left >= 0x80) {
      out.write((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.write(left);
    return out.toByteArray();
  }
}
