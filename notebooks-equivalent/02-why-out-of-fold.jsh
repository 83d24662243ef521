// # Why out-of-fold
//
// A stack has two levels. The members learn from the rows; the meta network learns from what the
// members say about rows. The whole method hangs on one question: *which members, about which
// rows?* Let a member speak about rows it has learned from, and the meta network gets a picture of
// it that is not true.
//
// This page shows that picture beside the true one: first in numbers, then in one single row, then
// in what the meta network makes of it, and last with labels that mean nothing at all.

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.LeakAudit;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;
import org.stacking4j.train.RememberedFits;

// Few rows and many epochs, on purpose: with 2 000 handwritten digits and networks that have more
// weights than that, the difference is easy to see. With more rows it gets smaller, and does not go
// away.

int trainRows = Integer.getInteger("stacking4j.train", 2_000);
int testRows = Integer.getInteger("stacking4j.test", 5_000);
int epochs = Integer.getInteger("stacking4j.epochs", 20);
TrainTest mnist = Mnist.load();
LabeledData train = mnist.train().first(trainRows);
LabeledData test = mnist.test().first(testRows);

// ## Two stacks that differ in one thing
//
// Both stacks have the same three members and the same kind of meta network, and both answer for new
// rows by the same three networks: those that were fitted on all training rows. They differ only in
// the table that the meta network learns from.
//
// - *In-sample*: the three networks speak about the rows they were fitted on.
// - *Out-of-fold*: the rows are divided into five folds. Each member is fitted five more times,
//   each time without one fold, and speaks about the fold it was not given.
//
// A runner that remembers fits what both stacks need only once.

FitSettings settings = FitSettings.defaults().withEpochs(epochs);
FitRunner runner = new RememberedFits(LocalFits.onAllProcessors());
StackingConfig.Builder threeMembers() {
  StackingConfig.Builder builder = StackingConfig.builder();
  for (String name : List.of("mlp-1", "mlp-2", "mlp-3")) {
    builder.member(new Member(name, Mlp.base(784, 10, 256, 256), settings));
  }
  return builder;
}
MetaNetwork meta = MetaNetwork.free().withSettings(settings);
StackingConfig inSampleConfig = threeMembers().inSample().metaLearners(meta).build();
StackingConfig outOfFoldConfig = (
    threeMembers().outOfFold(5).prediction(Prediction.REFIT).metaLearners(meta).doNoHarm(false)
        .build());
StackingEnsemble inSample = StackingEnsemble.fit(inSampleConfig, train, runner);
StackingEnsemble outOfFold = StackingEnsemble.fit(outOfFoldConfig, train, runner);
System.out.println("networks in-sample      " + inSample.members().refits().size());
int folds = outOfFold.members().folds(0).size();
System.out.println("networks out-of-fold    3 + 3 × " + folds);

// The log also warns about the first one: *in-sample: the meta network learns from rows that the
// members were fitted on, where they are over-confident*. Let us see what it means by that.
//
// ## What the members say
//
// There are three kinds of rows now: rows the members were given, the same rows held out, and test
// rows. For each kind, three numbers of each member: how often it is right, how sure it is (the mean
// probability of the class it names), and its log loss, which is low for those who are sure when
// they are right and unsure when they are wrong.

MetaFeatures given = inSample.trainingMetaFeatures().orElseThrow();
MetaFeatures heldOut = outOfFold.trainingMetaFeatures().orElseThrow();
MetaFeatures fresh = outOfFold.metaFeatures(test);
Map<String, MetaFeatures> kinds = new LinkedHashMap<>();
kinds.put("rows it was given", given);
kinds.put("the same, held out", heldOut);
kinds.put("test rows", fresh);
Evaluation judge(Combiner combiner, MetaFeatures rows) {
  INDArray logits = rows.logits();
  return Evaluation.of(combiner.predict(logits), combiner.probabilities(logits), rows.labels());
}
double confidence(Combiner combiner, MetaFeatures rows) {
  return combiner.probabilities(rows.logits()).max(1).meanNumber().doubleValue();
}
for (int m = 0; m < 3; m++) {
  Combiner member = Combiner.member(m, 10);
  for (String kind : kinds.keySet()) {
    Evaluation found = judge(member, kinds.get(kind));
    double sure = confidence(member, kinds.get(kind));
    System.out.printf(
        Locale.ROOT,
        "%s  %-18s  right %.3f  sure %.3f  log loss %.3f%n",
        fresh.members().get(m), kind, found.accuracy(), sure, found.logLoss());
  }
}

