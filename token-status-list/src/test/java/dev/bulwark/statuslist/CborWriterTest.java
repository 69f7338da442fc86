package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R8: the examples of RFC 8949, appendix A. */
class CborWriterTest {

  private static String hex(CborWriter writer) {
    return HexFormat.of().formatHex(writer.toBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "23, 17",
    "24, 1818",
    "255, 18ff",
    "256, 190100",
    "1000, 1903e8",
    "65535, 19ffff",
    "65536, 1a00010000",
    "1000000, 1a000f4240",
    "4294967295, 1affffffff",
    "1000000000000, 1b000000e8d4a51000",
    "-1, 20",
    "-100, 3863",
    "-1000, 3903e7"
  })
  void numbers(long number, String encoded) {
    assertThat(hex(new CborWriter().number(number))).isEqualTo(encoded);
  }

  @Test
  void textsAndBytes() {
    assertThat(hex(new CborWriter().text(""))).isEqualTo("60");
    assertThat(hex(new CborWriter().text("IETF"))).isEqualTo("6449455446");
    assertThat(hex(new CborWriter().text("\u00fc"))).isEqualTo("62c3bc");
    assertThat(hex(new CborWriter().bytes(new byte[] {1, 2, 3, 4}))).isEqualTo("4401020304");
    assertThat(hex(new CborWriter().bytes(new byte[300]))).startsWith("59012c00");
  }

  @Test
  void arraysMapsAndTags() {
    assertThat(hex(new CborWriter().array(3).number(1).number(2).number(3))).isEqualTo("83010203");
    assertThat(hex(new CborWriter().map(2).number(1).number(2).number(3).number(4)))
        .isEqualTo("a201020304");
    assertThat(hex(new CborWriter().tag(1).number(1363896240))).isEqualTo("c11a514b67b0");
  }
}
