package dev.mama.marl;

/**
 * Adam (D. Kingma and J. Ba, 2015) on parameters in a float[], gradients clipped to a norm of 0.5.
 *
 * <p>Confined to one thread.
 */
final class Adam {

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final double LARGEST_NORM = 0.5;

  final float[] parameters;
  final float[] first;
  final float[] second;
  private int steps;

  Adam(float[] parameters, float[] first, float[] second, int steps) {
    this.parameters = parameters.clone();
    this.first = first.clone();
    this.second = second.clone();
    this.steps = steps;
  }

  static Adam start(float[] parameters) {
    return new Adam(parameters, new float[parameters.length], new float[parameters.length], 0);
  }

  int steps() {
    return steps;
  }

  void step(float[] gradient, double rate) {
    double squares = 0;
    for (float part : gradient) {
      squares += (double) part * part;
    }
    double scale = Math.min(1, LARGEST_NORM / (Math.sqrt(squares) + 1e-12));
    steps++;
    double size = rate * Math.sqrt(1 - Math.pow(BETA2, steps)) / (1 - Math.pow(BETA1, steps));
    for (int i = 0; i < gradient.length; i++) {
      double part = scale * gradient[i];
      first[i] = (float) (BETA1 * first[i] + (1 - BETA1) * part);
      second[i] = (float) (BETA2 * second[i] + (1 - BETA2) * part * part);
      parameters[i] -= (float) (size * first[i] / (Math.sqrt(second[i]) + EPSILON));
    }
  }
}
