package dev.mama.marl;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.StateShape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A learned policy on DJL's PyTorch engine, which decides for all who ask at the same time in one
 * run of the network: on a device that is worth the way there, or where thousands ask at once. For
 * one asker on a CPU {@link LearnedPolicy} is faster.
 *
 * <p>One platform thread runs the network, since a native call would pin a virtual thread's
 * carrier; it takes up what has gathered while it ran. The network always sees {@link #ROWS}
 * states, the missing ones filled with zeros, so that a state's scores do not depend on its
 * company. They are those of {@link LearnedPolicy} to 1e-5. The draw is made by the asking thread.
 *
 * <p>Thread-safe. {@link #decide} waits for its batch.
 */
public final class BatchingPolicy implements Stochastic, AutoCloseable {

  /** How many states one run of the network takes. */
  static final int ROWS = 64;

  private static final int LARGEST_GATHERING = 16 * ROWS;

  private final LearnedPolicy policy;
  private final TorchMlp network;
  private final LinkedBlockingQueue<Asked> queue = new LinkedBlockingQueue<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread thread;

  /** A state and the logits it waits for; without a state, the end. */
  private static final class Asked {
    private final float @Nullable [] state;
    private final CompletableFuture<float[]> logits = new CompletableFuture<>();

    Asked(float @Nullable [] state) {
      this.state = state;
    }
  }

  private BatchingPolicy(LearnedPolicy policy, TorchMlp network) {
    this.policy = policy;
    this.network = network;
    this.thread = Thread.ofPlatform().daemon().name("mama-policy").unstarted(this::work);
  }

  /**
   * Loads {@code policy} onto a device.
   *
   * @param device {@code cpu}, {@code cuda}, {@code mps}, or {@code auto} for CUDA where there is a
   *     device and the CPU otherwise
   * @throws IllegalArgumentException if {@code device} is another word
   * @throws PolicyException if PyTorch or the device is not there
   */
  public static BatchingPolicy open(LearnedPolicy policy, String device) {
    var batching = new BatchingPolicy(policy, TorchMlp.open(policy.file().network(), device));
    batching.thread.start();
    return batching;
  }

  @Override
  public String name() {
    return policy.name();
  }

  /**
   * {@inheritDoc}
   *
   * @throws PolicyException if it is closed, or the engine failed
   */
  @Override
  public Decision decide(State state, RandomGenerator random) {
    if (state.candidates() == 0) {
      return policy.decide(state, random);
    }
    return policy.decide(state, logits(state), random);
  }

  /**
   * A decision for each of {@code states}, in their order, drawn in that order.
   *
   * @throws PolicyException if it is closed, or the engine failed
   */
  public List<Decision> decide(List<State> states, RandomGenerator random) {
    float[][] logits = logits(states);
    var decisions = new ArrayList<Decision>(logits.length);
    for (int i = 0; i < logits.length; i++) {
      State state = states.get(i);
      decisions.add(
          state.candidates() == 0
              ? policy.decide(state, random)
              : policy.decide(state, logits[i], random));
    }
    return decisions;
  }

  @Override
  public double[] probabilities(State state) {
    return state.candidates() == 0
        ? policy.probabilities(state)
        : Softmax.of(logits(state), state, policy.file().manifest().shape());
  }

  /** Scores of many states at once; float[states][outputs]. */
  float[][] logits(List<State> states) {
    var asked = states.stream().map(state -> new Asked(state.toArray())).toList();
    asked.forEach(this::ask);
    return asked.stream().map(BatchingPolicy::await).toArray(float[][]::new);
  }

  private static float[] await(Asked asked) {
    try {
      return asked.logits.join();
    } catch (CompletionException e) {
      throw new PolicyException(String.valueOf(e.getMessage()), e);
    }
  }

  private float[] logits(State state) {
    return logits(List.of(state))[0];
  }

  private void ask(Asked asked) {
    queue.add(asked);
    if (closed.get() && queue.remove(asked)) {
      throw gone();
    }
  }

  private void work() {
    var gathered = new ArrayList<Asked>(LARGEST_GATHERING);
    boolean open = true;
    while (open) {
      try {
        gathered.add(queue.take());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // nobody of ours interrupts it
        break;
      }
      queue.drainTo(gathered, LARGEST_GATHERING - 1);
      open = gathered.stream().allMatch(it -> it.state != null);
      gathered.removeIf(it -> it.state == null);
      for (int from = 0; from < gathered.size(); from += ROWS) {
        answer(gathered.subList(from, Math.min(from + ROWS, gathered.size())));
      }
      gathered.clear();
    }
    network.close();
  }

  private void answer(List<Asked> asked) {
    try {
      float[] rows = new float[ROWS * StateShape.SIZE];
      for (int i = 0; i < asked.size(); i++) {
        float[] state = asked.get(i).state;
        if (state != null) {
          System.arraycopy(state, 0, rows, i * StateShape.SIZE, StateShape.SIZE);
        }
      }
      float[] outputs = network.run(rows);
      int width = outputs.length / ROWS;
      for (int i = 0; i < asked.size(); i++) {
        float[] logits = new float[width];
        System.arraycopy(outputs, i * width, logits, 0, width);
        float[] state = asked.get(i).state;
        if (state != null) {
          policy.file().manifest().rule().addTo(state, logits);
        }
        asked.get(i).logits.complete(logits);
      }
    } catch (RuntimeException | LinkageError e) {
      var failed =
          new PolicyException("policy '%s' could not run on its engine".formatted(name()), e);
      asked.forEach(it -> it.logits.completeExceptionally(failed));
    }
  }

  private PolicyException gone() {
    return new PolicyException("policy '%s' is closed".formatted(name()), null);
  }

  /** Answers what was asked before, then frees the engine's memory. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      queue.add(new Asked(null));
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      queue.forEach(it -> it.logits.completeExceptionally(gone()));
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
