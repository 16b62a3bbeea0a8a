package dev.mama.matching;

/** The inner loop of a scan; implementations hold nothing. */
interface DotProduct {

  /** Sum of {@code query[i] * rows[from + i]} over the whole of {@code query}. */
  float of(float[] query, float[] rows, int from);

  /** With the Vector API where the JVM runs with it, plain otherwise. */
  static DotProduct fastest() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new VectorDotProduct()
        : new PlainDotProduct();
  }
}
