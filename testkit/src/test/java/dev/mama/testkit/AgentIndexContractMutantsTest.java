package dev.mama.testkit;

import static dev.mama.testkit.Mutants.assertKilled;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The contract of indexes notices each of these faults. */
final class AgentIndexContractMutantsTest {

  @Test
  void dropsOneAgent_isKilled() {
    assertKilled(DropsOneAgent.class);
  }

  @Test
  void answersFarthestFirst_isKilled() {
    assertKilled(AnswersFarthestFirst.class);
  }

  @Test
  void ordersTiesBackwards_isKilled() {
    assertKilled(OrdersTiesBackwards.class);
  }

  @Test
  void findsOneTwice_isKilled() {
    assertKilled(FindsOneTwice.class);
  }

  @Test
  void givesOneTooMany_isKilled() {
    assertKilled(GivesOneTooMany.class);
  }

  @Test
  void forgetsUpdates_isKilled() {
    assertKilled(ForgetsUpdates.class);
  }

  @Test
  void forgetsRemovals_isKilled() {
    assertKilled(ForgetsRemovals.class);
  }

  @Test
  void removesTheWrongOne_isKilled() {
    assertKilled(RemovesTheWrongOne.class);
  }

  @Test
  void takesAnyVector_isKilled() {
    assertKilled(TakesAnyVector.class);
  }

  @Test
  void keepsTheCallersArray_isKilled() {
    assertKilled(KeepsTheCallersArray.class);
  }

  @Test
  void replacesByRemoving_isKilled() {
    assertKilled(ReplacesByRemoving.class);
  }

  @Test
  void writesAVectorInTwoSteps_isKilled() {
    assertKilled(WritesAVectorInTwoSteps.class);
  }

  static final class DropsOneAgent extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public void put(AgentId agent, float[] vector) {
          if (!agent.value().equals("agent-17")) {
            super.put(agent, vector);
          }
        }
      };
    }
  }

  static final class AnswersFarthestFirst extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public List<Match> topK(float[] query, int k) {
          return super.topK(query, k).reversed();
        }
      };
    }
  }

  static final class OrdersTiesBackwards extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public List<Match> topK(float[] query, int k) {
          return super.topK(query, Integer.MAX_VALUE).stream()
              .sorted(
                  Comparator.comparingDouble(Match::similarity)
                      .thenComparing(Match::agent)
                      .reversed())
              .limit(checked(k))
              .toList();
        }
      };
    }

    private static int checked(int k) {
      if (k < 1) {
        throw new IllegalArgumentException("k is " + k);
      }
      return k;
    }
  }

  static final class FindsOneTwice extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public List<Match> topK(float[] query, int k) {
          var matches = new ArrayList<>(super.topK(query, k));
          if (matches.size() > 1) {
            matches.set(1, matches.getFirst());
          }
          return matches;
        }
      };
    }
  }

  static final class GivesOneTooMany extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public List<Match> topK(float[] query, int k) {
          return super.topK(query, k < 1 ? k : k + 1);
        }
      };
    }
  }

  static final class ForgetsUpdates extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        private final Set<AgentId> known = ConcurrentHashMap.newKeySet();

        @Override
        public void put(AgentId agent, float[] vector) {
          check(vector);
          if (known.add(agent)) {
            super.put(agent, vector);
          }
        }

        @Override
        public boolean remove(AgentId agent) {
          known.remove(agent);
          return super.remove(agent);
        }
      };
    }
  }

  static final class ForgetsRemovals extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        private final Set<AgentId> removed = ConcurrentHashMap.newKeySet();

        @Override
        public void put(AgentId agent, float[] vector) {
          super.put(agent, vector);
          removed.remove(agent);
        }

        @Override
        public boolean remove(AgentId agent) {
          boolean there =
              topK(new float[dimension()], Integer.MAX_VALUE).stream()
                  .anyMatch(match -> match.agent().equals(agent));
          return there && removed.add(agent);
        }

        @Override
        public int size() {
          return super.size() - removed.size();
        }
      };
    }
  }

  static final class RemovesTheWrongOne extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public boolean remove(AgentId agent) {
          if (!super.remove(agent)) {
            return false;
          }
          List<Match> others = topK(new float[dimension()], Integer.MAX_VALUE);
          if (others.size() > 30) {
            super.remove(others.getLast().agent());
          }
          return true;
        }
      };
    }
  }

  static final class TakesAnyVector extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        void check(float[] vector) {}
      };
    }
  }

  static final class KeepsTheCallersArray extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        float[] kept(float[] vector) {
          return vector;
        }
      };
    }
  }

  /** Between the two steps of an update, a search misses the agent. */
  static final class ReplacesByRemoving extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public void put(AgentId agent, float[] vector) {
          check(vector);
          super.remove(agent);
          LockSupport.parkNanos(1_000);
          super.put(agent, vector);
        }
      };
    }
  }

  /** Between the two steps, a search meets a vector that nobody put. */
  static final class WritesAVectorInTwoSteps extends AgentIndexContract {
    @Override
    protected AgentIndex newIndex(int dimension) {
      return new PlainAgentIndex(dimension) {
        @Override
        public void put(AgentId agent, float[] vector) {
          check(vector);
          float[] half = vector.clone();
          Arrays.fill(half, 0, half.length / 2, 0);
          super.put(agent, half);
          LockSupport.parkNanos(1_000);
          super.put(agent, vector);
        }
      };
    }
  }
}
