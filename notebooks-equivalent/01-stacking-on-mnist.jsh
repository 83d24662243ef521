// # Stacking on MNIST, from the beginning
//
// Three neural networks learn to read handwritten digits. A fourth, much smaller one learns to
// combine their answers. That is stacking, and this page walks through it once: what the networks
// hand over, how to keep the fourth from being misled, and how to tell whether it was worth it.
//
// The page is a JShell script. Each block of code runs after the one above it.

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.evaluate.PairedDifference;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;

// Four numbers decide how long it takes and what comes out. The first three can be set from the
// command line, for a quick look on fewer rows.

int trainRows = Integer.getInteger("stacking4j.train", 20_000);
int testRows = Integer.getInteger("stacking4j.test", 5_000);
int epochs = Integer.getInteger("stacking4j.epochs", 10);
long seed = 1;

// ## The data
//
// MNIST comes with the library: 28 × 28 pixels per digit, so 784 columns, scaled to lie between
// −1 and 1. The test rows are set aside now. Nothing on this page learns from them.

TrainTest mnist = Mnist.load();
LabeledData train = mnist.train().first(trainRows);
LabeledData test = mnist.test().first(testRows);
System.out.println("to learn from  " + train);
System.out.println("to judge by    " + test);

// ## Why combine networks?
//
// Train the same network several times from different random starts. The results are similar in
// skill, but they are wrong on different rows. Where one errs, the others can outvote it.
//
// The simplest way to combine is to average. An average is hard to beat, but it is blind: it
// treats every network, every class and every situation alike. A network on top can learn rules
// that no average can express, such as: when the first network wavers between 4 and 9 and the
// second is sure of 9, believe the second. Whether there are such rules to be found is a question
// for measurement, and we will measure.
//
// So here are three base networks: two hidden layers of 256 units, each with batch normalisation,
// ReLU and dropout. They differ in name only. A network's random numbers come from the seed and
// its name, so each name is a start of its own.

FitSettings settings = FitSettings.defaults().withEpochs(epochs);
List<Member> members = new ArrayList<>();
for (String name : List.of("mlp-1", "mlp-2", "mlp-3")) {
  members.add(new Member(name, Mlp.base(784, 10, 256, 256), settings));
}

// A runner does the fitting, here with one thread per processor. We ask it to say when a fit is
// done.

void report(FitEvent event) {
  if (event instanceof FitEvent.Finished done) {
    String fit = done.task().describe();
    System.out.printf(Locale.ROOT, "fitted %s, in %.1f s%n", fit, done.seconds());
  }
}
FitRunner runner = LocalFits.onAllProcessors().withListener(event -> report(event));

// The three base networks, fitted on all training rows.

MemberNetworks bases = MemberNetworks.fitOnAllRows(members, train, seed, runner);

// ## Logits
//
// The last thing a network computes before it decides is one real number per class: how much
// evidence it found for that class. These numbers are called logits. The largest one names the
// predicted class, and softmax turns them into probabilities.
//
// Let us look at the first test row on which the three networks do not agree.

INDArray testLogits = bases.logits(test.features(), Prediction.REFIT);
Combiner alone(int member) {
  return Combiner.member(member, 10);
}
int[][] says = new int[3][];
for (int m = 0; m < 3; m++) {
  says[m] = alone(m).predict(testLogits);
}
int row = 0;
while (row < test.rows() - 1 && says[0][row] == says[1][row] && says[1][row] == says[2][row]) {
  row++;
}
float[] pixels = test.features(row, row + 1).toFloatVector();
for (int y = 3; y < 27; y += 2) {
  StringBuilder line = new StringBuilder();
  for (int x = 0; x < 28; x++) {
    line.append(" .:+#".charAt((int) ((pixels[28 * y + x] + 1) * 2.49)));
  }
  if (!line.toString().isBlank()) {
    System.out.println(line.toString().stripTrailing());
  }
}
System.out.println("test row " + row + ", a " + test.classNames().get(test.label(row)));

// This is what the networks say about it: logits first, the same as probabilities below.

