package dev.bulwark.password.foreign.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.argon2.NativeArgon2Engine;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ForeignVectors;
import dev.bulwark.password.foreign.ScryptParameters;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.Bcrypt;
import dev.bulwark.password.foreign.verify.DigestVerifier;
import dev.bulwark.password.foreign.verify.FirebaseVerifier;
import dev.bulwark.password.foreign.verify.PasswordVerifier;
import dev.bulwark.password.foreign.verify.PasswordVerifierTest;
import dev.bulwark.password.foreign.verify.PhpassVerifier;
import dev.bulwark.password.foreign.verify.ShaCryptVerifier;
import dev.bulwark.password.foreign.verify.Verifiers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.apache.commons.codec.digest.Crypt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * P4, P5: each form of hash once, at the least cost that a library was asked for, and each bound of
 * its parameters. {@link PasswordVerifierTest} has all vectors; this is what the mutation tests run
 * for each change of a verifier.
 */
class HashFormTest {

  private static final CostLimits LIMITS = CostLimits.DEFAULT;
  private static final CostLimits NO_LIMITS =
      new CostLimits(Integer.MAX_VALUE, Long.MAX_VALUE, 31, Integer.MAX_VALUE);
  private static final String BCRYPT = "abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";

  private static final Verifiers VERIFIERS = new Verifiers(new BouncyCastleArgon2Engine());

  /** Of each library and form the hash that is computed fastest, if it has one that is fast. */
  static List<ForeignVectors.Vector> cheapest() {
    Map<String, ForeignVectors.Vector> chosen = new HashMap<>();
    for (ForeignVectors.Vector vector : ForeignVectors.all()) {
      if (vector.password().length() > 1 && isCheap(vector)) {
        chosen.merge(form(vector), vector, (a, b) -> iterations(b) < iterations(a) ? b : a);
      }
    }
    return chosen.values().stream()
        .sorted(Comparator.comparing(ForeignVectors.Vector::hash))
        .toList();
  }

  private static String form(ForeignVectors.Vector vector) {
    String prefix = vector.hash().replaceAll("[^$:,={}]{9,}", "").replaceAll("\\d{2,}", "");
    return vector.library() + vector.algorithm() + prefix;
  }

  /** Some milliseconds. PBKDF2 is Keycloak's. */
  private static boolean isCheap(ForeignVectors.Vector vector) {
    StoredHash stored = ForeignHash.parse(vector.hash(), LIMITS);
    return !vector.algorithm().startsWith("pbkdf2")
        && stored.iterations() <= (vector.algorithm().contains("bcrypt") ? 5 : 2048)
        && Integer.parseInt(stored.parameters().getOrDefault("memory", "0")) <= 1024;
  }

  private static int iterations(ForeignVectors.Vector vector) {
    return ForeignHash.parse(vector.hash(), LIMITS).iterations();
  }

  @ParameterizedTest
  @MethodSource("cheapest")
  void thePasswordMatchesAndNoOther(ForeignVectors.Vector vector) {
    StoredHash stored = ForeignHash.parse(vector.hash(), LIMITS);
    PasswordVerifier.Verification verification = prepared(stored);
    byte[] password = vector.password().getBytes(StandardCharsets.UTF_8);
    byte[] given = password.clone();
    assertThat(verification.matches(given)).isTrue();
    assertThat(given).as("left to the caller").isEqualTo(password);
    assertThat(verification.matches(bytes("!" + vector.password()))).isFalse();
    assertThat(verification.matches(bytes(vector.password().substring(1)))).isFalse();
    assertThat(verification.memory()).isEqualTo(memory(stored));
  }

  private static int memory(StoredHash stored) {
    return switch (stored.algorithm()) {
      case "argon2" -> Integer.parseInt(stored.parameters().get("memory"));
      case "bcrypt", "bcrypt-sha256", "wordpress-bcrypt" -> 4;
      case "scrypt" ->
          Math.max(1, stored.iterations() * Integer.parseInt(stored.parameters().get("r")) / 8);
      case "firebase-scrypt" -> 1 << Integer.parseInt(stored.value().split("\\$")[3]);
      default -> 1;
    };
  }

