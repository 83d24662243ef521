package org.stacking4j.fused;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * The step from gradient to parameters: DL4J's updaters, each in one pass over gradient, state and
 * parameters.
 *
 * <p>Adam (Kingma, Ba 2015) with L2 in the gradient or with decoupled weight decay (Loshchilov,
 * Hutter 2019), Nesterov momentum, SGD. The state stands by parameter here, and by updater block in
 * DL4J; it is moved when read and when stored.
 */
final class Updates implements Crew.Work {
  private static final int PART = 1 << 15;

  private final Parameters parameters;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Segment> parts = new ArrayList<>();
  private final float[] first;
  private final float[] second;
  private final float[] gradient;

  private float scale;
  private int iteration;
  private int epoch;

  /**
   * A stretch of parameters that are updated alike.
   *
   * @param state where its state begins in DL4J's, and {@code stateStride} the distance to the
   *     second part of it
   */
  private record Segment(
      int from,
      int to,
      IUpdater updater,
      List<Regularization> regularisation,
      int state,
      int stateStride) {

    /** What L2 multiplies the parameters by, to add to the gradient. */
    double l2(int iteration, int epoch) {
      double sum = 0;
      for (Regularization one : regularisation) {
        if (one instanceof L2Regularization own) {
          sum += own.getL2().valueAt(iteration, epoch);
        }
      }
      return sum;
    }

    /** What weight decay multiplies the parameters by, to add to the update. */
    double decay(double rate, int iteration, int epoch) {
      double sum = 0;
      for (Regularization one : regularisation) {
        if (one instanceof WeightDecay own) {
          sum += own.getCoeff().valueAt(iteration, epoch) * (own.isApplyLR() ? rate : 1);
        }
      }
      return sum;
    }

    /** What half the sum of squares is multiplied by, to add to the loss. */
    double penalty(int iteration, int epoch) {
      double sum = l2(iteration, epoch);
      for (Regularization one : regularisation) {
        if (one instanceof WeightDecay own) {
          sum += own.getCoeff().valueAt(iteration, epoch);
        }
      }
      return sum;
    }

    /** Some of it, by places among all parameters. */
    Segment part(int from, int to) {
      return new Segment(
          from, to, updater, regularisation, state + (from - this.from), stateStride);
    }
  }

