package dev.mama.matching;

/** What DJL must be told before its first class is loaded, unless somebody told it otherwise. */
final class Djl {

  private Djl() {}

  /** Fetch nothing, and start no second engine. */
  static void configure() {
    setUnlessSet("ai.djl.offline", "true");
    setUnlessSet("ai.djl.onnx.disable_alternative", "true");
  }

  static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