  @Test
  void argon2SaltsAndHashesAreOfTheLengthThatIsClaimed() {
    StoredHash good = parsed("argon2");
    prepared(good);
    refused(withSalt(good, new byte[7]), "its salt or hash is malformed");
    refused(withSalt(good, new byte[1025]), "its salt or hash is malformed");
    refused(withValue(good, "not Base64"), "its salt or hash is malformed");
    refused(withValue(good, "QUJD"), "its hash is not of the length it claims");
  }

  /** P6: BouncyCastle takes the heap, libargon2 does not. */
  @Test
  void argon2TakesTheHeapWhereJavaComputesIt() {
    StoredHash stored = parsed("argon2");
    CostLimits tight = LIMITS.withHeap(memory(stored) - 1);
    overTheLimit(
        () -> VERIFIERS.of(stored).prepare(stored, tight), "KiB for a hash that Java computes");
    assertThat(prepared(stored).heap()).isEqualTo(memory(stored));
    PasswordVerifier byLibargon2 = new Verifiers(NativeArgon2Engine.load()).of(stored);
    assertThat(byLibargon2.prepare(stored, tight).heap()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "1,8,1,32,power of two",
    "0,8,1,32,power of two",
    "-2147483648,8,1,32,power of two",
    "3,8,1,32,power of two",
    "16,0,1,32,its scrypt r does not go with N",
    "65536,1,1,32,its scrypt r does not go with N",
    "16,8,0,32,its scrypt p does not go with r",
    "16,1,2097152,32,its scrypt p does not go with r",
    "16,65536,65536,32,its scrypt p does not go with r",
    "16,8,1,15,its scrypt hash is not of 16 to 1024 bytes",
    "16,8,1,1025,its scrypt hash is not of 16 to 1024 bytes"
  })
  void scryptParametersOutOfRange(int n, int r, int p, int length, String reason) {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(() -> new ScryptParameters(n, r, p, length))
        .withMessageContaining(reason);
  }

  /** KiB: of N table elements or of p blocks, whichever are more. */
  @ParameterizedTest
  @CsvSource({
    "2,1,1,16,1",
    "32768,1,1,1024,4096",
    "65536,2,1,32,16384",
    "16,1,2097151,32,262143",
    "1024,8,1,32,1024"
  })
  void scryptParametersInRange(int n, int r, int p, int length, long memory) {
    assertThat(new ScryptParameters(n, r, p, length).memory()).isEqualTo(memory);
  }

  /** P5, P6: what BouncyCastle keeps beside the table counts on the heap. */
  @ParameterizedTest
  @CsvSource({"131072,8,1,32,131079", "2,1,2097151,32,786433", "2,2097151,1,32,2097152"})
  void scryptTakesItsHeap(int n, int r, int p, int length, int heap) {
    ScryptParameters parameters = new ScryptParameters(n, r, p, length);
    CostLimits limits = new CostLimits(Integer.MAX_VALUE, Long.MAX_VALUE, 4, 1);
    parameters.check(limits);
    parameters.check(limits.withHeap(heap));
    overTheLimit(
        () -> parameters.check(limits.withHeap(heap - 1)),
        "of " + heap + " KiB for a hash that Java computes is over the limit");
  }

  @Test
  void scryptCostsItsMemoryTimesItsParallelism() {
    ScryptParameters parameters = new ScryptParameters(1024, 8, 4, 32);
    parameters.check(new CostLimits(1024, 4096, 4, 1));
    overTheLimit(() -> parameters.check(new CostLimits(1023, 4096, 4, 1)), "memory of 1024 KiB");
    overTheLimit(() -> parameters.check(new CostLimits(1024, 4095, 4, 1)), "of 4096 KiB");
    // Less than a KiB, many times.
    ScryptParameters small = new ScryptParameters(2, 1, 1000, 32);
    small.check(new CostLimits(125, 1000, 4, 1));
    overTheLimit(() -> small.check(new CostLimits(125, 999, 4, 1)), "of 1000 KiB");
  }

  /** Scrypt's first step hashes it once for each 32 bytes of its blocks. */
  @Test
  void scryptSaltsOverTheLimit() {
    StoredHash good = parsed("scrypt");
    prepared(withSalt(good, new byte[1024]));
    refused(withSalt(good, new byte[1025]), "salt of 1025 bytes is over the limit of 1024 bytes");
    String hash = "$Bw==$QUJD$QUJD";
    for (int bytes : new int[] {1023, 1024}) {
      String salt = Base64.getEncoder().encodeToString(new byte[bytes]);
      StoredHash stored =
          new StoredHash(
              Algorithms.FIREBASE_SCRYPT,
              2,
              Map.of(),
              "$firebase-scrypt$8$1$" + salt + hash,
              new byte[0]);
      if (bytes == 1023) {
        prepared(stored);
      } else {
        refused(stored, "salt of 1025 bytes");
      }
    }
  }