void print(int member, String format, INDArray numbers) {
  String line = String.format("%-5s ", members.get(member).name());
  for (float number : numbers.getRow(row).toFloatVector()) {
    line += String.format(Locale.ROOT, format, number);
  }
  System.out.println(line + "   says " + says[member][row]);
}
for (int m = 0; m < 3; m++) {
  print(m, "%7.1f", alone(m).logits(testLogits));
}
for (int m = 0; m < 3; m++) {
  print(m, "%7.3f", alone(m).probabilities(testLogits));
}

// A label keeps the last column and forgets the rest. It cannot tell a network that is certain
// from one that almost said something else.
//
// Probabilities keep more, but softmax flattens whatever is far from the winner: a logit that is
// 10 below the largest comes out as less than 0.00005. Logits keep it all: the runner-up, its
// distance, and the order of the classes nobody would bet on. That is why stacking here hands
// over logits.
//
// How good is each network by itself? Accuracy is the share of rows predicted right. Log loss
// also asks how much probability the right class was given; lower is better, and being wrong with
// confidence costs most.

Evaluation judge(Combiner combiner, INDArray memberLogits, int[] labels) {
  INDArray probabilities = combiner.probabilities(memberLogits);
  return Evaluation.of(combiner.predict(memberLogits), probabilities, labels);
}
for (int m = 0; m < 3; m++) {
  System.out.println(members.get(m).name() + "  " + judge(alone(m), testLogits, test.labels()));
}

// ## The table the meta network learns from
//
// Put the logits of all three networks side by side: 3 networks × 10 classes = 30 columns, network
// by network, class by class. Each column is named after both. These are the meta-features. Each
// row also keeps its id and its label, so it can be traced to the image it came from. The first
// row, with its 30 logits:

MetaFeatures inSample = bases.trainingMetaFeatures(train, Folds.none(train.rows()));
System.out.println("row id " + inSample.rowIds()[0] + ", label " + inSample.labels()[0]);
List<String> columns = inSample.columns();
float[] firstRow = inSample.logits().getRow(0).toFloatVector();
for (int c = 0; c < columns.size(); c += 10) {
  System.out.printf("%2d  %s to %s ", c, columns.get(c), columns.get(c + 9));
  for (int i = c; i < c + 10; i++) {
    System.out.printf(Locale.ROOT, "%6.1f", firstRow[i]);
  }
  System.out.println();
}

// The base networks are frozen from here on. In frameworks where all networks share one graph of
// computations, one has to cut the graph by hand, or the gradient of the meta network would flow
// back and retrain the bases. Here there is nothing to cut: the logits are plain numbers in a
// DL4J `DataSet`, and numbers do not remember which network they came from.

DataSet table = inSample.toDataSet();
System.out.println("features " + Arrays.toString(table.getFeatures().shape()));
System.out.println("labels   " + Arrays.toString(table.getLabels().shape()));

// ## The meta network, the short way
//
// The meta network is small: 30 inputs, two layers of 128 units, 10 outputs. The short way to
// train it is to use the table above, that is, the logits of the very rows the bases learned
// from. This is called in-sample.

String rounded(List<Double> losses) {
  return losses.stream()
      .map(loss -> String.format(Locale.ROOT, "%.4f", loss))
      .collect(Collectors.joining(" "));
}
float[] before = bases.refits().get(0).network().parameters();
Combiner shortWay = MetaNetwork.free().withSettings(settings).fit(inSample, seed, runner);
float[] after = bases.refits().get(0).network().parameters();
System.out.println("loss by epoch     " + rounded(shortWay.fits().get(0).epochLosses()));
System.out.println("bases unchanged   " + Arrays.equals(before, after));
System.out.println("on the test rows  " + judge(shortWay, testLogits, test.labels()));

// Look at the losses and then at the log loss on the test rows. The first can get very small
// without the second following, because the two kinds of rows are different. Take the plain
// average of the three networks and compare how it does on both. Confidence is the probability
// it gives to the class it chooses.

Combiner average = Combiner.logitAverage(10);
void compare(String rows, INDArray memberLogits, int[] labels) {
  double confidence = average.probabilities(memberLogits).max(1).meanNumber().doubleValue();
  Evaluation found = judge(average, memberLogits, labels);
  System.out.printf(
      Locale.ROOT,
      "%-32s accuracy %.4f, confidence %.4f, log loss %.4f%n",
      rows, found.accuracy(), confidence, found.logLoss());
}
compare("training rows, seen by the bases", inSample.logits(), inSample.labels());
compare("test rows, new to the bases", testLogits, test.labels());

