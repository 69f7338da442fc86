package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R8: what a client that knows a list gets. */
class SignedListTest {

  private static final RevokedBits BITS =
      new RevokedBits(new StatusList("list", "realm", 0, "00"), new int[0], 7);
  private static final SignedList LIST = new SignedList(BITS, 5, "a.b.c");

  @Test
  void gzippedAndPlainHaveTagsOfTheirOwn() {
    assertThat(LIST.entityTag(false)).matches("\"[A-Za-z0-9_-]{20}\"");
    assertThat(LIST.entityTag(true)).isNotEqualTo(LIST.entityTag(false));
    assertThat(new SignedList(BITS, 5, "a.b.d").entityTag(false))
        .isNotEqualTo(LIST.entityTag(false));
    assertThat(new SignedList(BITS, 6, "a.b.c").entityTag(false)).isEqualTo(LIST.entityTag(false));
  }

  @Test
  void aKnownTagIsFound() {
    String plain = LIST.entityTag(false);
    String gzip = LIST.entityTag(true);
    for (String header : new String[] {plain, gzip, "W/" + plain, "\"x\",  " + gzip, "*"}) {
      assertThat(LIST.isNamedIn(header)).as(header).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "\"", "\"\"", "W/", "x", "\"x\"", "**"})
  void anotherTagIsNot(String header) {
    assertThat(LIST.isNamedIn(header)).isFalse();
  }

  @Test
  void itCoversWhatIsNotNewer() {
    assertThat(LIST.covers(BITS, 5)).isTrue();
    assertThat(LIST.covers(BITS, 4)).isTrue();
    assertThat(LIST.covers(BITS, 6)).isFalse();
    assertThat(LIST.covers(new RevokedBits(BITS.list(), new int[1], 6), 5)).isTrue();
    assertThat(LIST.covers(new RevokedBits(BITS.list(), new int[0], 8), 5)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip|true",
        "GZIP|true",
        "br, gzip;q=0.5|true",
        "*|true",
        "gzip;q=0|false",
        "gzip; q=0.000, *|false",
        "*;q=0|false",
        "br|false",
        "gzipped|false",
        ";;,;q|false"
      })
  void theClientChoosesTheForm(String header, boolean gzip) {
    assertThat(AcceptedEncoding.takesGzip(header)).isEqualTo(gzip);
  }
}