// Compare the lines of one member. On the rows it was given it is right nearly always, and nearly
// certain. Held out, the very same rows look much more like the test rows: it errs now and then, and
// is surer than it should be. The first line does not show a member that is good at these rows. It
// shows one that remembers them. (The test digits were written by other people than the training
// digits, so a smaller gap is left between the second and the third line.)
//
// ## The scale of logits
//
// The meta network does not see probabilities but logits, real numbers without bounds. How far ahead
// of the second largest is the largest one? That distance is what a member's certainty looks like
// from above. Its mean and its quartiles:

double[] leads(int member, MetaFeatures rows) {
  float[][] logits = Combiner.member(member, 10).logits(rows.logits()).toFloatMatrix();
  double[] leads = new double[logits.length];
  for (int row = 0; row < leads.length; row++) {
    Arrays.sort(logits[row]);
    leads[row] = logits[row][9] - logits[row][8];
  }
  Arrays.sort(leads);
  return leads;
}
for (String kind : kinds.keySet()) {
  double[] leads = leads(0, kinds.get(kind));
  System.out.printf(
      Locale.ROOT,
      "mlp-1  %-18s  mean lead %5.2f, quartiles %5.2f %5.2f %5.2f%n",
      kind, Arrays.stream(leads).average().orElse(0),
      leads[leads.length / 4], leads[leads.length / 2], leads[3 * leads.length / 4]);
}

// Look at the first quartile, the rows a member finds hard: that is where the gap is widest in
// proportion. The quarter of rows on which help from the other members is needed most is the quarter
// that in-sample logits hide best.
//
// ## One row
//
// Take the training row that is worst for the three members when it is held out: the one on which
// the average of their logits gives the least probability to the right class.

Combiner average = Combiner.logitAverage(10);
INDArray honest = average.probabilities(heldOut.logits());
int worst = 0;
for (int row = 1; row < heldOut.rows(); row++) {
  boolean worse = honest.getFloat(row, heldOut.labels()[row])
      < honest.getFloat(worst, heldOut.labels()[worst]);
  worst = worse ? row : worst;
}
float[] pixels = train.features(worst, worst + 1).toFloatVector();
for (int y = 3; y < 27; y += 2) {
  StringBuilder line = new StringBuilder();
  for (int x = 0; x < 28; x++) {
    line.append(" .:+#".charAt((int) ((pixels[28 * y + x] + 1) * 2.49)));
  }
  if (!line.toString().isBlank()) {
    System.out.println(line.toString().stripTrailing());
  }
}
int right = heldOut.labels()[worst];
System.out.println("training row " + worst + ", a " + right);
for (String kind : List.of("rows it was given", "the same, held out")) {
  for (int m = 0; m < 3; m++) {
    Combiner member = Combiner.member(m, 10);
    INDArray rows = kinds.get(kind).logits();
    System.out.printf(
        Locale.ROOT,
        "mlp-%d  %-18s  says %d, probability of %d %.4f%n",
        m + 1, kind, member.predict(rows)[worst], right,
        member.probabilities(rows).getFloat(worst, right));
  }
}

// A digit like this is what the meta network is there for. Held out, it sees how the members fail on
// it. In-sample, it sees how sure members are that were told the answer.
//
// ## What the meta network makes of it
//
// Now the two stacks, on the same test rows, with the same three networks below them. The last
// column is the share of rows on which a stack names the class that the plain average names.
//
// There is a third stack on the board. The meta network of the first two is a *free* one, which has
// to find out everything by itself. A *residual* one starts as the average of the members and learns
// to correct it. It learns here from the same held-out table.

Combiner residual = MetaNetwork.residual().fit(heldOut, 1, runner);
int[] byAverage = average.predict(fresh.logits());
void line(String name, Combiner combiner) {
  Evaluation found = judge(combiner, fresh);
  double same = Evaluation.accuracy(combiner.predict(fresh.logits()), byAverage);
  System.out.printf(
      Locale.ROOT,
      "%-22s  right %.4f  sure %.4f  log loss %.4f  as average %.3f%n",
      name, found.accuracy(), confidence(combiner, fresh), found.logLoss(), same);
}
line("logit average", average);
line("in-sample, free", inSample.combiner());
line("out-of-fold, free", outOfFold.combiner());
line("out-of-fold, residual", residual);

