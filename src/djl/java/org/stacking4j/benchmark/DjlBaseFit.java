package org.stacking4j.benchmark;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.UniformInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.stacking4j.data.Mnist;

/**
 * The work of {@link BaseFit} in Deep Java Library on PyTorch's natives, one thread.
 *
 * <pre>
 * mvn -q -Pjmh,djl test-compile exec:exec -Drun=org.stacking4j.benchmark.DjlBaseFit
 * </pre>
 *
 * Arguments, all may be left out: repeats (1), rows (20000), epochs (10).
 */
final class DjlBaseFit {
  private static final int BATCH = 128;
  private static final int PIXELS = 784;
  private static final float GRADIENT_NORM_LIMIT = 2;

  private DjlBaseFit() {}

  public static void main(String[] args) throws IOException {
    int repeats = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    int rows = args.length > 1 ? Integer.parseInt(args[1]) : 20_000;
    int epochs = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    // The natives are in a jar; the engine unpacks them once and must download nothing.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ENGINE_CACHE_DIR", "target/djl");
    System.setProperty("ai.djl.pytorch.num_threads", "1");
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");

    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray features = images(manager, "train", rows);
      NDArray labels = labels(manager, "train", rows);
      NDArray testFeatures = images(manager, "t10k", 5_000);
      NDArray testLabels = labels(manager, "t10k", 5_000);
      for (int repeat = 1; repeat <= repeats; repeat++) {
        Engine.getInstance().setRandomSeed(repeat);
        long start = System.nanoTime();
        try (Model model = Model.newInstance("mlp");
            Trainer trainer = fit(model, features, labels, epochs)) {
          double seconds = (System.nanoTime() - start) / 1e9;
          double accuracy = accuracy(trainer, testFeatures, testLabels);
          FitLine.print("djl", repeat, rows, epochs, 1, seconds, accuracy);
        }
      }
    }
  }

  private static Trainer fit(Model model, NDArray features, NDArray labels, int epochs) {
    model.setBlock(base());
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(
                    Optimizer.adam().optLearningRateTracker(Tracker.fixed(1e-3f)).build()));
    trainer.initialize(new Shape(BATCH, PIXELS));
    List<NDArray> trained =
        model.getBlock().getParameters().values().stream()
            .filter(Parameter::requiresGradient)
            .map(Parameter::getArray)
            .toList();
    long rows = features.getShape().get(0);
    for (int epoch = 0; epoch < epochs; epoch++) {
      try (NDManager ofEpoch = features.getManager().newSubManager()) {
        NDArray order = ofEpoch.randomPermutation(rows);
        for (long from = 0; from < rows; from += BATCH) {
          try (NDManager ofStep = ofEpoch.newSubManager()) {
            NDIndex slice = new NDIndex().addSliceDim(from, Math.min(rows, from + BATCH));
            NDIndex batch = new NDIndex("{}", order.get(ofStep, slice));
            step(trainer, features.get(ofStep, batch), labels.get(ofStep, batch), trained, ofStep);
          }
        }
      }
    }
    return trainer;
  }

  private static void step(
      Trainer trainer, NDArray features, NDArray labels, List<NDArray> trained, NDManager manager) {
    try (GradientCollector collector = trainer.newGradientCollector()) {
      NDList logits = trainer.forward(new NDList(features));
      NDArray loss = trainer.getLoss().evaluate(new NDList(labels), logits);
      collector.backward(loss);
      loss.getFloat(); // as the other two, which report the mean loss
    }
    limitGradientNorm(trained, manager);
    trainer.step();
  }

  private static void limitGradientNorm(List<NDArray> trained, NDManager manager) {
    List<NDArray> gradients = trained.stream().map(NDArray::getGradient).toList();
    double squares = 0;
    for (NDArray gradient : gradients) {
      gradient.attach(manager);
      float norm = gradient.norm().getFloat();
      squares += norm * norm;
    }
    double norm = Math.sqrt(squares);
    if (norm > GRADIENT_NORM_LIMIT) {
      for (NDArray gradient : gradients) {
        gradient.muli(GRADIENT_NORM_LIMIT / norm);
      }
    }
  }

  private static double accuracy(Trainer trainer, NDArray features, NDArray labels) {
    NDArray predicted = trainer.evaluate(new NDList(features)).singletonOrThrow().argMax(1);
    return predicted.eq(labels).sum().getLong() / (double) labels.getShape().get(0);
  }

  private static Block base() {
    return new SequentialBlock()
        .add(linear(PIXELS, 256))
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Dropout.builder().optRate(0.3f).build())
        .add(linear(256, 256))
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Dropout.builder().optRate(0.3f).build())
        .add(linear(256, 10));
  }

  /** Weights and biases from U(±1/√inputs), as in PyTorch. */
  private static Block linear(int inputs, int units) {
    Linear linear = Linear.builder().setUnits(units).build();
    var uniform = new UniformInitializer((float) (1 / Math.sqrt(inputs)));
    linear.setInitializer(uniform, Parameter.Type.WEIGHT);
    linear.setInitializer(uniform, Parameter.Type.BIAS);
    return linear;
  }

  private static NDArray images(NDManager manager, String part, int rows) throws IOException {
    byte[] pixels = read(part + "-images-idx3-ubyte.gz", 16, rows * PIXELS);
    float[] features = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      features[i] = ((pixels[i] & 0xff) / 255f - 0.5f) / 0.5f;
    }
    return manager.create(features, new Shape(rows, PIXELS));
  }

  private static NDArray labels(NDManager manager, String part, int rows) throws IOException {
    byte[] labels = read(part + "-labels-idx1-ubyte.gz", 8, rows);
    return manager.create(labels).toType(DataType.INT64, false);
  }

  /** What follows an IDX file's header. */
  private static byte[] read(String name, int header, int bytes) throws IOException {
    try (InputStream file = Mnist.class.getResourceAsStream("mnist/" + name);
        InputStream in = new GZIPInputStream(file)) {
      in.skipNBytes(header);
      return in.readNBytes(bytes);
    }
  }
}