  @Test
  void aScryptHashIsBase64() {
    refused(withValue(parsed("scrypt"), "not Base64"), "its hash is malformed");
  }

  @Test
  void bcryptCostsAreTwoDigits() {
    for (String cost : List.of("00", "03", "32", "99")) {
      assertThatExceptionOfType(UnusableHashException.class)
          .isThrownBy(() -> Bcrypt.checkedCost(cost, NO_LIMITS))
          .withMessageContaining("is not within 4..31");
    }
    assertThat(Bcrypt.checkedCost("04", NO_LIMITS)).isEqualTo(4);
    assertThat(Bcrypt.checkedCost("31", NO_LIMITS)).isEqualTo(31);
    overTheLimit(() -> Bcrypt.checkedCost("16", LIMITS), "bcrypt cost of 16");
  }

  /** Whatever is around it, a bcrypt hash costs what its text says. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bcrypt $2b$31$",
        "bcrypt-sha256 bcrypt_sha256$$2b$31$",
        "wordpress-bcrypt $wp$2y$31$"
      })
  void bcryptIsLimitedInEachForm(String form) {
    String[] parts = form.split(" ", 2);
    overTheLimit(
        () -> prepared(new StoredHash(parts[0], 1, Map.of(), parts[1] + BCRYPT, new byte[0])),
        "bcrypt cost of 31");
  }

  /** Of version {@code 2}, whose key is the password alone. */
  @Test
  void anEmptyPasswordHasNoHashOfTheFirstBcrypt() {
    Bcrypt bcrypt = Bcrypt.of("2", "04", BCRYPT, LIMITS);
    assertThat(bcrypt.matches(new byte[0])).isFalse();
    assertThat(bcrypt.matches(new byte[100])).isFalse();
  }

  @Test
  void firebaseCosts() {
    for (int log : new int[] {0, 31, 99}) {
      assertThatExceptionOfType(UnusableHashException.class)
          .isThrownBy(() -> firebase(8, log, NO_LIMITS))
          .withMessageContaining("is not within 1..30");
    }
    assertThat(firebase(8, 1, NO_LIMITS)).isEqualTo(new ScryptParameters(2, 8, 1, 32));
    assertThat(firebase(8, 30, NO_LIMITS)).isEqualTo(new ScryptParameters(1 << 30, 8, 1, 32));
    overTheLimit(() -> firebase(8, 21, LIMITS), "memory of 2097152 KiB");
  }

  private static ScryptParameters firebase(int rounds, int log, CostLimits limits) {
    return FirebaseVerifier.checkedParameters(
        firebase(rounds, log, "Bw==", "QUJD", "QUJD"), limits);
  }

  private static Matcher firebase(int rounds, int log, String separator, String key, String hash) {
    String text = "$firebase-scrypt$" + rounds + "$" + log + "$QUJD$" + separator + "$" + key;
    Matcher matcher = new FirebaseVerifier().text().matcher(text + "$" + hash);
    assertThat(matcher.matches()).isTrue();
    return matcher;
  }

  @Test
  void firebaseParts() {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(
            () -> FirebaseVerifier.checkedParameters(firebase(8, 1, "", "QUJD", "QUI="), LIMITS))
        .withMessageContaining("its hash is not as long as the signer key");
    for (List<String> parts :
        List.of(
            List.of("B", "QUJD", "QUJD"),
            List.of("", "QUJDQ", "QUJD"),
            List.of("", "QUJD", "QUJDQ"))) {
      assertThatExceptionOfType(UnusableHashException.class)
          .as(parts.toString())
          .isThrownBy(
              () ->
                  FirebaseVerifier.checkedParameters(
                      firebase(8, 1, parts.get(0), parts.get(1), parts.get(2)), LIMITS))
          .withMessageContaining("its Base64 is malformed");
    }
    // Both alphabets.
    assertThat(FirebaseVerifier.checkedParameters(firebase(8, 1, "_-8=", "-_+/", "+/-_"), LIMITS))
        .isNotNull();
  }

