package org.stacking4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Locale;
import org.junit.jupiter.api.Test;

final class PageTest {
  @Test
  void text_andAttributes_areEscaped() {
    Page page = new Page().open("p", "title", "\"<&'>").text("a < b && \"c\" > 'd' ]]>");

    assertThat(page.close("p").toString())
        .isEqualTo(
            "<!DOCTYPE html>\n<p title=\"&quot;&lt;&amp;'&gt;\">a &lt; b &amp;&amp; \"c\" &gt; 'd' ]]&gt;</p>\n\n");
  }

  @Test
  void text_whatXmlCannotHold_isReplaced() {
    String page = new Page().leaf("p", "a\u0000b\u001bc\ud800d\uffff\ud83d\ude00\u0085").toString();

    assertThat(page).contains("<p>a\ufffdb\ufffdc\ufffdd\ufffd\ud83d\ude00\ufffd</p>");
  }

  @Test
  void empty_hasAnEndTagButWhereHtmlHasNone() {
    assertThat(new Page().empty("br").toString()).contains("<br/>");
    assertThat(new Page().empty("path", "d", "M0 0").toString())
        .contains("<path d=\"M0 0\"></path>");
  }

  @Test
  void elements_mustBeClosedInTurn() {
    Page page = new Page().open("p").open("b");

    assertThatIllegalStateException()
        .isThrownBy(() -> page.close("p"))
        .withMessage("p is closed while b is open");
    assertThatIllegalStateException().isThrownBy(new Page().open("p")::toString);
  }

  @Test
  void numbers_doNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(Page.fixed(-1234.5678, 2)).isEqualTo("−1234.57");
      assertThat(Page.signed(0.125, 3)).isEqualTo("+0.125");
      assertThat(Page.fixed(Double.NaN, 2)).isEqualTo("–");
      assertThat(Page.digits(0.00123456)).isEqualTo("0.001235");
      assertThat(Page.digits(12345.6)).isEqualTo("12346");
      assertThat(Page.digits(1e-9)).isEqualTo("1.000e−09");
    } finally {
      Locale.setDefault(before);
    }
  }
}