// Begin with the column *sure*. In-sample the meta network learned that a member who is sure is
// right. So of the three stacks it overrules the average least often, and mostly adds to its
// certainty: it is the surest of all, about as often right as the average, and has by far the
// highest log loss. The ones that learned from held-out logits have seen members that are sure and
// wrong.
//
// Are the differences more than luck? All answered the same test rows, so they can be compared row
// by row. *Accuracy* below is in percentage points, and the intervals cover 95 %.

Leaderboard.Builder board = Leaderboard.builder("average", fresh.labels());
void enter(String name, Combiner combiner) {
  INDArray logits = fresh.logits();
  board.enter(name, combiner.predict(logits), combiner.probabilities(logits), 0);
}
enter("average", average);
enter("in-sample, free", inSample.combiner());
enter("out-of-fold, free", outOfFold.combiner());
enter("out-of-fold, residual", residual);
void compare(String first, String second) {
  var found = board.compare(first, second, 1);
  System.out.println(first + " less " + second);
  System.out.println("  accuracy  " + found.accuracy());
  System.out.println("  log loss  " + found.logLoss());
}
compare("in-sample, free", "average");
compare("out-of-fold, free", "in-sample, free");
compare("out-of-fold, free", "average");
compare("out-of-fold, residual", "average");

// An interval that includes zero says that these rows cannot tell the two apart. Read all four, also
// where they do not flatter the method:
//
// - In-sample, stacking made probabilities worse than the plain average's, and no more than that
//   can be shown. Somebody who looks at accuracy alone would never notice.
// - Honest rows mend the probabilities: out-of-fold, the log loss of the same meta network is far
//   lower. They do not make a better classifier of a free network that has few rows to learn from.
//   It overrules the average more often, and is no more often right for it.
// - The residual one learned from the same held-out rows and has the lowest log loss of all. That is
//   why the library tries residual and linear networks by default, and uses the average where none
//   of them is better on held-out rows. Whether it is also more often right than the average, its
//   interval says.
//
// ## Labels that mean nothing
//
// Accuracy is a poor detector of leaks: a stack that leaks can still beat its members. There is a
// better one. Deal out the labels anew, at random, and fit everything again. Now there is nothing to
// learn. Whoever answers for held-out rows must be right as often as chance; whoever does better has
// seen the answers.
//
// `LeakAudit` does that, and it also watches which rows each network was given. In-sample first:

FitRunner watched = LocalFits.onAllProcessors();
System.out.print(LeakAudit.of(inSampleConfig, train, watched));

// Two failures, and both are right. Every row's meta-features come from networks that were given
// the row, and labels dealt out at random are learned by heart and repeated. (The lines of the
// members compare nothing here: in-sample has no held-out rows.) Out-of-fold:

System.out.print(LeakAudit.of(outOfFoldConfig, train, watched));

// The lines of the members say how far apart rows given and rows held out are, and how much the
// scale of logits differs between the networks of the five folds. They are measured, not judged.
//
// The same check can be run on an experiment from the command line:
// `java -jar target/stacking4j.jar audit --config FILE`. Its exit code says pass or fail.
//
// ## What it costs, and when it is not enough
//
// - Out-of-fold fits each member five more times. `holdout(0.2)` is cheaper: the meta network learns
//   from a fifth of the rows that no member is given, and everybody learns from fewer rows.
// - Networks that were fitted five times need not go to waste: by default the mean of all of them
//   answers for new rows, and the network of all rows with it. Here `Prediction.REFIT` left them
//   out, to change one thing at a time.
// - Rows of one patient or one writer resemble each other. Held out one by one they are not really
//   held out: `train.withGroups(…)` keeps them together.
// - Where tomorrow is to be predicted from yesterday, folds must not learn from later rows:
//   `timeOrdered(5)`.
// - The method with references: [docs/stacking.md](../docs/stacking.md). On with
//   [a table of your own](03-your-own-table.md).

/exit
