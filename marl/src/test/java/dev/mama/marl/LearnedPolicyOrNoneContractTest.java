package dev.mama.marl;

import dev.mama.spi.Policy;
import dev.mama.testkit.PolicyContract;

class LearnedPolicyOrNoneContractTest extends PolicyContract {
  @Override
  protected Policy newPolicy() {
    return LearnedPolicy.of(Policies.random(ActionShape.CANDIDATES_OR_NONE, 1));
  }
}
