// # Members of your own
//
// A stack of three equal networks can only mend what luck does to each of them. What all of them
// miss, no combiner finds. So give it members that differ: in their layers, in the columns they see,
// in the rows they learn from, or because somebody else has fitted them. This page builds such an
// ensemble, looks at who contributes what, and then chooses the combiner by hand.

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.stacking4j.Contribution;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.GatedAverage;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.combine.RowGate;
import org.stacking4j.combine.WeightedAverage;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Diversity;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;
import org.stacking4j.train.RememberedFits;

int trainRows = Integer.getInteger("stacking4j.train", 2_000);
int testRows = Integer.getInteger("stacking4j.test", 5_000);
int epochs = Integer.getInteger("stacking4j.epochs", 10);
TrainTest mnist = Mnist.load();
LabeledData train = mnist.train().first(trainRows);
LabeledData test = mnist.test().first(testRows);
FitSettings settings = FitSettings.defaults().withEpochs(epochs);

// ## A network of your own
//
// A member is any DL4J `MultiLayerConfiguration` that ends in softmax with cross-entropy. Here is a
// small convolutional network. The rows are flat, 784 numbers each; `convolutionalFlat` tells DL4J
// that they are pictures of 28 × 28.

MultiLayerConfiguration convolution = (
    new NeuralNetConfiguration.Builder()
        .updater(new Adam(2e-3))
        .list()
        .layer(new ConvolutionLayer.Builder(5, 5).stride(2, 2).nOut(8)
            .activation(Activation.RELU).build())
        .layer(new DenseLayer.Builder().nOut(64).activation(Activation.RELU).build())
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(10)
            .activation(Activation.SOFTMAX).build())
        .setInputType(InputType.convolutionalFlat(28, 28, 1))
        .build());
Member picture = new Member("picture", convolution, settings.withBatchSize(32));

// A configuration that cannot be a member is refused before anything is fitted, and so is one that
// would not do what it says. This one asks for ReLU after batch normalisation, in a way that DL4J
// passes over in silence:

MultiLayerConfiguration trap = (
    new NeuralNetConfiguration.Builder().list()
        .layer(new DenseLayer.Builder().nIn(784).nOut(64).activation(Activation.IDENTITY).build())
        .layer(new BatchNormalization.Builder().nOut(64).activation(Activation.RELU).build())
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(64).nOut(10)
            .activation(Activation.SOFTMAX).build())
        .build());
try {
  Member.of("trap", trap);
} catch (IllegalArgumentException e) {
  System.out.println(e.getMessage());
}

// ## Other columns, other rows, other moments
//
// - `withColumns` shows a member some of the columns. These two see the upper and the lower half of
//   the picture, so each must find out what the other can never know.
// - `withBagging` draws the rows of each fit anew, with replacement: some twice, a good third never.
// - `withSnapshots` keeps networks from the midst of a training. They cost no fit.

int[] upper = IntStream.range(0, 392).toArray();
int[] lower = IntStream.range(392, 784).toArray();
Member top = new Member("top", Mlp.base(392, 10, 128), settings).withColumns(upper);
Member bottom = new Member("bottom", Mlp.base(392, 10, 128), settings).withColumns(lower);
Member bagged = new Member("bagged", Mlp.base(784, 10, 128), settings).withBagging();
Member steps = new Member("steps", Mlp.base(784, 10, 128, 128), settings);
if (epochs > 1) {
  steps = steps.withSnapshots(1);
}
System.out.println("'steps' becomes the members " + steps.names());

// ## A network that comes fitted
//
// Perhaps you have a network already, fitted by DL4J with no thought of stacking. It can join by
// `Member.prefit`. There is one condition, and nothing can check it for you: **it must not have
// learned from the rows that you stack on.** On those it would be over-confident, as
// [the second page](02-why-out-of-fold.md) shows. This one learned from other digits, which begin
// where the training rows end.

LabeledData elsewhere = mnist.train().select(IntStream.range(trainRows, 2 * trainRows).toArray());
MultiLayerNetwork old = new MultiLayerNetwork(
    new NeuralNetConfiguration.Builder().seed(1).updater(new Adam(1e-3)).list()
        .layer(new DenseLayer.Builder().nIn(784).nOut(64).activation(Activation.RELU).build())
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(64).nOut(10)
            .activation(Activation.SOFTMAX).build())
        .build());
old.init();
INDArray targets = elsewhere.oneHot(IntStream.range(0, elsewhere.rows()).toArray());
DataSet all = new DataSet(elsewhere.features(), targets);
for (int epoch = 0; epoch < epochs; epoch++) {
  for (DataSet batch : all.batchBy(100)) {
    old.fit(batch);
  }
}
Member given = Member.prefit("given", old);

