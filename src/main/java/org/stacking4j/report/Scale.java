package org.stacking4j.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where values stand on an axis.
 *
 * @param low the value at the axis' start
 * @param high the value at its end, more than {@code low}
 * @param step between two marks
 * @param start where the axis starts, in units of the picture
 * @param end where it ends; before the start for one that goes up
 */
record Scale(double low, double high, double step, double start, double end) {

  /** An axis from {@code low} to {@code high} that ends at marks, about as many as asked for. */
  static Scale nice(double low, double high, int marks, double start, double end) {
    double from = Double.isFinite(low) ? low : 0;
    double to = Double.isFinite(high) ? high : from;
    double room = Math.max(1e-12, 1e-9 * Math.max(Math.abs(from), Math.abs(to)));
    if (to - from < room) { // nothing between them: the value in the middle
      double around = from == 0 ? 1 : Math.abs(from) / 2;
      to = from + around;
      from -= around;
    }
    double rough = (to - from) / marks;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
    return new Scale(Math.floor(from / step) * step, Math.ceil(to / step) * step, step, start, end);
  }

  /** An axis with ends of its own. */
  static Scale exact(double low, double high, double step, double start, double end) {
    return new Scale(low, high, step, start, end);
  }

  /** Where a value stands; one beyond the ends stands at the end. */
  double at(double value) {
    double share = (Math.min(high, Math.max(low, value)) - low) / (high - low);
    return start + share * (end - start);
  }

  /** The marks' values. */
  List<Double> marks() {
    List<Double> marks = new ArrayList<>();
    int count = (int) Math.floor((high - low) / step + 1e-6);
    for (int i = 0; i <= count; i++) {
      double mark = low + i * step;
      marks.add(Math.abs(mark) < step / 1e6 ? 0 : mark);
    }
    return marks;
  }

  /** A mark's value with as many decimals as the step has; thousands are k, millions M. */
  String label(double mark) {
    double largest = Math.max(Math.abs(low), Math.abs(high));
    if (largest >= 1e9 || largest < 1e-3) {
      return String.format(Locale.ROOT, "%.1e", mark).replace('-', '−');
    }
    double unit = largest >= 1e6 ? 1e6 : largest >= 1e4 ? 1e3 : 1;
    int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step / unit) - 1e-9));
    String suffix = mark == 0 || unit == 1 ? "" : unit == 1e6 ? "M" : "k";
    return Page.fixed(mark / unit, mark == 0 && unit > 1 ? 0 : decimals) + suffix;
  }

  /** A length in the picture with at most two decimals, and no more digits than it needs. */
  static String length(double value) {
    BigDecimal rounded =
        BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_EVEN).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }
}
