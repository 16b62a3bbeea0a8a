package dev.mama.mlflow;

import dev.mama.mlflow.MlflowClient.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Figures of the same name, taken together until they are sent: a thousand agents that each record
 * a price each second are four points each interval. Of each name come its mean, {@code .min} and
 * {@code .max} over the interval, and {@code .count} since the beginning.
 *
 * <p>Thread-safe.
 */
final class FigureSums {

  /** Names beyond these are not sent: agents make names up. */
  static final int MOST_NAMES = 200;

  private final Map<String, Sum> sums = new TreeMap<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private final Set<String> counted = new TreeSet<>(); // since the last call of take

  private static final class Sum {
    private long total;
    private long count;
    private double sum;
    private double least;
    private double most;
  }

  /** Takes a figure; false if there are too many names to take another one. */
  synchronized boolean add(String name, double value) {
    Sum sum = sums.get(name);
    if (sum == null) {
      if (sums.size() == MOST_NAMES) {
        return false;
      }
      sum = new Sum();
      sums.put(name, sum);
    }
    sum.least = sum.count == 0 ? value : Math.min(sum.least, value);
    sum.most = sum.count == 0 ? value : Math.max(sum.most, value);
    sum.sum += value;
    sum.count++;
    sum.total++;
    return true;
  }

  /** Counts {@code more} of something; its point is the sum since the beginning. */
  synchronized void count(String name, long more) {
    counts.merge(name, more, Long::sum);
    counted.add(name);
  }

  /** What came since the last call, as points. */
  synchronized List<Point> take(long millis, long step) {
    List<Point> points = new ArrayList<>();
    for (String name : counted) {
      points.add(new Point(name, counts.getOrDefault(name, 0L), millis, step));
    }
    counted.clear();
    sums.forEach((name, sum) -> {
      if (sum.count > 0) {
        String key = key(name);
        points.add(new Point(key, sum.sum / sum.count, millis, step));
        points.add(new Point(key + ".min", sum.least, millis, step));
        points.add(new Point(key + ".max", sum.most, millis, step));
        points.add(new Point(key + ".count", sum.total, millis, step));
        sum.count = 0;
        sum.sum = 0;
      }
    });
    return points;
  }

  /** MLflow takes names for paths, and refuses "." and "..". */
  private static String key(String name) {
    return name.startsWith(".") ? "_" + name : name;
  }
}