  @Test
  void phpassRounds() {
    String hash = "a".repeat(8) + "b".repeat(22);
    for (char log : new char[] {'.', '4', 'T', 'z'}) {
      assertThatExceptionOfType(UnusableHashException.class)
          .isThrownBy(() -> phpassRounds("$P$" + log + hash))
          .withMessageContaining("its rounds are not within 2^7..2^30");
    }
    assertThat(phpassRounds("$P$5" + hash)).isEqualTo(128);
    assertThat(phpassRounds("U$H$B" + hash)).isEqualTo(8192);
    assertThat(phpassRounds("$P$S" + hash)).isEqualTo(1 << 30);
    overTheLimit(
        () -> prepared(new StoredHash(Algorithms.PHPASS, 1, Map.of(), "$P$S" + hash, new byte[0])),
        "iterations of 1073741824");
  }

  @Test
  void phpassHashesAreAsLongAsTheirDigest() {
    for (String text : List.of("$P$5" + "a".repeat(51), "$S$5" + "a".repeat(30))) {
      assertThatExceptionOfType(UnusableHashException.class)
          .isThrownBy(() -> phpassRounds(text))
          .withMessageContaining("its hash is not of the right length");
    }
    assertThat(phpassRounds("$S$5" + "a".repeat(51))).isEqualTo(128);
  }

  private static int phpassRounds(String text) {
    Matcher matcher = new PhpassVerifier().text().matcher(text);
    assertThat(matcher.matches()).isTrue();
    return new PhpassVerifier().checkedCost(matcher, NO_LIMITS);
  }

  @Test
  void shaCryptRounds() {
    for (ShaCryptVerifier verifier :
        List.of(ShaCryptVerifier.sha256(), ShaCryptVerifier.sha512())) {
      String id = verifier.algorithm().startsWith("sha256") ? "$5$" : "$6$";
      String tail = "salt$" + "a".repeat(id.equals("$5$") ? 43 : 86);
      CostLimits five = new CostLimits(1, 1, 4, 5000);
      verifier.prepare(text(verifier, id + tail), five);
      verifier.prepare(text(verifier, id + "rounds=5000$" + tail), five);
      overTheLimit(
          () -> verifier.prepare(text(verifier, id + "rounds=5001$" + tail), five), "of 5001");
      overTheLimit(
          () -> verifier.prepare(text(verifier, id + tail), new CostLimits(1, 1, 4, 4999)),
          "of 5000");
    }
  }

  private static StoredHash text(PasswordVerifier verifier, String value) {
    return new StoredHash(verifier.algorithm(), 5000, Map.of(), value, new byte[0]);
  }

  @Test
  void shaCryptIsMadeOfNoNul() {
    String hash = Crypt.crypt(new byte[] {'a', 0}, "$5$rounds=1000$salt");
    StoredHash stored = ForeignHash.parse(hash, LIMITS);
    assertThat(prepared(stored).matches(new byte[] {'a', 0})).isFalse();
    assertThat(prepared(stored).matches(new byte[] {0})).isFalse();
  }

  @Test
  void digestsAreOfAKnownKind() {
    StoredHash good = parsed("message-digest");
    prepared(good);
    for (Map<String, String> parameters :
        List.of(
            Map.<String, String>of(),
            Map.of("digest", "SHA-1", "order", "other"),
            Map.of("digest", "MD2", "order", DigestVerifier.PASSWORD_SALT))) {
      refused(
          new StoredHash(good.algorithm(), 1, parameters, good.value(), good.salt()),
          "its digest is unknown");
    }
    refused(withValue(good, "not Base64"), "its hash is malformed");
    refused(withValue(good, "QUJD"), "its hash is not of");
    assertThat(DigestVerifier.length("SHA-512")).isEqualTo(64);
    assertThat(DigestVerifier.length("MD2")).isNull();
  }

  /** There is no HMAC with an empty key, so such a hash is a digest alone. */
  @Test
  void aDigestWithoutSaltIsNoHmac() {
    String md5OfAbc = Base64.getEncoder().encodeToString(hex("900150983cd24fb0d6963f7d28e17f72"));
    StoredHash stored =
        new StoredHash(
            Algorithms.MESSAGE_DIGEST,
            1,
            Map.of("digest", "MD5", "order", DigestVerifier.SALT_PASSWORD),
            md5OfAbc,
            new byte[0]);
    assertThat(prepared(stored).matches(bytes("abc"))).isTrue();
    assertThat(prepared(stored).matches(bytes("abd"))).isFalse();
  }

