package dev.mama.matching;

import dev.mama.matching.VectorIndex.Match;
import dev.mama.matching.VectorIndex.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One search over rows: sketches rule out what cannot be in the answer, the rest is compared in
 * full.
 *
 * <p>Confined to one thread.
 */
final class Search<K extends Comparable<? super K>> {

  private static final int BLOCK = 256;

  private final float[] query;
  private final double length;
  private final SketchScan.Query prepared;
  private final Weight<? super K> weight;
  private final long version;
  private final float[] scores = new float[BLOCK];

  /** The greatest lower bounds met so far, as a heap with the least at 0. */
  private final float[] bounds;

  private int boundsMet;

  private final List<Candidate<K>> candidates = new ArrayList<>();

  private record Candidate<K>(Rows segment, int row, K key, double weight, float upper) {}

  Search(float[] query, SketchScan.Query prepared, int k, Weight<? super K> weight, long version) {
    this.query = query;
    this.prepared = prepared;
    this.weight = weight;
    this.version = version;
    this.bounds = new float[k];
    double square = 0;
    for (float value : query) {
      square += (double) value * value;
    }
    length = Math.sqrt(square) * (1 + 1e-6);
  }

  /**
   * Visits the rows from {@code from} to before {@code to} of {@code segments}, one after the
   * other.
   */
  void visit(List<Rows> segments, int from, int to) {
    int first = 0;
    for (Rows segment : segments) {
      int end = Math.min(to - first, segment.capacity);
      if (Math.max(0, from - first) < end) {
        visit(segment, Math.max(0, from - first), end);
      }
      first += segment.capacity;
    }
  }

  private void visit(Rows segment, int from, int to) {
    double queryLost = prepared.lost() * segment.longest;
    for (int first = from; first < to; first += BLOCK) {
      int end = Math.min(to, first + BLOCK);
      prepared.scores(segment.sketch, segment.scale, first, end, scores);
      for (int row = first; row < end; row++) {
        float error = (float) (length * segment.lost[row] + queryLost);
        float score = scores[row - first];
        if (!(score + error < least()) && segment.isThere(row, version)) {
          consider(segment, row, score - error, score + error);
        }
      }
    }
  }

  /** What a row must reach to be in the answer, as far as is known. */
  private float least() {
    return boundsMet < bounds.length ? Float.NEGATIVE_INFINITY : bounds[0];
  }

  private void consider(Rows segment, int row, float lower, float upper) {
    @SuppressWarnings("unchecked") // VectorIndex.put() takes K only
    K key = (K) segment.key(row);
    double counts = weight.of(key);
    float upperBound = Math.nextUp(weighted(upper, counts));
    if (!(counts > 0 && counts <= 1) || upperBound < least()) {
      return;
    }
    candidates.add(new Candidate<>(segment, row, key, counts, upperBound));
    addBound(Math.nextDown(weighted(lower, counts)));
  }

  private static float weighted(float similarity, double weight) {
    return similarity > 0 ? (float) (similarity * weight) : similarity;
  }

  private void addBound(float bound) {
    if (boundsMet < bounds.length) {
      bounds[boundsMet++] = bound;
      if (boundsMet == bounds.length) {
        Arrays.sort(bounds); // a sorted array is a heap
      }
    } else if (bound > bounds[0]) {
      int at = 0;
      for (int child = 1; child < bounds.length; child = 2 * at + 1) {
        if (child + 1 < bounds.length && bounds[child + 1] < bounds[child]) {
          child++;
        }
        if (bounds[child] >= bound) {
          break;
        }
        bounds[at] = bounds[child];
        at = child;
      }
      bounds[at] = bound;
    }
  }

  /** The best of what was visited, in plain loops: after an encoding no code is in the caches. */
  List<Match<K>> best() {
    float least = least();
    var best = new ArrayList<Match<K>>(2 * bounds.length);
    for (Candidate<K> candidate : candidates) {
      if (!(candidate.upper() < least)) {
        float similarity = candidate.segment().similarity(query, candidate.row());
        best.add(new Match<>(candidate.key(), weighted(similarity, candidate.weight())));
      }
    }
    best.sort(VectorIndex.closestFirst());
    return List.copyOf(best.subList(0, Math.min(best.size(), bounds.length)));
  }
}
