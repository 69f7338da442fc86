package dev.bulwark.password.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P4, P5: any text is either read into a form that its verifier takes, and that gives the text
 * back, or refused as {@link UnusableHashException}.
 *
 * <p>Target of {@code fuzz/run}; the test replays the inputs that were kept.
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
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, PasswordVerifier> VERIFIERS =
      Stream.of(
              new Argon2Verifier(new BouncyCastleArgon2Engine()),
              new BcryptVerifier(),
              new BcryptSha256Verifier(),
              new ScryptVerifier(),
              ShaCryptVerifier.sha256(),
              ShaCryptVerifier.sha512(),
              new PhpassVerifier(),
              new WordpressVerifier(),
              new FirebaseVerifier(),
              new DigestVerifier())
          .collect(Collectors.toMap(PasswordVerifier::algorithm, Function.identity()));

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
    if (text.startsWith("A") || text.startsWith("{pbkdf2")) {
      return; // ASP.NET, Spring: PBKDF2 with a key that is not of its digest's length
    }
    assertNothingLost(text, stored);
    String written = write(stored);
    StoredHash again = ForeignHash.parse(written, LIMITS);
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

  private static String digest(StoredHash stored) {
    String digest =
        stored.parameters().getOrDefault("digest", "").replace("-", "").toLowerCase(Locale.ROOT);
    byte[] hash = Base64.getDecoder().decode(stored.value());
    if ("salt-password".equals(stored.parameters().get("order"))) {
      return "%s$%s$%s"
          .formatted(
              digest,
              new String(stored.salt(), StandardCharsets.UTF_8),
              HexFormat.of().formatHex(hash));
    }
    byte[] both = Arrays.copyOf(hash, hash.length + stored.salt().length);
    System.arraycopy(stored.salt(), 0, both, hash.length, stored.salt().length);
    String scheme = digest.equals("sha1") ? "sha" : digest;
    return "{%s%s}%s"
        .formatted(
            stored.salt().length == 0 ? "" : "S",
            scheme.toUpperCase(Locale.ROOT),
            Base64.getEncoder().encodeToString(both));
  }

  /** The hash in one of the forms for its algorithm. */
  private static String write(StoredHash stored) {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    String salt = base64.encodeToString(stored.salt());
    Map<String, String> parameters = stored.parameters();
    return switch (stored.algorithm()) {
      case Algorithms.ARGON2 ->
          "$argon2%s$v=%d$m=%s,t=%d,p=%s$%s$%s"
              .formatted(
                  parameters.get("type"),
                  "1.3".equals(parameters.get("version")) ? 19 : 16,
                  parameters.get("memory"),
                  stored.iterations(),
                  parameters.get("parallelism"),
                  salt,
                  stored.value());
      case Algorithms.PBKDF2_SHA1, Algorithms.PBKDF2_SHA256, Algorithms.PBKDF2_SHA512 ->
          "$%s$%d$%s$%s"
              .formatted(
                  stored.algorithm(),
                  stored.iterations(),
                  salt.replace('+', '.'),
                  stored.value().replace('+', '.').replace("=", ""));
      case Algorithms.SCRYPT ->
          "$scrypt$ln=%d,r=%s,p=%s$%s$%s"
              .formatted(
                  Integer.numberOfTrailingZeros(stored.iterations()),
                  parameters.get("r"),
                  parameters.get("p"),
                  salt,
                  stored.value());
      case Algorithms.MESSAGE_DIGEST -> digest(stored);
      default -> stored.value();
    };
  }
}
