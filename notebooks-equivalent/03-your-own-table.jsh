// # Your own table
//
// You have a table in a CSV file: one row for each thing you know about, one column that says what
// it is, numbers in all others. This page goes the whole way with such a file: read it, set rows
// aside, fit a stack, ask whether the stack was worth it, answer for new rows, and keep the result.
//
// The table is small and real: the chemistry of 178 wines from three cultivars of one region (S.
// Aeberhard, M. Forina, UCI Machine Learning Repository, CC BY 4.0). To use your own, change the
// first line of code and the name of the label column.

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Comparison;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.evaluate.Verdict;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;

Path file = Path.of("conf/wine.csv");
LabeledData wine = CsvTable.load(file, "class");
int epochs = Integer.getInteger("stacking4j.epochs", 40);
int splits = Integer.getInteger("stacking4j.splits", 5);
try (var lines = Files.lines(file)) {
  lines.limit(2).forEach(System.out::println);
}
System.out.println(wine);
System.out.println(wine.classNames() + " " + Arrays.toString(wine.classCounts()));

// The first line of the file names the columns. Separators may be commas, semicolons or tabs. All
// columns but the label must hold numbers in every row: categories and missing values are not
// guessed at. A table that has some is refused, with the place and what to do about it:

Path folder = Files.createDirectories(Path.of(System.getProperty("stacking4j.out", "out")));
Path broken = folder.resolve("broken.csv");
Files.writeString(broken, "alcohol,hue,class\n13.2,1.04,cultivar_1\n12.4,n/a,cultivar_2\n");
try {
  CsvTable.load(broken, "class");
} catch (java.io.IOException e) {
  System.out.println(e.getMessage().replace(broken.toString(), "broken.csv"));
}

// ## Rows to learn from, rows to judge by
//
// First of all a quarter of each class is set aside. Nothing below learns from those rows. Which
// rows they are depends on a seed, so the split can be repeated.

TrainTest split = TrainTest.split("wine", wine, 0.25, 1);
LabeledData train = split.train();
LabeledData test = split.test();
System.out.println("to learn from  " + train.rows() + " rows");
System.out.println("to judge by    " + test.rows() + " rows");

// ## Members for a table
//
// The columns have very different scales: `proline` is in the hundreds, `hue` is about 1. Networks
// do not like that. `Mlp.table` begins with a layer that standardises each column by the rows that
// very network is fitted on. So you need not prepare anything, and nothing about held-out rows leaks
// into the scaling.
//
// The numbers behind it are columns, classes, and the sizes of the hidden layers. Three different
// shapes make members that err on different rows. Few rows mean few steps an epoch, so take small
// batches and more epochs than for a large table.

FitSettings settings = FitSettings.defaults().withEpochs(epochs).withBatchSize(16);
StackingConfig config(long seed) {
  return StackingConfig.builder()
      .member(new Member("narrow", Mlp.table(13, 3, 32, 32), settings))
      .member(new Member("wide", Mlp.table(13, 3, 128), settings))
      .member(new Member("deep", Mlp.table(13, 3, 32, 32, 32), settings))
      .seed(seed)
      .build();
}
StackingEnsemble stack = StackingEnsemble.fit(config(1), train);
System.out.println("test rows: " + stack.evaluate(test));

// That one call fitted each member six times (five folds, and once on all rows), compared three ways
// to combine them with their plain average, and took the best. It compared them on held-out rows of
// the *training* part; the test rows had no say in it. What it found:

for (CombinerChoice.Evidence evidence : stack.choice().evidence()) {
  System.out.println(evidence.label() + ": " + evidence);
}
System.out.println("taken: " + stack.choice().label());

// The number behind ± is half of a 95 % interval. Networks that correct the average have an
// *allowance*: this comparison is known to underrate them, because in it they learn from fewer rows
// and answer for noisier logits than they will later. How the allowance was measured is in
// [docs/stacking.md](../docs/stacking.md#what-combines).

