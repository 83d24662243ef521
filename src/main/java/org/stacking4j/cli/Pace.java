package org.stacking4j.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stacking4j.experiment.Plan;
import org.stacking4j.train.Effort;
import org.stacking4j.train.FitEvent;

/**
 * How far a run is, by the operations of its plan, and what is fitted right now. Meta networks are
 * not in the plan: they are small.
 */
final class Pace {
  private final LongSupplier nanoseconds;
  private final long start;
  private double planned;
  private double foreseen;
  private int fits;
  private int finished;
  private double done;
  private double restored;
  private boolean combining;

  /** Of fits that run, by what they are: their operations so far. */
  private final Map<String, Double> running = new HashMap<>();

  /** One for each fit that was under way beside others in this stage; null where none is now. */
  private final List<@Nullable String> slots = new ArrayList<>();

  private final Map<String, String> states = new HashMap<>();

  Pace(LongSupplier nanoseconds) {
    this.nanoseconds = nanoseconds;
    this.start = nanoseconds.getAsLong();
  }

  void planned(Plan plan) {
    planned = plan.operations();
    foreseen = plan.seconds();
    fits = plan.fits();
  }

  void hear(FitEvent event) {
    String fit = event.task().describe();
    combining = event.task().meta();
    if (event instanceof FitEvent.Started) {
      if (slots.stream().allMatch(Objects::isNull)) {
        slots.clear(); // the last fits of a stage may have been more than the next one's at a time
      }
      int free = slots.indexOf(null);
      if (free < 0) {
        slots.add(fit);
      } else {
        slots.set(free, fit);
      }
    } else if (event instanceof FitEvent.EpochEnded ended) {
      int epochs = Math.max(1, ended.task().settings().epochs());
      if (!ended.task().meta()) {
        double operations = Effort.of(ended.task()).operations();
        running.put(fit, operations * Math.min(1, ended.epoch() / (double) epochs));
      }
      states.put(
          fit,
          String.format(
              Locale.ROOT, "epoch %d of %d, loss %.4f", ended.epoch(), epochs, ended.loss()));
    } else {
      running.remove(fit);
      states.remove(fit);
      slots.replaceAll(other -> fit.equals(other) ? null : other);
      if (event instanceof FitEvent.Failed || event.task().meta()) {
        return;
      }
      double operations = Effort.of(event.task()).operations();
      finished++;
      done += operations;
      if (event instanceof FitEvent.Restored) {
        restored += operations; // which took no time
      }
    }
  }

  /** The share of the run that is done, 0 to 1. */
  double share() {
    double all = done + running.values().stream().mapToDouble(Double::doubleValue).sum();
    return planned > 0 ? Math.min(1, all / planned) : 0;
  }

  /** {@code 7 of 18 fits, about 20 s left}. */
  String inWords() {
    String count = finished + " of " + fits + " fits";
    if (finished >= fits) {
      return count + (combining ? ", now what combines them" : "");
    }
    // Until something is known, the plan's guess.
    double share = share();
    double elapsed = (nanoseconds.getAsLong() - start) / 1e9;
    double own = planned > 0 ? share - restored / planned : 0;
    double left = own > 0 ? elapsed * (1 - share) / own : foreseen * (1 - share);
    return count + ", about " + Plan.time(left) + " left";
  }

  /** How far each fit under way is, in lines of one form; an empty one where none is. */
  List<String> workers() {
    int width = slots.stream().filter(Objects::nonNull).mapToInt(String::length).max().orElse(0);
    return slots.stream()
        .map(fit -> fit == null ? "" : line(fit, width))
        .collect(Collectors.toList());
  }

  private String line(String fit, int width) {
    return "  " + fit + " ".repeat(width - fit.length() + 2) + states.getOrDefault(fit, "");
  }
}
