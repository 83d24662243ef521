package org.stacking4j.report;

import java.util.List;
import java.util.Optional;

/**
 * The results of a run, and what several sections ask of them.
 *
 * @param results the whole file
 */
record Run(Part results) {
  /** Whether it told classes apart; otherwise it predicted numbers. */
  boolean ofClasses() {
    return results.get("data").get("test").find("classes").isPresent();
  }

  /** The classes' names. */
  List<String> classes() {
    return results.get("data").get("test").texts("classes");
  }

  /** The stack that is judged. */
  String stack() {
    return results.text("saved_stack");
  }

  /** It in words: an average has a name of its own. */
  String stackInWords() {
    return stack().startsWith("stack ") ? "stack" : stack();
  }

  /** The average everything on the leaderboard is compared with. */
  String reference() {
    return results.text("difference_to");
  }

  List<Part> board() {
    return results.list("leaderboard");
  }

  /** Who has this name on the leaderboard. */
  Optional<Part> entry(String name) {
    return board().stream().filter(entry -> entry.text("name").equals(name)).findFirst();
  }

  /** Whether it is compared with averages; one that is an average itself is not. */
  boolean compares() {
    return !results.list("comparisons").isEmpty();
  }

  /** The comparison with the strongest of the averages: the first of them on the leaderboard. */
  Optional<Part> strongest() {
    List<Part> comparisons = results.list("comparisons");
    return board().stream()
        .map(entry -> entry.text("name"))
        .flatMap(name -> comparisons.stream().filter(one -> one.text("average").equals(name)))
        .findFirst();
  }
}