// On rows they have seen, the bases are surer and more often right than they will be on new ones.
// A meta network that studies those rows learns to trust them too much, like a judge who knows
// the witnesses only from cases whose outcome they had been told. And it sees few of their
// mistakes, which are what it was meant to learn from.
//
// ## Out-of-fold
//
// The cure costs more fits. Divide the training rows into five folds. Fit every base network five
// times, each time without one fold, and let it answer for the fold it did not see. Put together,
// this is a table of honest logits: one row for every training row, and no network ever answered
// for a row it had learned from.
//
// For new rows each base now has five networks, and answers with the mean of their logits. (One
// could also fit it once more on all rows: `Prediction.REFIT`.)
//
// One call does all of this: 3 × 5 fits, the table, and the meta network. Folds and prediction
// below are what the builder has by itself. It would also try other meta networks on held-out rows,
// and use the average if none were better; here we want to see the residual one, whatever comes.

StackingConfig.Builder builder = StackingConfig.builder();
for (Member member : members) {
  builder.member(member);
}
builder.outOfFold(5).prediction(Prediction.FOLD_MEAN);
builder.metaLearners(MetaNetwork.residual().withSettings(settings)).doNoHarm(false).seed(seed);
StackingEnsemble stack = StackingEnsemble.fit(builder.build(), train, runner);

// Is the new table an honest one? Then its line in the same comparison should resemble the test
// rows more than the in-sample line does. A gap that is left has other causes, such as that the
// people who wrote the test digits are not those who wrote the training digits.

MetaFeatures outOfFold = stack.trainingMetaFeatures().orElseThrow();
compare("training rows, in-sample", inSample.logits(), inSample.labels());
compare("training rows, out-of-fold", outOfFold.logits(), outOfFold.labels());
compare("test rows", testLogits, test.labels());

// ## A meta network that starts as the average
//
// A free meta network has to find out by itself that agreement among the bases is good news. With
// few rows, or noisy ones, it can end up worse than the average it was meant to beat.
//
// A residual meta network cannot start out worse. Its answer is the average of the members' logits
// plus a correction, and the correction starts at zero. All it can learn is where the average
// needs mending. Trained for no epochs at all, it is the average:

MetaNetwork residual = MetaNetwork.residual();
Combiner untrained =
    residual.withSettings(settings.withEpochs(0)).fit(outOfFold, seed, runner);
INDArray gap = untrained.logits(testLogits).sub(average.logits(testLogits));
System.out.println("largest difference to the average: " + gap.amaxNumber());

// The stack above has such a network. Here is how its loss went, and beside it that of a free meta
// network on the same table. That table is honest, so these losses mean more than those above.

Combiner free = MetaNetwork.free().withSettings(settings).fit(outOfFold, seed, runner);
System.out.println("residual  " + rounded(stack.combiner().fits().get(0).epochLosses()));
System.out.println("free      " + rounded(free.fits().get(0).epochLosses()));

// ## Judging honestly
//
// That a stack beats its best base proves little: the plain average usually does that too, without
// learning anything. So the averages belong on the same board, on the same test rows. The seconds
// are those of all fits a line needs, added up. They depend on what else the machine has to do, but
// their ratio matters: the out-of-fold stack had fifteen networks to draw on, where the average of
// the bases had three. So there is a second average, over the same fifteen networks: the line
// `fold average`.

INDArray foldLogits = stack.memberLogits(test.features());
int[] reference = average.predict(testLogits);
Leaderboard.Builder board = Leaderboard.builder("logit average", test.labels());
void enter(String name, Combiner combiner, INDArray logits, double seconds) {
  board.enter(name, combiner.predict(logits), combiner.probabilities(logits), seconds);
}
for (int m = 0; m < 3; m++) {
  enter(members.get(m).name(), alone(m), testLogits, bases.refits().get(m).seconds());
}
double three = bases.seconds();
enter("logit average", average, testLogits, three);
enter("soft vote", Combiner.softVote(10), testLogits, three);
enter("majority vote", Combiner.majorityVote(10), testLogits, three);
enter("stack in-sample, free", shortWay, testLogits, three + shortWay.fits().get(0).seconds());
double fifteen = stack.members().seconds();
enter("fold average", average, foldLogits, fifteen);
enter("stack out-of-fold, free", free, foldLogits, fifteen + free.fits().get(0).seconds());
enter("stack out-of-fold, residual", stack.combiner(), foldLogits, stack.seconds());
System.out.print(board.build().toText());

