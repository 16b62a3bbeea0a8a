package dev.mama.matching;

/**
 * A sentence model of the BERT family on DJL's PyTorch engine, on a device and at a precision of
 * choice. At fp32 its vectors are those of {@link OnnxSentenceEncoder}, to a cosine of 0.9999.
 *
 * <p>The model's graph may be an ONNX graph that PyTorch exported, a safetensors file of BERT's
 * weights (F32, F16 or BF16) with {@code config.json} beside it, or a TorchScript file, {@code
 * *.pt}, whose {@code forward} takes ids, mask and where it wants them types, and gives the last
 * hidden states in fp32. No Python is needed: of the first two a TorchScript file is written while
 * the model is loaded.
 *
 * <p>PyTorch weighs some 450 MB and does not come with this module: whoever opens this encoder adds
 * {@code ai.djl.pytorch:pytorch-engine}, {@code pytorch-jni} and {@code pytorch-native-cpu}. {@code
 * docs/performance.md} says when it is the faster one. The first use sets the system properties
 * {@code ai.djl.pytorch.num_threads}, {@code .num_interop_threads} and {@code .graph_optimizer}
 * where they are not set.
 *
 * <p>Threads, batches and limits are those of {@link OnnxSentenceEncoder}. Thread-safe.
 */
public final class TorchSentenceEncoder extends PooledSentenceEncoder {

  private TorchSentenceEncoder(SentenceModel model, EncoderPool pool) {
    super(model, pool);
  }

  /**
   * Loads {@code model} on the calling thread, at fp32, or at what a TorchScript file was saved
   * with.
   *
   * @param device {@code cpu}, {@code cuda}, {@code mps}, or {@code auto} for CUDA where there is a
   *     device and the CPU otherwise
   * @throws IllegalArgumentException if {@code device} is another word
   * @throws ModelException if the device or PyTorch is not there, a file is missing or broken, or
   *     the weights are not BERT's; nothing stays loaded
   */
  public static TorchSentenceEncoder open(SentenceModel model, String device) {
    return new TorchSentenceEncoder(
        model, EncoderPool.open(model, files -> TorchNetwork.load(files, device, null)));
  }

  /**
   * Loads {@code model} at {@code precision}, which is part of its name.
   *
   * @throws ModelException as {@link #open(SentenceModel, String)}, or if the model is a
   *     TorchScript file, which has its own
   */
  public static TorchSentenceEncoder open(SentenceModel model, String device, Precision precision) {
    return new TorchSentenceEncoder(
        model, EncoderPool.open(model, files -> TorchNetwork.load(files, device, precision)));
  }
}
