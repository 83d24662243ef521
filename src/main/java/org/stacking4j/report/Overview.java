package org.stacking4j.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a reader wants to know first: the verdict, and the numbers behind it. */
final class Overview {
  private static final Pattern OPTION = Pattern.compile("--[a-z-]+ [a-z-]+");

  private Overview() {}

  static void write(Page page, Run run, String title) {
    page.leaf("h1", title);
    String verdict = run.results().text("verdict");
    boolean better = verdict.startsWith("the stack beats");
    boolean worse = verdict.startsWith("the stack is worse");
    page.open("p", "class", "verdict" + (better ? " better" : worse ? " worse" : ""));
    page.leaf("span", better ? "✓" : worse ? "✗" : "≈", "aria-hidden", "true");
    writeSentence(
        page, verdict.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + verdict.substring(1));
    page.text(".").close("p");
    run.results().find("dropped").ifPresent(dropped -> writeDropped(page, dropped));
    page.open("dl", "class", "tiles");
    if (run.ofClasses()) {
      writeClasses(page, run);
    } else {
      writeNumbers(page, run);
    }
    Part data = run.results().get("data");
    tile(
        page,
        "Judged on",
        Page.whole(data.get("test").whole("rows")) + " rows",
        "fitted on " + Page.whole(data.get("train").whole("rows")) + " others");
    page.close("dl");
    navigate(page, run);
  }

  /** Options of the command line are kept in one piece. */
  private static void writeSentence(Page page, String sentence) {
    Matcher option = OPTION.matcher(sentence);
    int from = 0;
    while (option.find()) {
      page.text(sentence.substring(from, option.start())).leaf("code", option.group());
      from = option.end();
    }
    page.text(sentence.substring(from));
  }

  private static void writeDropped(Page page, Part dropped) {
    for (Part one : dropped.list()) {
      String from =
          one.find("stack").isPresent()
              ? "stack " + one.text("stack")
              : "everything, with all its networks";
      page.open("p").leaf("strong", "'" + one.text("member") + "' dropped out");
      page.text(" of " + from + ": " + one.text("fit") + " failed: " + one.text("reason") + ".");
      page.close("p");
    }
  }

  private static void writeClasses(Page page, Run run) {
    run.entry(run.stack())
        .ifPresent(
            stack -> {
              tile(
                  page,
                  "Accuracy of the " + run.stackInWords(),
                  Page.fixed(100 * stack.number("accuracy"), 2) + " %",
                  "log loss " + Page.fixed(stack.number("log_loss"), 4));
            });
    run.strongest()
        .ifPresent(
            comparison -> {
              String average = comparison.text("average");
              run.entry(average)
                  .ifPresent(
                      entry ->
                          tile(
                              page,
                              "Accuracy of the " + average,
                              Page.fixed(100 * entry.number("accuracy"), 2) + " %",
                              "log loss " + Page.fixed(entry.number("log_loss"), 4)));
              double[] interval = comparison.get("interval_95").pair();
              tile(
                  page,
                  "Accuracy, difference",
                  Page.signed(100 * comparison.number("difference"), 2) + " points",
                  BoardSection.interval(100, interval, 2)
                      + ", p "
                      + p(comparison.number("p_value")));
              tile(
                  page,
                  "Log loss, difference",
                  Page.signed(comparison.number("log_loss_difference"), 4),
                  BoardSection.interval(1, comparison.get("log_loss_interval_95").pair(), 4)
                      + "; below 0 is better");
              tile(
                  page,
                  "Rows mended and broken",
                  Page.whole(comparison.whole("only_stack_right"))
                      + " and "
                      + Page.whole(comparison.whole("only_average_right")),
                  "only the stack right, only the average right");
            });
  }

  private static String p(double value) {
    return value < 0.001 ? "< 0.001" : "= " + Page.fixed(value, 3);
  }

  private static void writeNumbers(Page page, Run run) {
    run.entry(run.stack())
        .ifPresent(
            stack ->
                tile(
                    page,
                    "R² of the " + run.stackInWords(),
                    Page.fixed(stack.number("r2"), 4),
                    "RMSE " + Page.digits(stack.number("rmse"))));
    run.strongest()
        .ifPresent(
            comparison -> {
              String average = comparison.text("average");
              run.entry(average)
                  .ifPresent(
                      entry ->
                          tile(
                              page,
                              "R² of the " + average,
                              Page.fixed(entry.number("r2"), 4),
                              "RMSE " + Page.digits(entry.number("rmse"))));
              tile(
                  page,
                  "R², difference",
                  Page.signed(comparison.number("difference"), 4),
                  BoardSection.interval(1, comparison.get("interval_95").pair(), 4));
            });
  }

  private static void tile(Page page, String name, String value, String more) {
    page.open("div");
    page.leaf("dt", name);
    page.open("dd").text(value).leaf("small", more).close("dd");
    page.close("div");
  }

  private static void navigate(Page page, Run run) {
    page.open("nav", "aria-label", "Sections");
    link(page, "leaderboard", "Leaderboard");
    if (run.ofClasses()) {
      link(page, "confusion", "Confusion");
      link(page, "reliability", "Reliability");
      if (run.compares()) {
        link(page, "examples", "Mended and broken rows");
      }
      link(page, "agreement", "Agreement");
    } else {
      link(page, "answers", "Answers");
    }
    if (run.results().find("contributions").isPresent()) {
      link(page, "contributions", "Contributions");
    }
    link(page, "curves", "Learning curves");
    link(page, "run", "The run");
    page.close("nav");
  }

  private static void link(Page page, String id, String name) {
    page.leaf("a", name, "href", "#" + id).text(" ");
  }
}