  @Test
  void aspNetVersion2() {
    byte[] hash = new byte[49];
    hash[1] = 1;
    hash[17] = 2;
    StoredHash stored = AspNetHash.read(hash, new CostLimits(1, 1, 4, 1));
    assertThat(stored.algorithm()).isEqualTo("pbkdf2");
    assertThat(stored.iterations()).isEqualTo(1000);
    assertThat(stored.salt()).hasSize(16).startsWith(1);
    assertThat(Base64.getDecoder().decode(stored.value())).hasSize(32).startsWith(2);
    for (int length : new int[] {1, 48, 50}) {
      aspNetRefused(new byte[length], "it is in no known form");
    }
  }

  @ParameterizedTest
  @CsvSource({"0,pbkdf2", "1,pbkdf2-sha256", "2,pbkdf2-sha512"})
  void aspNetVersion3(int function, String algorithm) {
    for (int key : new int[] {32, 64}) {
      StoredHash stored = AspNetHash.read(aspNet(1, function, 1, 16, key), LIMITS);
      assertThat(stored.algorithm()).isEqualTo(algorithm);
      assertThat(stored.iterations()).isEqualTo(1);
      assertThat(stored.salt()).hasSize(16);
      assertThat(Base64.getDecoder().decode(stored.value())).hasSize(key).startsWith(7);
    }
    assertThat(AspNetHash.read(aspNet(1, function, 1, 100, 32), LIMITS).salt()).hasSize(100);
  }

  @ParameterizedTest
  @CsvSource({
    "2,0,1,16,32,it is in no known form",
    "1,0,1,16,31,it is in no known form",
    "1,-1,1,16,32,no well-formed",
    "1,3,1,16,32,no well-formed",
    "1,0,0,16,32,no well-formed",
    "1,0,-1,16,32,no well-formed",
    "1,0,1,15,33,no well-formed",
    "1,0,1,-1,49,no well-formed",
    "1,0,1,17,31,no well-formed",
    "1,0,1,2147483647,48,no well-formed",
    "1,0,1,16,65,no well-formed",
    "1,0,3000001,16,32,iterations of 3000001 is over the limit"
  })
  void aspNetVersion3OutOfRange(
      int version, int function, int iterations, int salt, int key, String reason) {
    aspNetRefused(aspNet(version, function, iterations, salt, key), reason);
  }

  /** A hash of zeros, whose key begins with 7. */
  private static byte[] aspNet(int version, int function, int iterations, int salt, int key) {
    int real = salt < 0 || salt > 1000 ? 0 : salt;
    ByteBuffer bytes = ByteBuffer.allocate(13 + real + key);
    bytes.put((byte) version).putInt(function).putInt(iterations).putInt(salt);
    bytes.put(13 + real, (byte) 7);
    return bytes.array();
  }

  private static void aspNetRefused(byte[] hash, String reason) {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(() -> AspNetHash.read(hash, LIMITS))
        .withMessageContaining(reason);
  }

  private static StoredHash parsed(String algorithm) {
    return cheapest().stream()
        .filter(vector -> vector.algorithm().equals(algorithm))
        .findFirst()
        .map(vector -> ForeignHash.parse(vector.hash(), LIMITS))
        .orElseThrow();
  }

  private static PasswordVerifier.Verification prepared(StoredHash stored) {
    return VERIFIERS.of(stored).prepare(stored, LIMITS);
  }

  private static void refused(StoredHash stored, String reason) {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(() -> prepared(stored))
        .withMessageContaining(reason);
  }

  private static void overTheLimit(ThrowingCallable prepare, String what) {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(prepare)
        .withMessageContaining(what)
        .withMessageContaining("over the limit");
  }

  private static StoredHash withValue(StoredHash stored, String value) {
    return new StoredHash(
        stored.algorithm(), stored.iterations(), stored.parameters(), value, stored.salt());
  }

  private static StoredHash withSalt(StoredHash stored, byte[] salt) {
    return new StoredHash(
        stored.algorithm(), stored.iterations(), stored.parameters(), stored.value(), salt);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
