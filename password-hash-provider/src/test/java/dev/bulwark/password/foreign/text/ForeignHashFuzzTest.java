package dev.bulwark.password.foreign.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.PasswordVerifier;
import dev.bulwark.password.foreign.verify.Verifiers;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P4, P5: any text is either read into a form that its verifier takes, and that gives the text
 * back, or refused as {@link UnusableHashException}.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class ForeignHashFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(ForeignHashFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  private static final CostLimits LIMITS = new CostLimits(1 << 16, 1 << 18, 12, 100_000);
  private static final int LONG_SALT = 2000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, PasswordVerifier> VERIFIERS =
      new Verifiers(new BouncyCastleArgon2Engine()).byAlgorithm();

  /** The target. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    String text = new String(input, StandardCharsets.UTF_8);
    StoredHash stored;
    try {
      stored = ForeignHash.parse(text, LIMITS);
    } catch (UnusableHashException e) {
      // Free of the text: only a number of its parameters may be in the message.
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(120);
      return;
    }
    JsonNode secret = JSON.readTree(stored.secretData());
    assertThat(secret.get("value").textValue()).isEqualTo(stored.value());
    assertThat(secret.get("salt").binaryValue()).isEqualTo(stored.salt());
    assertThat(JSON.readTree(stored.credentialData()).get("hashIterations").intValue())
        .isEqualTo(stored.iterations());
    assertThat(stored.toString()).doesNotContain(stored.value());
    PasswordVerifier verifier = VERIFIERS.get(stored.algorithm());
    if (verifier != null) {
      assertThat(verifier.prepare(stored, LIMITS).memory()).isBetween(1, LIMITS.memory());
    }
    assertNothingLost(text, stored);
    if (stored.salt().length > LONG_SALT) {
      return; // written in Base64 it may be longer than what is read
    }
    StoredHash again = ForeignHash.parse(HashText.of(stored), LIMITS);
    assertThat(again.credentialData()).isEqualTo(stored.credentialData());
    assertThat(again.secretData()).isEqualTo(stored.secretData());
  }

  /** The salt is in the text as it was read, for the forms that have it as plain text. */
  private static void assertNothingLost(String text, StoredHash stored) {
    if (text.startsWith("pbkdf2") || text.startsWith("scrypt")) {
      assertThat(text).contains("$" + new String(stored.salt(), StandardCharsets.UTF_8) + "$");
    }
    if (stored.salt().length == 0 && !stored.algorithm().equals(Algorithms.MESSAGE_DIGEST)) {
      assertThat(text).endsWith(stored.value());
    }
  }
}
