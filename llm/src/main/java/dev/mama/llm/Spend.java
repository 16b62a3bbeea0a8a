package dev.mama.llm;

/** Takes down what calls use, attempt by attempt. */
interface Spend {

  /** An attempt used this much, as counted or as estimated. */
  void add(long tokens, double money);
}
