package dev.mama.matching;

/** The inner loop of a search: how close a query is to rows that are kept in a byte per value. */
interface SketchScan {

  /** Makes {@code query} ready for many rows. */
  Query query(float[] query);

  /** A query against sketched rows. */
  interface Query {

    /** Length of what the scan's own form of the query leaves out: at most this times a row's. */
    double lost();

    /**
     * Writes {@code scale[row] * sum(query[d] * sketch[row][d])} to {@code scores[row - from]}.
     *
     * @param sketch byte[rows][dimension], flattened
     */
    void scores(byte[] sketch, float[] scale, int from, int to, float[] scores);
  }

  /** With the Vector API where the JVM runs with it and has registers of 256 bits, else plain. */
  static SketchScan fastest() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            && VectorSketchScan.isWide()
        ? new VectorSketchScan()
        : new PlainSketchScan();
  }
}
