package dev.mama.testkit;

import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.Policy;

class WeightedScorePolicyContractTest extends PolicyContract {

  @Override
  protected Policy newPolicy() {
    return WeightedScorePolicy.create();
  }
}