  Updates(Parameters parameters, BaseMultiLayerUpdater<?> updater) {
    this.parameters = parameters;
    int state = 0;
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      int length = block.getParamOffsetEnd() - block.getParamOffsetStart();
      for (UpdaterBlock.ParamState part : block.getLayersAndVariablesInBlock()) {
        int offset = part.getParamOffsetStart() - block.getParamOffsetStart();
        add(part, block.getUpdaterViewOffsetStart() + offset, length);
      }
    }
    for (Segment segment : segments) {
      state = Math.max(state, parts(segment.updater()));
      for (int from = segment.from(); from < segment.to(); from += PART) {
        parts.add(segment.part(from, Math.min(segment.to(), from + PART)));
      }
    }
    gradient = new float[parameters.values.length];
    first = new float[state > 0 ? parameters.values.length : 0];
    second = new float[state > 1 ? parameters.values.length : 0];
    @Nullable INDArray saved = updater.getStateViewArray();
    if (saved != null) {
      move(saved.dup().data().asFloat(), false);
    }
  }

  private void add(UpdaterBlock.ParamState part, int state, int stride) {
    IUpdater updater = part.getLayer().getConfig().getUpdaterByParam(part.getParamName());
    if (updater instanceof NoOp) {
      return; // running statistics, which batch normalisation changes itself
    }
    // DL4J's builder may put the same term into a layer's list twice, and then applies it twice.
    @Nullable List<Regularization> terms =
        part.getLayer().getConfig().getRegularizationByParam(part.getParamName());
    segments.add(
        new Segment(
            part.getParamOffsetStart(),
            part.getParamOffsetEnd(),
            updater,
            terms == null ? List.of() : List.copyOf(terms),
            state,
            stride));
  }

  private static int parts(IUpdater updater) {
    return (int) updater.stateSize(1);
  }

  /** The state in DL4J's order. */
  float[] state(int length) {
    float[] state = new float[length];
    move(state, true);
    return state;
  }

  private void move(float[] state, boolean out) {
    for (int part = 0; part < 2; part++) {
      float[] own = part == 0 ? first : second;
      float[] ordered = out ? parameters.inDl4jsOrder(own) : own;
      for (Segment segment : segments) {
        if (part < parts(segment.updater())) {
          int at = segment.state() + part * segment.stateStride();
          int length = segment.to() - segment.from();
          if (out) {
            System.arraycopy(ordered, segment.from(), state, at, length);
          } else {
            System.arraycopy(state, at, ordered, segment.from(), length);
          }
        }
      }
      if (!out) {
        parameters.toOwnOrder(own);
      }
    }
  }

  void save(DataOutput out) throws IOException {
    parameters.save(first, out);
    parameters.save(second, out);
  }

  void restore(DataInput in) throws IOException {
    parameters.restore(first, in);
    parameters.restore(second, in);
  }

  /** What regularisation adds to the loss, of the parameters as they are. */
  double penalty(int iteration, int epoch) {
    double penalty = 0;
    for (Segment segment : segments) {
      double coefficient = segment.penalty(iteration, epoch);
      if (coefficient != 0) {
        double squares = 0;
        for (int i = segment.from(); i < segment.to(); i++) {
          squares += (double) parameters.values[i] * parameters.values[i];
        }
        penalty += 0.5 * coefficient * squares;
      }
    }
    return penalty;
  }

  /**
   * Changes the parameters.
   *
   * @param scale what the gradient is multiplied by first
   */
  void apply(float scale, int iteration, int epoch) {
    this.scale = scale;
    this.iteration = iteration;
    this.epoch = epoch;
    parameters.crew.run(parts.size(), this);
  }

  @Override
  public void part(int part) {
    Segment segment = parts.get(part);
    IUpdater updater = segment.updater();
    double rate = updater.getLearningRate(iteration, epoch);
    float l2 = (float) segment.l2(iteration, epoch);
    float kept = (float) (1 - segment.decay(rate, iteration, epoch));
    int from = segment.from();
    int to = segment.to();
    float[] w = parameters.values;
    parameters.getGradient(from, to, gradient);
    if (updater instanceof Adam adam) {
      adam(adam, (float) rate, l2, kept, from, to);
    } else if (updater instanceof Nesterovs nesterovs) {
      float momentum = (float) nesterovs.currentMomentum(iteration, epoch);
      nesterovs(w, first, gradient, scale, l2, kept, (float) rate, momentum, from, to);
    } else {
      descend(w, gradient, scale, l2, kept, (float) rate, from, to);
    }
    parameters.changed(from, to);
  }

  private void adam(Adam adam, float rate, float l2, float kept, int from, int to) {
    float beta1 = (float) adam.getBeta1();
    float beta2 = (float) adam.getBeta2();
    float epsilon = (float) adam.getEpsilon();
    float power1 = (float) Math.pow(beta1, iteration + 1);
    float power2 = (float) Math.pow(beta2, iteration + 1);
    float step = rate * (float) Math.sqrt(1 - power2) / (1 - power1);
    if (step == 0 || !Float.isFinite(step)) {
      step = epsilon; // as ND4J does
    }
    float[] w = parameters.values;
    adam(w, first, second, gradient, scale, l2, kept, beta1, beta2, step, epsilon, from, to);
  }

  /*
   * One loop each: the mean gradient is scale · gradient, and L2 adds l2 · w to it. DL4J adds
   * decay · w to the update of the same w, which is to keep 1 − decay of w beforehand.
   *
   * All arrays are read and written at the same index, so that the compiler makes vector
   * instructions of the loops.
   */
  private static void adam(
      float[] w,
      float[] m,
      float[] v,
      float[] gradient,
      float scale,
      float l2,
      float kept,
      float beta1,
      float beta2,
      float step,
      float epsilon,
      int from,
      int to) {
    float fresh1 = 1 - beta1;
    float fresh2 = 1 - beta2;
    for (int i = from; i < to; i++) {
      float g = scale * gradient[i] + l2 * w[i];
      float mean = beta1 * m[i] + fresh1 * g;
      float square = beta2 * v[i] + fresh2 * g * g;
      m[i] = mean;
      v[i] = square;
      w[i] = kept * w[i] - step * mean / ((float) Math.sqrt(square) + epsilon);
    }
  }

  private static void nesterovs(
      float[] w,
      float[] v,
      float[] gradient,
      float scale,
      float l2,
      float kept,
      float rate,
      float momentum,
      int from,
      int to) {
    for (int i = from; i < to; i++) {
      float before = momentum * v[i];
      float now = before - rate * (scale * gradient[i] + l2 * w[i]);
      v[i] = now;
      w[i] = kept * w[i] - (before - (1 + momentum) * now);
    }
  }

  private static void descend(
      float[] w,
      float[] gradient,
      float scale,
      float l2,
      float kept,
      float rate,
      int from,
      int to) {
    for (int i = from; i < to; i++) {
      w[i] = kept * w[i] - rate * (scale * gradient[i] + l2 * w[i]);
    }
  }
}