// ## Was it worth it?
//
// The right rival is not the best member but the plain average of the members, which costs nothing
// to learn. Both answer the test rows. `Verdict` puts the comparison in a sentence.

Combiner average = Combiner.logitAverage(3);
Comparison compare(StackingEnsemble ensemble, LabeledData rows) {
  Leaderboard.Builder board = Leaderboard.builder("average", rows.labels(), rows.relativeWeights());
  INDArray logits = ensemble.memberLogits(rows.features());
  board.enter("average", average.predict(logits), average.probabilities(logits), 0);
  INDArray probabilities = ensemble.probabilities(rows.features());
  board.enter("stack", ensemble.predict(rows.features()), probabilities, 0);
  return board.compare("stack", "average", 1);
}
Comparison found = compare(stack, test);
System.out.println("only the stack is right   " + found.onlyFirst() + " rows");
System.out.println("only the average is right " + found.onlySecond() + " rows");
System.out.println(Verdict.of("average", found));

// Read it slowly. *No evidence* does not mean that the two are equal. It means that these few rows
// could not show a difference if there were one: the number behind ± says how large a difference
// could hide in them. Wine is an easy table, and the average leaves a stack hardly any mistake to
// mend. If the sentence speaks of probabilities as well, it has found a difference in log loss that
// its interval tells from zero: the same classes, but better odds.
//
// One split is one throw of the dice. Four more, each with its own test rows and its own networks:

for (long seed = 2; seed <= splits; seed++) {
  TrainTest other = TrainTest.split("wine", wine, 0.25, seed);
  StackingEnsemble again = StackingEnsemble.fit(config(seed), other.train());
  Comparison both = compare(again, other.test());
  System.out.printf(
      Locale.ROOT,
      "seed %d  %s  only stack right %d, only average right %d, by %s%n",
      seed, again.evaluate(other.test()), both.onlyFirst(), both.onlySecond(),
      again.choice().label());
}

// If the accuracy moves more from split to split than from stack to average, then the choice of rows
// matters more than the choice of the combiner, and nobody should report a winner from one split. An
// honest sentence about this table is: *the members are good, and whether a stack of them would be
// right more often cannot be decided on it.* On larger and harder tables it can; [quality/tables.md](../quality/tables.md) has
// eight of them, most without a gain in accuracy, and says so.
//
// ## Rare classes
//
// Suppose that the third cultivar were rare: of its rows to learn from we keep six. And let us make
// the task harder by leaving only three of the columns, `alcohol`, `ash` and `alcalinity_of_ash`.

int[] kept(LabeledData rows, int rareClass, int most) {
  List<Integer> kept = new ArrayList<>();
  int rare = 0;
  for (int row = 0; row < rows.rows(); row++) {
    if (rows.label(row) != rareClass || rare++ < most) {
      kept.add(row);
    }
  }
  return kept.stream().mapToInt(Integer::intValue).toArray();
}
LabeledData few = train.withColumns(0, 2, 3).select(kept(train, 2, 6));
LabeledData judged = test.withColumns(0, 2, 3);
System.out.println(few.classNames() + " " + Arrays.toString(few.classCounts()));
StackingConfig small = (
    StackingConfig.builder()
        .member(new Member("narrow", Mlp.table(3, 3, 32, 32), settings))
        .member(new Member("wide", Mlp.table(3, 3, 128), settings))
        .build());
void confusion(LabeledData rows) {
  StackingEnsemble fitted = StackingEnsemble.fit(small, rows);
  INDArray features = judged.features();
  Leaderboard.Builder board = Leaderboard.builder("stack", judged.labels());
  board.enter("stack", fitted.predict(features), fitted.probabilities(features), 0);
  System.out.print(board.confusion("stack", 3).toText(judged.classNames()));
}
confusion(few);

// Each line is one right class, each column what was predicted; `recall` is the share of a class
// that was found. Six rows among a hundred hardly matter to a loss that counts all rows alike, so
// the rare class is given up easily. `balanced()` weighs the rows so that each class counts the
// same. The weights reach the members, the meta network and the choice between combiners:

LabeledData balanced = few.balanced();
System.out.println("weight of a row of each class");
for (int c = 0; c < 3; c++) {
  int row = 0;
  while (balanced.label(row) != c) {
    row++;
  }
  System.out.printf(Locale.ROOT, "  %s %.2f%n", balanced.classNames().get(c), balanced.weight(row));
}
confusion(balanced);

// Compare the two lines of `cultivar_3`, and then what the others paid for it. There is no free
// gain: weights say which mistakes you mind more. If you know the price of each, give it yourself:
// `withClassWeights(1, 1, 5)`. The probabilities are then those of a world where the classes are as
// frequent as the weights say.
//
// ## New rows
//
// A new row has no label. It is a line of numbers in the order of the columns, as a DL4J array. Here
// is a wine that nobody has labelled (made up, near the mean of every column):

INDArray wines = Nd4j.create(new float[][] {
    {13.0f, 2.3f, 2.36f, 19.5f, 99, 2.3f, 2.0f, 0.36f, 1.6f, 5.0f, 0.96f, 2.6f, 746}
});
int[] answer = stack.predict(wines);
float[] probabilities = stack.probabilities(wines).toFloatVector();
System.out.println("it is " + stack.classNames().get(answer[0]));
for (int c = 0; c < 3; c++) {
  System.out.printf(Locale.ROOT, "  %s %.4f%n", stack.classNames().get(c), probabilities[c]);
}

// The mean of all three cultivars is a wine of none, and the stack is not sure of its answer. The
// members do not even agree on it:

for (int m = 0; m < 3; m++) {
  float[] own = Combiner.member(m, 3).probabilities(stack.memberLogits(wines)).toFloatVector();
  System.out.printf(
      Locale.ROOT, "  %-6s %.3f %.3f %.3f%n", stack.members().names().get(m), own[0], own[1], own[2]);
}

// Do not count on that for rows that are like nothing in the table: a network answers for anything,
// and can be sure of it.
//
// A row with another number of columns, or with a missing value, is refused:

try {
  stack.predict(Nd4j.create(new float[][] {{13.0f, 2.3f}}));
} catch (IllegalArgumentException e) {
  System.out.println(e.getMessage());
}

// ## Keep it
//
// All networks, the combiner and the class names go into one zip file. Read back, the ensemble gives
// the same answers, bit for bit.

Path zip = folder.resolve("wine.zip");
stack.save(zip);
StackingEnsemble loaded = StackingEnsemble.load(zip);
boolean same(INDArray one, INDArray other) {
  return Arrays.equals(one.data().asFloat(), other.data().asFloat());
}
System.out.println("classes      " + loaded.classNames());
System.out.println("same logits  " + same(loaded.logits(test.features()), stack.logits(test.features())));

// ## The meta-features as a table
//
// What the meta network learned from is a table too: for each training row the logits of the three
// members, from networks that were not given that row. As CSV, other tools can read it; `row` is the
// position of the wine in the file, from 0.

Path metaCsv = folder.resolve("wine-meta-features.csv");
MetaFeatures features = stack.trainingMetaFeatures().orElseThrow();
features.writeCsv(metaCsv);
try (var lines = Files.lines(metaCsv)) {
  lines.limit(3).map(line -> line.substring(0, 70) + "…").forEach(System.out::println);
}
MetaFeatures readBack = MetaFeatures.readCsv(metaCsv);
System.out.println("rows         " + readBack.rows());
System.out.println("same logits  " + same(readBack.logits(), features.logits()));

// ## The same from the command line
//
// [conf/csv-example.yaml](../conf/csv-example.yaml) describes this experiment, with a comment on each
// line that you would change:
//
//     java -jar target/stacking4j.jar demo --config conf/csv-example.yaml
//
// Numbers to predict in place of classes are read by `CsvTable.loadTargets`, and the members are
// `Mlp.table(Task.REGRESSION, …)`: [docs/stacking.md](../docs/stacking.md#numbers-instead-of-classes).
// On with [members of your own](04-members-of-your-own.md).

/exit