// ## The ensemble
//
// The runner remembers fits: we will stack these members several times, and they are fitted once.

FitRunner runner = new RememberedFits(LocalFits.onAllProcessors());
StackingConfig.Builder builder = StackingConfig.builder();
for (Member member : List.of(picture, top, bottom, bagged, steps, given)) {
  builder.member(member);
}
StackingConfig config = builder.build();
StackingEnsemble stack = StackingEnsemble.fit(config, train, runner);
MetaFeatures fresh = stack.metaFeatures(test);
List<String> names = fresh.members();
System.out.println("members   " + names);
System.out.println("columns   " + fresh.columns().size());
System.out.println("combined  by " + stack.choice().label());

// Each snapshot is a member of its own, with columns of its own. The board, on the test rows:

INDArray logits = fresh.logits();
Leaderboard.Builder board = Leaderboard.builder("logit average", fresh.labels());
void enter(String name, Combiner combiner, INDArray inputs) {
  board.enter(name, combiner.predict(inputs), combiner.probabilities(inputs), 0);
}
for (int m = 0; m < names.size(); m++) {
  enter(names.get(m), Combiner.member(m, 10), logits);
}
enter("logit average", Combiner.logitAverage(10), logits);
enter("stack", stack.combiner(), logits);
for (Leaderboard.Row line : board.build().rows()) {
  System.out.printf(
      Locale.ROOT,
      "%-14s accuracy %.4f  log loss %.4f  to the average %s%n",
      line.name(), line.evaluation().accuracy(), line.evaluation().logLoss(), line.difference());
}

// Two things to see. The stack is well ahead of the plain average of its members: they are so
// unequal that an average, which listens to all alike, is dragged down by the weak ones. And it is
// behind `picture` alone in accuracy, though ahead of it in log loss. A stack is not always more
// often right than its best member; where one towers above the others, look at that line too.
//
// ## How differently do they err?
//
// `Diversity` counts, for each pair, the rows on which exactly one of the two is right. What nobody
// gets right, no choice among the members can.

Diversity diversity = board.diversity(names);
System.out.println(diversity);
Diversity.Pair least = diversity.pairs().get(0);
Diversity.Pair most = least;
for (Diversity.Pair pair : diversity.pairs()) {
  least = pair.disagreement() < least.disagreement() ? pair : least;
  most = pair.disagreement() > most.disagreement() ? pair : most;
}
void show(String what, Diversity.Pair pair) {
  System.out.printf(
      Locale.ROOT,
      "%s: %s and %s, exactly one right on %.1f %% of rows, both wrong on %.1f %%%n",
      what, names.get(pair.first()), names.get(pair.second()),
      100 * pair.disagreement(), 100 * pair.doubleFault());
}
show("most alike ", least);
show("most unlike", most);

// ## Who contributes?
//
// Leave each member out in turn, let the same kind of combiner learn anew from the others, and
// compare on the test rows. Few percentage points are at stake, so look at the intervals.

List<Contribution> contributions = Contribution.of(config, stack, fresh, runner);
contributions.forEach(System.out::println);

// A contribution is not a skill. Without `picture` much is lost. The others can stand in for each
// other, and some lines say that the stack would be no worse without a member, or better: it has
// fewer columns to learn from few rows then. The weakest member of all, `bottom`, is not the one
// that could best be spared: it sees what `top` cannot.
//
// ## A combiner chosen by hand
//
// By default the library tries three learners on held-out rows and takes the best. You can name one
// instead, and switch off `doNoHarm`, by which the average would be taken if it were better. The
// members are not fitted again.

StackingEnsemble by(MetaLearner learner) {
  return StackingEnsemble.fit(
      config.toBuilder().metaLearners(learner).doNoHarm(false).build(), train, runner);
}
StackingEnsemble greedy = by(new GreedySelection(25));
List<Double> weights = ((WeightedAverage) greedy.combiner()).weights();
for (int m = 0; m < names.size(); m++) {
  System.out.printf(Locale.ROOT, "%-14s weight %.2f%n", names.get(m), weights.get(m));
}

// Greedy selection gives each member one weight for all rows. A member of weight zero is not even
// asked when new rows come. A row gate gives each member a weight in each row, by what the members
// say about it. A linear network learns a number for each member and pair of classes; a network of
// your own can be anything that takes all the columns.

MultiLayerConfiguration own = Mlp.correction(fresh.columns().size(), 10);
for (MetaLearner learner : List.of(
    new GreedySelection(25), RowGate.defaults(), MetaNetwork.linear(), MetaNetwork.free(),
    MetaNetwork.residual(own).withSettings(FitSettings.defaults().withEpochs(5)))) {
  System.out.printf("%-28s %s%n", learner.label(), by(learner).evaluate(test));
}

