package dev.bulwark.breached.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P9: a damaged index is refused as {@link IndexFormatException} or answers without a fault; one
 * that passes {@code verify} finds each of its entries.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class PasswordIndexFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(PasswordIndexFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  /**
   * The target. First byte even: the rest is the file. Odd: the rest are changes of an index that
   * is sound but for them, since chance finds no file of the right length and checksum: a byte says
   * how many entries, each follows with 3 bytes (prefix, next byte, count), then come pairs of
   * position and byte that replace one of the file, and a last odd byte that cuts as many bytes
   * off. With bit 1 of the first byte the checksum is made right again.
   */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    ByteBuffer rest = ByteBuffer.wrap(input, 1, input.length - 1);
    byte[] file =
        (input[0] & 1) == 0
            ? Arrays.copyOfRange(input, 1, input.length)
            : damaged(rest, (input[0] & 2) != 0);
    PasswordIndex index;
    try {
      index = PasswordIndex.parse(file);
    } catch (IndexFormatException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    int entryBytes = IndexFormat.entryBytes(file[8]);
    int first = (int) (file.length - index.size() * entryBytes);
    boolean sound = true;
    try {
      index.verify();
      assertThat(file[9] | file[10] | file[11]).isZero();
    } catch (IndexFormatException e) {
      sound = false;
    }
    byte[] sha1 = new byte[IndexFormat.HASH_BYTES];
    int entry = 0;
    for (int prefix = 0; prefix < IndexFormat.tableElements(file[8]); prefix++) {
      int end = ByteBuffer.wrap(file).getInt(IndexFormat.HEADER_BYTES + 4 * prefix);
      for (; entry < end; entry++) {
        int at = first + entry * entryBytes;
        sha1[0] = (byte) (file[8] == 1 ? prefix : prefix >> 8);
        sha1[1] = (byte) prefix;
        System.arraycopy(file, at, sha1, file[8], entryBytes - IndexFormat.COUNT_BYTES);
        int count = index.count(sha1);
        if (sound) {
          assertThat(count)
              .isEqualTo(ByteBuffer.wrap(file).getShort(at + entryBytes - 2) & 0xFFFF)
              .isPositive();
        }
      }
    }
    assertThat(index.count(sha1)).isBetween(0, IndexFormat.MAX_COUNT);
  }

  private static byte[] damaged(ByteBuffer changes, boolean checksum) {
    int entries =
        Math.min(changes.hasRemaining() ? changes.get() & 0x1F : 0, changes.remaining() / 3);
    int size = (int) IndexFormat.fileBytes(1, entries);
    ByteBuffer file = ByteBuffer.allocate(size);
    int[] table = new int[256];
    file.position(IndexFormat.HEADER_BYTES + 4 * 256);
    for (int i = 0; i < entries; i++) {
      table[changes.get() & 0xFF]++;
      file.put(changes.get()).put(new byte[18]).put((byte) 0).put(changes.get());
    }
    file.position(IndexFormat.HEADER_BYTES);
    int sum = 0;
    for (int count : table) {
      sum += count;
      file.putInt(sum);
    }
    file.put(0, IndexFormat.header(1, entries, 0).array());
    while (changes.remaining() >= 3) {
      file.put((changes.getShort() & 0xFFFF) % size, changes.get());
    }
    if (checksum) {
      CRC32C crc = new CRC32C();
      crc.update(file.array(), IndexFormat.HEADER_BYTES, size - IndexFormat.HEADER_BYTES);
      file.putInt(IndexFormat.CRC_OFFSET, (int) crc.getValue());
    }
    int cut = changes.hasRemaining() ? changes.get() & 0xFF : 0;
    return Arrays.copyOf(file.array(), size - cut);
  }
}
