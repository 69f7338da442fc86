package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * P5: whoever may import users may not have the server compute for hours, or take all its memory.
 * Of a stored hash that asks for too much nothing is computed, whichever form it has.
 */
@SharedRealm
class StoredHashCostIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MOST = Integer.toString(Integer.MAX_VALUE);
  private static final String HASH = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
  private static final String SALT = "MDEyMzQ1Njc4OWFiY2RlZg==";
  private static final String BCRYPT = "abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
  private static final String REFUSED = "outcome=\"refused\"";
  private static final String CRYPT = "saltstring$" + "a".repeat(43);

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();

  /** Stored hashes, each with one parameter or all of them at the most that its form can say. */
  private enum Costly {
    ARGON2_MEMORY("argon2", 3, argon2("memory", MOST), HASH),
    ARGON2_PASSES("argon2", Integer.MAX_VALUE, argon2("memory", "65536"), HASH),
    ARGON2_LANES("argon2", 3, argon2("parallelism", "16777215"), HASH),
    ARGON2_LENGTH("argon2", 3, argon2("hashLength", MOST), HASH),
    PBKDF2("pbkdf2", Integer.MAX_VALUE, Map.of(), HASH),
    PBKDF2_SHA256("pbkdf2-sha256", Integer.MAX_VALUE, Map.of(), HASH),
    PBKDF2_SHA512("pbkdf2-sha512", Integer.MAX_VALUE, Map.of(), HASH),
    /** The whole salt again for each 64 bytes: some minutes. */
    PBKDF2_SALT("pbkdf2-sha512", 1, Map.of(), "A".repeat(3_000_000), "A".repeat(3_000_000)),
    /** As many iterations again for each 64 bytes. */
    PBKDF2_BLOCKS("pbkdf2-sha512", 3_000_000, Map.of(), "A".repeat(100_000)),
    BCRYPT_COST("bcrypt", 31, Map.of(), "$2b$31$" + BCRYPT),
    BCRYPT_SHA256_COST("bcrypt-sha256", 31, Map.of(), "bcrypt_sha256$$2b$31$" + BCRYPT),
    WORDPRESS_COST("wordpress-bcrypt", 31, Map.of(), "$wp$2y$31$" + BCRYPT),
    SCRYPT_N("scrypt", 1 << 30, Map.of("r", "8", "p", "1"), HASH),
    SCRYPT_R("scrypt", 16_384, Map.of("r", "1048576", "p", "1"), HASH),
    SCRYPT_P("scrypt", 16_384, Map.of("r", "1", "p", "1048576"), HASH),
    /** The whole salt again for each 32 bytes of a quarter GiB: hours. */
    SCRYPT_SALT("scrypt", 2, Map.of("r", "1", "p", "2097151"), HASH, "A".repeat(1_000_000)),
    /**
     * A third of the test server's heap: within {@code max-stored-memory}, and two would end it.
     */
    SCRYPT_HEAP("scrypt", 1 << 18, Map.of("r", "8", "p", "1"), HASH),
    FIREBASE_HEAP("firebase-scrypt", 18, Map.of(), firebase(8, 18)),
    /** Less memory than its lanes take is computed in Java. */
    ARGON2_HEAP(
        "argon2",
        1,
        Map.of(
            "type",
            "id",
            "version",
            "1.3",
            "memory",
            "1",
            "parallelism",
            "32768",
            "hashLength",
            "32"),
        HASH),
    FIREBASE_MEMORY("firebase-scrypt", 30, Map.of(), firebase(8, 30)),
    FIREBASE_ROUNDS("firebase-scrypt", 20, Map.of(), firebase(99, 20)),
    SHA256_CRYPT("sha256-crypt", 5000, Map.of(), "$5$rounds=999999999$" + CRYPT),
    SHA512_CRYPT(
        "sha512-crypt", 5000, Map.of(), "$6$rounds=999999999$" + CRYPT + CRYPT.substring(11)),
    /** The character for 2^30 rounds. */
    PHPASS("phpass", 1, Map.of(), "$P$S" + "a".repeat(30));

    private final String algorithm;
    private final String credentialData;
    private final String secretData;

    Costly(String algorithm, int iterations, Map<String, String> parameters, String value) {
      this(algorithm, iterations, parameters, value, SALT);
    }

    Costly(
        String algorithm,
        int iterations,
        Map<String, String> parameters,
        String value,
        String salt) {
      this.algorithm = algorithm;
      ObjectNode data = JSON.createObjectNode();
      data.put("algorithm", algorithm).put("hashIterations", iterations);
      ObjectNode additional = data.putObject("additionalParameters");
      parameters.forEach((key, text) -> additional.putArray(key).add(text));
      this.credentialData = data.toString();
      this.secretData = JSON.createObjectNode().put("value", value).put("salt", salt).toString();
    }

    private String user() {
      return "costly-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static Map<String, String> argon2(String replaced, String value) {
    Map<String, String> parameters =
        new HashMap<>(
            Map.of(
                "type", "id",
                "version", "1.3",
                "memory", "65536",
                "parallelism", "4",
                "hashLength", "32"));
    parameters.put(replaced, value);
    return parameters;
  }

  private static String firebase(int rounds, int memory) {
    return "$firebase-scrypt$" + rounds + "$" + memory + "$" + SALT + "$Bw==$" + HASH + "$" + HASH;
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsComputed(Costly hash) {
    new Users(admin).createWithHash(hash.user(), hash.credentialData, hash.secretData);
    double refused = verifications(hash, line -> line.contains(REFUSED));
    double computed = verifications(hash, line -> !line.contains(REFUSED));

    stack.realm().login(hash.user(), Realm.PASSWORD, "openid").expect(400);

    assertThat(verifications(hash, line -> line.contains(REFUSED)) - refused).isEqualTo(1);
    assertThat(verifications(hash, line -> !line.contains(REFUSED))).isEqualTo(computed);
  }

  /** Verifications by the hash's algorithm, of those series that are asked for. */
  private double verifications(Costly hash, Predicate<String> series) {
    return Http.get(stack.keycloak().managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith("bulwark_password_hash_seconds_count{"))
        .filter(line -> line.contains("algorithm=\"" + hash.algorithm + "\""))
        .filter(line -> line.contains("operation=\"verify\""))
        .filter(series)
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