// The last column compares each line with the logit average: the difference in percentage points,
// and in brackets its 95 % interval. The rows on which both are right, or both wrong, say nothing
// about which is better; the interval comes from those on which exactly one is right. Where it
// includes zero, these test rows cannot tell the two apart, whatever the order on the board.
//
// Read the log loss too. Of two lines that are right equally often, the one that is surer of its
// mistakes has the higher. (Majority vote always fares badly there: it leaves nothing to a class
// without votes.)
//
// Now the two comparisons that matter most: the stack against its rival at equal cost, and against
// the cheap average that anyone would try first.

String verdict(PairedDifference gain) {
  if (gain.low() > 0) {
    return "ahead";
  }
  return gain.high() < 0 ? "behind" : "cannot be told apart";
}
int[] stacked = stack.predict(test.features());
PairedDifference toFolds = PairedDifference.of(stacked, average.predict(foldLogits), test.labels());
PairedDifference toBases = PairedDifference.of(stacked, reference, test.labels());
System.out.println("stack less fold average   " + toFolds + "  " + verdict(toFolds));
System.out.println("stack less logit average  " + toBases + "  " + verdict(toBases));

// Two cautions. The interval covers the luck of the test rows, but not that of the training: with
// another seed, all networks and the board change a little. And the more lines a board has, the
// more of the winner's lead is luck. To claim a gain, repeat the run with several seeds and on
// more test rows.
//
// ## Saving and loading
//
// An ensemble goes into one zip file, with all its networks. Read back, it answers with the same
// bits.

Path folder = Files.createDirectories(Path.of(System.getProperty("stacking4j.out", "out")));
Path zip = folder.resolve("ensemble.zip");
stack.save(zip);
StackingEnsemble loaded = StackingEnsemble.load(zip);
boolean same(INDArray one, INDArray other) {
  return Arrays.equals(one.data().asFloat(), other.data().asFloat());
}
System.out.printf(Locale.ROOT, "%s, %.1f MB%n", zip.getFileName(), Files.size(zip) / 1e6);
INDArray features = test.features();
System.out.println("the same logits   " + same(loaded.logits(features), stack.logits(features)));
System.out.println("first answers     " + Arrays.toString(loaded.predict(test.features(0, 10))));
System.out.println("right would be    " + Arrays.toString(test.first(10).labels()));

// ## Taking the meta-features elsewhere
//
// The table is worth keeping: any tool that reads CSV can fit another combiner to it. `row` is
// the id of the row, and `fold` the fold that held it out, which is 0 for rows that were never in
// a fold, such as the test rows.

Path trainCsv = folder.resolve("meta-features-train.csv");
outOfFold.writeCsv(trainCsv);
stack.metaFeatures(test).writeCsv(folder.resolve("meta-features-test.csv"));
try (var lines = Files.lines(trainCsv)) {
  lines.limit(4).forEach(line -> System.out.println(line.substring(0, 72) + "…"));
}
MetaFeatures readBack = MetaFeatures.readCsv(trainCsv);
System.out.println("rows read back    " + readBack.rows());
System.out.println("the same logits   " + same(readBack.logits(), outOfFold.logits()));

// ## Where to go from here
//
// - Give the members different architectures: `Member` takes any DL4J `MultiLayerConfiguration`
//   that ends in softmax with cross-entropy. Networks that differ have more to tell each other.
// - Give the builder `holdout(0.2)` in place of `outOfFold(5)`: the meta network then learns from a
//   part of the rows that no base sees. That is cheaper, and leaves fewer rows to both.
// - Run the whole comparison from the command line: `java -jar target/stacking4j.jar demo`.
// - Read why the method is as it is, with references: [docs/stacking.md](../docs/stacking.md).

/exit
