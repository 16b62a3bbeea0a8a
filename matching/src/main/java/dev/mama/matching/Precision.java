package dev.mama.matching;

/** In what numbers a network is kept and run. */
public enum Precision {
  /** 32 bits, 24 of them significant: what models are published in. */
  FP32,

  /**
   * 16 bits, 8 of them significant, with the range of fp32 (bfloat16). Half the memory, and several
   * times as fast where the processor multiplies them itself; {@code docs/performance.md} says what
   * it costs in exactness.
   */
  BF16
}
