package org.stacking4j.train;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitUniform;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.data.Folds;
import org.stacking4j.data.Task;
import org.stacking4j.fused.Crew;
import org.stacking4j.fused.FusedNetwork;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.NativeThreads;
import org.stacking4j.network.Standardisation;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;

/**
 * Fits one network: the only place that trains.
 *
 * <p>ND4J's random numbers belong to a thread and are seeded at the start of a fit, so a fit must
 * begin and end on one thread; then its parameters depend on nothing but its task.
 *
 * <p>With early stopping, the rows that are held back reach no step, no scale and no mean weight;
 * the fit is one on the others that is looked at after each epoch.
 *
 * <p>Targets are standardised by the rows of the fit, and the scale is folded into the output layer
 * afterwards, so the network that comes out is an ordinary one.
 */
final class NetworkFitter {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkFitter.class);

  private NetworkFitter() {}

  /**
   * Fits a network on the calling thread.
   *
   * @param turn when it may go on, and whose helpers the fused step may have
   * @param checkpoints where to go on from, and where to keep how far it has come; null for nowhere
   * @throws CancellationException if the thread is interrupted
   * @throws ArithmeticException if the loss or a parameter stops being a finite number
   * @throws IllegalStateException if it takes longer than its timeout
   * @throws OutOfMemoryError if memory ends, with what to do
   */
  static FitResult fit(
      FitTask task, FitListener listener, Turn turn, @Nullable Checkpoints checkpoints) {
    long start = turn.nanoTime();
    NativeThreads.useOne();
    FitSettings settings = task.settings();
    Trainer trainer = trainer(task);
    var shuffle = new SplittableRandom(Seeds.of(task.seed(), "shuffle", 0));
    @Nullable EarlyStopping stopping = task.stopping();
    @Nullable Folds split = stopping == null ? null : task.heldBack(stopping);
    FitTask learned = split == null ? task : task.on(split.training(1));
    int[] order = new int[learned.data().rows()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    boolean regression = task.data().task() == Task.REGRESSION;
    @Nullable Standardisation scale = regression ? Standardisation.ofTargets(learned.data()) : null;
    FitTask inside = scaled(learned, scale);
    @Nullable HeldBack heldBack =
        split == null || stopping == null
            ? null
            : new HeldBack(scaled(task.on(split.heldOut(1)), scale), stopping.patience());
    try (TrainingSteps steps = steps(trainer, inside, turn.crew())) {
      var course = new FitCourse(task, trainer, steps, heldBack, turn, start);
      if (checkpoints != null) {
        course.takeUp(checkpoints);
      }
      for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
        shuffle(order, shuffle); // also of epochs that are taken up: the next order comes of it
        if (epoch <= course.epochs()) {
          continue;
        }
        if (course.isOver()) {
          break;
        }
        double loss = epoch(steps, task, order, epoch, course, turn);
        float[] parameters = steps.parameters();
        checkParameters(parameters, epoch);
        steps.endEpoch();
        course.endEpoch(loss, parameters, kept -> network(task, kept, scale));
        listener.onEvent(new FitEvent.EpochEnded(task, epoch, loss));
        if (checkpoints != null && epoch < settings.epochs() && !course.isOver()) {
          course.keep(checkpoints);
        }
      }
      return course.result(kept -> network(task, kept, scale));
    }
  }

  private static FitTask scaled(FitTask task, @Nullable Standardisation scale) {
    return scale == null ? task : task.standardised(scale);
  }

  /** The network as its configuration describes it, without what was added for the fit. */
  private static TrainedNetwork network(
      FitTask task, float[] parameters, @Nullable Standardisation scale) {
    TrainedNetwork network = TrainedNetwork.of(task.configuration(), parameters);
    if (scale != null) {
      // A margin is in the target's unit and has its mean already.
      network = network.withOutputScale(scale, task.margin() == null);
    }
    return network.withColumns(task.columns());
  }

  /** Which trainer it will be. */
  private static Trainer trainer(FitTask task) {
    Trainer wanted = task.settings().trainer();
    if (wanted != Trainer.AUTO) {
      return wanted;
    }
    Optional<String> obstacle = FusedNetwork.obstacle(task.configuration());
    if (obstacle.isPresent()) {
      LOG.info(
          "{}: trained by Deeplearning4j's own fit, because {}", task.describe(), obstacle.get());
    }
    return obstacle.isPresent() ? Trainer.DL4J : Trainer.FUSED;
  }

  private static TrainingSteps steps(Trainer trainer, FitTask task, Crew crew) {
    MultiLayerConfiguration configuration = task.configuration();
    if (task.cyclic()) {
      CosineCycles.putInto(configuration, task, stepsOfEpoch(task));
    }
    var network = new MultiLayerNetwork(configuration);
    network.init();
    if (task.settings().uniformBiases()) {
      drawBiases(network);
    }
    if (trainer == Trainer.DL4J) {
      return new Dl4jSteps(network, task);
    }
    int mostRows = Math.min(task.data().rows(), task.settings().batchSize() + 1);
    return new FusedSteps(network, task, mostRows, crew);
  }

  /** One pass over the rows in the given order; returns the mean loss. */
  private static double epoch(
      TrainingSteps steps, FitTask task, int[] order, int epoch, FitCourse course, Turn turn) {
    int batchSize = task.settings().batchSize();
    double sum = 0;
    int from = 0;
    while (from < order.length) {
      turn.goOn((epoch - 1 + from / (double) order.length) / task.settings().epochs());
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("cancelled in epoch " + epoch);
      }
      if (course.takesTooLong()) {
        throw new IllegalStateException(
            "it took longer than "
                + seconds(task.settings().timeout())
                + ", in epoch "
                + epoch
                + "; allow more by timeout, or fewer epochs");
      }
      int to = batchEnd(from, batchSize, order.length);
      double loss = steps.step(Arrays.copyOfRange(order, from, to));
      if (!Double.isFinite(loss)) {
        throw new ArithmeticException(
            "training diverged: the loss is "
                + loss
                + " in epoch "
                + epoch
                + " after "
                + to
                + " rows; lower the learning rate or the gradient norm limit");
      }
      sum += loss * (to - from);
      from = to;
    }
    return sum / order.length;
  }

  private static String seconds(Duration time) {
    BigDecimal exact =
        BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), 9));
    return exact.stripTrailingZeros().toPlainString() + " s";
  }

  private static int batchEnd(int from, int batchSize, int rows) {
    int to = Math.min(rows, from + batchSize);
    return to == rows - 1 ? rows : to; // one row has no variance for batch normalisation to learn
  }

  private static int stepsOfEpoch(FitTask task) {
    int rows = task.data().rows();
    int steps = 0;
    for (int from = 0; from < rows; steps++) {
      from = batchEnd(from, task.settings().batchSize(), rows);
    }
    return steps;
  }

  /** A step's loss is that of before the step, so the last step's would go unseen. */
  private static void checkParameters(float[] parameters, int epoch) {
    for (float parameter : parameters) {
      if (!Float.isFinite(parameter)) {
        throw new ArithmeticException(
            "training diverged: the parameters are no longer finite numbers after epoch "
                + epoch
                + "; lower the learning rate or the gradient norm limit");
      }
    }
  }

  /**
   * Redraws the biases of layers with {@code WeightInit.UNIFORM} from U(±1/√fanIn), from the
   * thread's random numbers, which {@code init} has just seeded.
   */
  private static void drawBiases(MultiLayerNetwork network) {
    for (int i = 0; i < network.getnLayers(); i++) {
      if (network.getLayerWiseConfigurations().getConf(i).getLayer() instanceof BaseLayer layer
          && layer.getWeightInitFn() instanceof WeightInitUniform
          && layer.getBiasInit() == 0
          && layer instanceof FeedForwardLayer
          && network.getParam(i + "_b") != null
          && network.getParam(i + "_W").rank() == 2) {
        INDArray bias = network.getParam(i + "_b");
        double range = 1 / Math.sqrt((double) network.getParam(i + "_W").size(0));
        bias.assign(Nd4j.rand(bias.dataType(), bias.shape()).muli(2 * range).subi(range));
      }
    }
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
  }
}
