package dev.bulwark.limit.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * L1: whatever an operator writes as a network is refused, or has its own address in it; whatever a
 * proxy sends as an address has a bucket that is safe in the name of a Redis key.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class NetworkFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(NetworkFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) {
    fuzzerTestOneInput(input);
  }

  /** The target: a line each for the networks of the option and the address of a client. */
  public static void fuzzerTestOneInput(byte[] input) {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    String address = lines.length > 1 ? lines[1] : lines[0];
    String bucket = ClientAddress.bucket(address);
    assertThat(bucket).matches("[A-Za-z0-9._]{1,40}");
    assertThat(ClientAddress.bucket(" " + address)).isEqualTo(bucket);
    String site = ClientAddress.network(address);
    assertThat(site == null || site.matches("[0-9a-f]{12}_48")).isTrue();
    List<Network> networks;
    try {
      networks = Network.parseList(lines[0]);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("'");
      return;
    }
    for (Network network : networks) {
      String own = network.toString().split("/", 2)[0];
      assertThat(network.contains(own)).as(network.toString()).isTrue();
      assertThat(network.contains(address) && !ClientAddress.isNumeric(address)).isFalse();
    }
  }
}
