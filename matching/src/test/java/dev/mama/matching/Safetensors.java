package dev.mama.matching;

import dev.mama.matching.BertWeights.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes safetensors files, and the names of BERT's weights. */
final class Safetensors {

  private static final List<String> OF_A_LAYER =
      List.of(
          "attention.self.query",
          "attention.self.key",
          "attention.self.value",
          "attention.output.dense",
          "attention.output.LayerNorm",
          "intermediate.dense",
          "output.dense",
          "output.LayerNorm");

  private Safetensors() {}

  static void write(Path file, Map<String, Tensor> tensors, String type) throws IOException {
    var head = new ArrayList<String>();
    var values = new ArrayList<byte[]>();
    long at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      byte[] bytes = bytes(entry.getValue().values(), type);
      head.add(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(
                  entry.getKey(),
                  type,
                  Arrays.toString(entry.getValue().shape()),
                  at,
                  at + bytes.length));
      values.add(bytes);
      at += bytes.length;
    }
    write(file, head.stream().collect(Collectors.joining(",", "{\"__metadata__\":{},", "}")));
    for (byte[] bytes : values) {
      Files.write(file, bytes, StandardOpenOption.APPEND);
    }
  }

  /** A file of a head alone. */
  static void write(Path file, String head) throws IOException {
    byte[] json = head.getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(json.length).put(json).array());
  }

  private static byte[] bytes(float[] values, String type) {
    int each = type.equals("F32") ? 4 : 2;
    var bytes = ByteBuffer.allocate(each * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (type) {
        case "F32" -> bytes.putFloat(value);
        case "F16" -> bytes.putShort(Float.floatToFloat16(value));
        default -> bytes.putShort(TorchArchive.bf16(value));
      }
    }
    return bytes.array();
  }

  /** All weights of {@code bert}, under the names that transformers gives them. */
  static Map<String, Tensor> weights(BertWeights bert) throws IOException {
    var names = new ArrayList<String>();
    for (String table : List.of("word", "position", "token_type")) {
      names.add("embeddings.%s_embeddings.weight".formatted(table));
    }
    var parts = new ArrayList<>(List.of("embeddings.LayerNorm"));
    for (int layer = 0; layer < bert.layers(); layer++) {
      String of = "encoder.layer.%d.".formatted(layer);
      OF_A_LAYER.forEach(part -> parts.add(of + part));
    }
    parts.forEach(part -> names.addAll(List.of(part + ".weight", part + ".bias")));
    var weights = new LinkedHashMap<String, Tensor>();
    for (String name : names) {
      weights.put(name, bert.tensor(name));
    }
    return weights;
  }
}
