package org.stacking4j.report;

import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes HTML that is XML too: every element is closed, and every text and attribute escaped,
 * whatever it holds. Not thread-safe.
 */
final class Page {
  /** HTML has no end tags for these. */
  private static final Set<String> VOID = Set.of("br", "img", "meta");

  private final StringWriter target = new StringWriter();
  private final XMLStreamWriter xml;
  private final Deque<String> open = new ArrayDeque<>();

  Page() {
    target.write("<!DOCTYPE html>\n");
    try {
      xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(target);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Begins an element.
   *
   * @param attributes names and values in turn
   */
  Page open(String element, String... attributes) {
    try {
      xml.writeStartElement(element);
      attributes(attributes);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    open.push(element);
    return this;
  }

  /** Writes a text into the element that is open. */
  Page text(String text) {
    try {
      xml.writeCharacters(clean(text));
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return this;
  }

  /** Ends an element, which must be the last that was begun. */
  Page close(String element) {
    String last = open.pop();
    if (!last.equals(element)) {
      throw new IllegalStateException(element + " is closed while " + last + " is open");
    }
    try {
      xml.writeEndElement();
      if (!INLINE.contains(element)) {
        xml.writeCharacters("\n");
      }
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return this;
  }

  private static final Set<String> INLINE =
      Set.of("a", "abbr", "b", "code", "dd", "dt", "pre", "span", "td", "text", "th", "title");

  /** An element with a text and nothing else. */
  Page leaf(String element, String text, String... attributes) {
    return open(element, attributes).text(text).close(element);
  }

  /** An element without content. */
  Page empty(String element, String... attributes) {
    if (!VOID.contains(element)) {
      return open(element, attributes).close(element);
    }
    try {
      xml.writeEmptyElement(element);
      attributes(attributes);
      xml.writeCharacters("");
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return this;
  }

  /** Begins a section, which {@code close("section")} ends. */
  Page section(String id, String title) {
    return open("section", "id", id).leaf("h2", title);
  }

  /** Says that a run of an earlier version did not write something. */
  Page missing(String what) {
    return leaf(
        "p",
        "The results of this run do not say "
            + what
            + "; they were written by an earlier version.");
  }

  /** Begins a table in a box that scrolls by itself, with the keyboard too. */
  Page table(String name, String style) {
    open("div", "class", "box", "tabindex", "0", "role", "region", "aria-label", name);
    return open("table", "class", style);
  }

  Page endTable() {
    return close("table").close("div");
  }

  private void attributes(String... attributes) throws XMLStreamException {
    for (int i = 0; i < attributes.length; i += 2) {
      xml.writeAttribute(attributes[i], clean(attributes[i + 1]));
    }
  }

  /** What no XML can hold becomes U+FFFD. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .map(
            c -> {
              boolean control = c < ' ' && c != '\n' && c != '\t';
              boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
              boolean noCharacter = c == 0xFFFE || c == 0xFFFF;
              return control || surrogate || noCharacter || (c >= 0x7F && c < 0xA0) ? 0xFFFD : c;
            })
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** A number with so many decimals; – if it is none. */
  static String fixed(double value, int decimals) {
    return Double.isFinite(value)
        ? minus(String.format(Locale.ROOT, "%." + decimals + "f", value))
        : "–";
  }

  /** The same with its sign. */
  static String signed(double value, int decimals) {
    return Double.isFinite(value)
        ? minus(String.format(Locale.ROOT, "%+." + decimals + "f", value))
        : "–";
  }

  /** A number with about four digits that count, whatever its size. */
  static String digits(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    double size = Math.abs(value);
    if (size >= 1e7 || (size < 1e-4 && size > 0)) {
      return minus(String.format(Locale.ROOT, "%.3e", value));
    }
    int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 4 : 6;
    return fixed(value, decimals);
  }

  static String whole(long value) {
    return Long.toString(value);
  }

  private static String minus(String number) {
    return number.replace('-', '−');
  }

  /** The page; everything that was begun must have been ended. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException(open + " is still open");
    }
    return target + "\n";
  }
}
