package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.statuslist.store.IndexOrder;
import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusList;
import dev.bulwark.statuslist.store.StatusReference;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R8: whatever a request or the id of a token contains, it is read without an exception, and an
 * unknown tag never counts as known.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class StatusRequestFuzzTest {

  private static final String SECRET = "000102030405060708090a0b0c0d0e0f";
  private static final IndexOrder ORDER = new IndexOrder(SECRET);
  private static final SignedList LIST =
      new SignedList(
          new RevokedBits(new StatusList("list", "realm", 0, "00"), new int[0], 1), 5, "a.b.c");

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(StatusRequestFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) {
    fuzzerTestOneInput(input);
  }

  /** The target: a line for each header and one for the id of a token. */
  public static void fuzzerTestOneInput(byte[] input) {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 3);
    String tags = lines[0];
    boolean named =
        tags.contains("*")
            || tags.contains(LIST.entityTag(false))
            || tags.contains(LIST.entityTag(true));
    assertThat(LIST.isNamedIn(tags) && !named).isFalse();
    String encodings = lines.length > 1 ? lines[1] : "";
    if (AcceptedEncoding.takesGzip(encodings)) {
      assertThat(encodings.toLowerCase(Locale.ROOT)).containsAnyOf("*", "gzip");
    }
    String jti = lines.length > 2 ? lines[2] : "";
    StatusReference.ofJti(jti)
        .ifPresent(
            place -> {
              assertThat(place.index()).isBetween(0, 9_999_999);
              int[] indexes = {place.index()};
              assertThat(
                      new RevokedBits(new StatusList("list", "realm", 0, SECRET), indexes, 1)
                          .compressed(ORDER, 900, 0))
                  .isNotEmpty();
            });
  }
}