// Do not take the best line of this list for your combiner: the test rows would have chosen it, and
// they could no longer judge it. That is what the choice on held-out training rows is for. This is
// what it had to go by:

stack.choice().evidence().forEach(found -> {
  System.out.println(found.label() + ": " + found);
  System.out.printf(Locale.ROOT, "  allowance %.4f%n", found.allowance());
});

// The choice can be wrong, and here it was. Greedy selection had the lowest log loss on held-out
// rows, and in the list above, too. But networks that correct the average have an allowance, which
// is taken off their log loss because the comparison usually underrates them
// ([docs/stacking.md](../docs/stacking.md#what-combines) has the measurements), and with it the
// residual network came out first. The allowance was measured on members of one kind. With members
// as unequal as these, look at the evidence yourself and name the learner.
//
// ## Skill first
//
// What if we forget about variety, and take the best network three times, from different random
// starts?

StackingConfig pictures = (
    StackingConfig.builder()
        .member(picture)
        .member(new Member("picture-2", convolution, picture.settings()))
        .member(new Member("picture-3", convolution, picture.settings()))
        .build());
StackingEnsemble three = StackingEnsemble.fit(pictures, train, runner);
INDArray threeLogits = three.memberLogits(test.features());
enter("three pictures, average", Combiner.logitAverage(10), threeLogits);
enter("three pictures, stack", three.combiner(), threeLogits);
for (String name : List.of("three pictures, stack", "three pictures, average", "picture")) {
  var gain = board.compare(name, "stack", 1);
  System.out.printf("%-24s less stack of unlike members: %s points%n", name, gain.accuracy());
}

// Members that differ are no end in themselves. Unlike members help as far as each is good at
// something; equal ones of the best kind are the rival to beat, and one that costs less thought.
//
// ## When a member is right only here
//
// Weights in each row pay where members are good at *different* rows. Digits are not like that, so
// let us make a table where it is so, and where the best answer is known. A column `side` says
// which of two other columns decides about the class. Two members see one column each.

LabeledData made(int rows, long seed) {
  var random = new SplittableRandom(seed);
  float[][] features = new float[rows][3];
  int[] labels = new int[rows];
  for (int row = 0; row < rows; row++) {
    for (int column = 0; column < 3; column++) {
      features[row][column] = (float) (2 * random.nextDouble() - 1);
    }
    labels[row] = features[row][features[row][2] < 0 ? 0 : 1] > 0 ? 1 : 0;
  }
  return LabeledData.of(Nd4j.create(features), labels, List.of("no", "yes"));
}
LabeledData madeTrain = made(Math.min(trainRows, 2_000), 1);
LabeledData madeTest = made(testRows, 2);
StackingConfig.Builder two = (
    StackingConfig.builder()
        .member(new Member("left", Mlp.base(1, 2, 16), settings).withColumns(0))
        .member(new Member("right", Mlp.base(1, 2, 16), settings).withColumns(1))
        .doNoHarm(false));
void judge(String name, StackingConfig.Builder asked) {
  StackingEnsemble fitted = StackingEnsemble.fit(asked.build(), madeTrain, runner);
  System.out.printf("%-28s %s%n", name, fitted.evaluate(madeTest));
}
MetaNetwork residual = MetaNetwork.residual().withSettings(FitSettings.defaults().withEpochs(3 * epochs));
judge("row gate", two.metaLearners(RowGate.defaults()));
judge("residual", two.metaLearners(residual));
judge("residual, side passed", two.metaLearners(residual).passThrough(2));

// Each member knows one half of the rows and guesses on the other, and neither can know which half a
// row is in: that is in the column `side`, which none of them sees. They agree on about half of the
// rows, and are right there. Where they differ, no combiner that looks at the members alone can tell
// whom to believe: it has to toss a coin, and cannot be right on more than about three rows of four,
// however clever it is. `passThrough(2)` shows the meta network column 2 beside the members' answers,
// and it learns when to trust whom.
//
// Pass columns that say *where* members err, and few of them. Nothing leaks by it, since they are
// the row's own; but a meta network that sees all columns can learn rows by heart like a member.
//
// ## Where to go from here
//
// - Conf files say all of this too: [conf/mnist-demo.yaml](../conf/mnist-demo.yaml) explains
//   every key.
// - Why these combiners, with measurements: [docs/stacking.md](../docs/stacking.md#what-combines).
// - A learner of your own implements `MetaLearner`, and its result `Combiner`: two small interfaces.

/exit
