package org.stacking4j.fused;

/** An activation function, value by value. */
final class ActivationStage extends Stage {
  private final Activation activation;
  private final int width;
  private float[] input = new float[0];
  private final float[] output;

  ActivationStage(Activation activation, int width, int maxRows) {
    this.activation = activation;
    this.width = width;
    output = new float[maxRows * width];
  }

  @Override
  public float[] forward(float[] input, int rows, int iteration) {
    this.input = input;
    activation.apply(input, output, rows * width);
    return output;
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    activation.multiplyByDerivative(input, output, gradient, rows * width);
    return gradient;
  }
}
