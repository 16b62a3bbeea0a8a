package dev.mama.matching;

/**
 * A sentence model of the BERT family on DJL's PyTorch engine, with the weights of its ONNX graph:
 * the same vectors as {@link OnnxSentenceEncoder}, to a cosine of 0.9999, on a device of choice.
 *
 * <p>PyTorch weighs some 450 MB and does not come with this module: whoever opens this encoder adds
 * {@code ai.djl.pytorch:pytorch-engine}, {@code pytorch-jni} and {@code pytorch-native-cpu}. On a
 * CPU ONNX Runtime is faster; {@code docs/performance.md} says how much.
 *
 * <p>Threads, batches and limits are those of {@link OnnxSentenceEncoder}. Thread-safe.
 */
public final class TorchSentenceEncoder extends PooledSentenceEncoder {

  private TorchSentenceEncoder(SentenceModel model, EncoderPool pool) {
    super(model, pool);
  }

  /**
   * Loads {@code model} on the calling thread.
   *
   * @param device {@code cpu}, {@code cuda}, {@code mps}, or {@code auto} for CUDA where there is a
   *     device and the CPU otherwise
   * @throws IllegalArgumentException if {@code device} is another word
   * @throws ModelException if the device or PyTorch is not there, a file is missing or broken, or
   *     the graph is not BERT with fp32 weights; nothing stays loaded
   */
  public static TorchSentenceEncoder open(SentenceModel model, String device) {
    return new TorchSentenceEncoder(
        model, EncoderPool.open(model, files -> TorchNetwork.load(files, device)));
  }
}
