package dev.bulwark.statuslist.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;

/** R8: the size and the content of a list. */
class RevokedBitsTest {

  private static final String SECRET = "000102030405060708090a0b0c0d0e0f";
  private static final long END = 1_800_000_900;
  private static final long WINDOW = 900;

  @Test
  void aMillionTokensOfWhichOnePercentIsRevokedFitIn16Kilobytes() {
    byte[] compressed = list(10_000).compressed(new IndexOrder(SECRET), WINDOW, END);
    assertThat(compressed.length).isLessThanOrEqualTo(16 * 1024);
  }

  @Test
  void anEmptyListIsShort() {
    byte[] compressed = list(0).compressed(new IndexOrder(SECRET), WINDOW, END - 2 * WINDOW);
    assertThat(compressed.length).isLessThan(200);
  }

  @Test
  void theBitsOfRevokedTokensAreSet() throws IOException {
    // The last is beyond the list: an id that somebody made up.
    byte[] read =
        inflate(
            bits(0, 9, 9, IndexOrder.SIZE - 1, 9_999_999)
                .compressed(new IndexOrder(SECRET), WINDOW, END - 2 * WINDOW - 1));
    assertThat(read).hasSize(IndexOrder.SIZE / 8);
    assertThat(ones(read)).isEqualTo(3);
    assertThat(read[0]).isEqualTo((byte) 1);
    assertThat(read[1]).isEqualTo((byte) 2);
    assertThat(read[read.length - 1]).isEqualTo((byte) 0x80);
  }

  @Test
  void decoysAppearOverTheLifeOfTheList() throws IOException {
    IndexOrder order = new IndexOrder(SECRET);
    int[] counts = new int[4];
    for (int i = 0; i < 4; i++) {
      long now = END - 2 * WINDOW + i * 2L * WINDOW / 3;
      counts[i] = ones(inflate(list(0).compressed(order, WINDOW, now)));
    }
    assertThat(counts[0]).isLessThan(5);
    assertThat(counts[1]).isBetween(50, 120);
    assertThat(counts[2]).isBetween(130, 210);
    assertThat(counts[3]).isEqualTo(IndexOrder.DECOYS);
  }

  private static RevokedBits list(int revoked) {
    IndexOrder order = new IndexOrder(SECRET);
    return bits(
        new Random(8).ints(0, 1_000_000).distinct().limit(revoked).map(order::index).toArray());
  }

  private static RevokedBits bits(int... indexes) {
    return new RevokedBits(new StatusList("list", "realm", END, SECRET), indexes, 1);
  }

  private static byte[] inflate(byte[] compressed) throws IOException {
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    }
  }

  private static int ones(byte[] bytes) {
    int count = 0;
    for (byte each : bytes) {
      count += Integer.bitCount(each & 0xff);
    }
    return count;
  }
}
