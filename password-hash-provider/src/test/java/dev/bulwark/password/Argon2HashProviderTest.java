package dev.bulwark.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.password.argon2.Argon2Engine;
import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.argon2.NativeArgon2Engine;
import dev.bulwark.password.argon2.ReferenceVectors;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.timing.FailureTimes;
import dev.bulwark.password.timing.SessionWork;
import dev.bulwark.testing.MapScope;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;

/** P1, P2, P3, P7 at the provider, on Keycloak's own credential classes. */
class Argon2HashProviderTest {

  /** As the image, compose and the development run set them. */
  private static final String[] SHIPPED = {
    "memory", "65536", "iterations", "3", "parallelism", "4"
  };

  private static final PasswordPolicy NO_POLICY = PasswordPolicy.empty();

  private static final String PASSWORD = "Pässwörd-пароль-密码-🔑";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Argon2HashProvider nativeProvider = provider(NativeArgon2Engine.load(), SHIPPED);
  private final Argon2HashProvider javaProvider = provider(new BouncyCastleArgon2Engine(), SHIPPED);

  private Argon2HashProvider provider(Argon2Engine engine, String... options) {
    PasswordHashingConfig config = PasswordHashingConfig.of(MapScope.of(options));
    HashPermits permits =
        new HashPermits(config.cpuCores(), config.parameters().memory(), config.limits().heap());
    return new Argon2HashProvider(
        config,
        engine,
        new PasswordHashing(
            permits,
            new PasswordMetrics(registry, permits, engine.isNative()),
            config.limits(),
            new Spans()),
        Optional::empty,
        new SessionWork(
            "realm", new FailureTimes(Duration.ZERO, Ticker.systemTicker()), computed -> {}),
        () -> -1,
        outdated -> false);
  }

  static List<ReferenceVectors.Vector> vectors() {
    return ReferenceVectors.all();
  }

  private static PasswordCredentialModel stored(ReferenceVectors.Vector vector) {
    return CredentialFields.write(
        new StoredHash(
            "argon2",
            vector.parameters().iterations(),
            Argon2Fields.write(vector.parameters()),
            Base64.getEncoder().encodeToString(vector.hash()),
            vector.salt()));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void verifiesReferenceHashesAndNothingElse(ReferenceVectors.Vector vector) {
    PasswordCredentialModel credential = stored(vector);
    assertThat(nativeProvider.verify(vector.password(), credential)).isTrue();
    assertThat(nativeProvider.verify(vector.password() + " ", credential)).isFalse();
    assertThat(nativeProvider.verify(vector.password() + "\0", credential)).isFalse();
    assertThat(nativeProvider.verify("", credential)).isEqualTo(vector.password().isEmpty());
  }

  @Test
  void aNewHashHasTheParametersOfP1InKeycloaksFields() {
    PasswordCredentialModel credential = nativeProvider.encodedCredential(PASSWORD, -1);
    PasswordCredentialData data = credential.getPasswordCredentialData();
    assertThat(credential.getType()).isEqualTo("password");
    assertThat(data.getAlgorithm()).isEqualTo("argon2");
    assertThat(data.getHashIterations()).isEqualTo(3);
    assertThat(data.getAdditionalParameters())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "type", List.of("id"),
                "version", List.of("1.3"),
                "memory", List.of("65536"),
                "parallelism", List.of("4"),
                "hashLength", List.of("32")));
    assertThat(credential.getPasswordSecretData().getSalt()).hasSize(16);
    assertThat(Base64.getDecoder().decode(credential.getPasswordSecretData().getValue()))
        .hasSize(32);
    assertThat(nativeProvider.credentialHashingStrength(credential))
        .isEqualTo("Argon2id-1.3[m=65536,t=3,p=4]");
  }

  @Test
  void saltsDiffer() {
    Argon2HashProvider cheap =
        provider(NativeArgon2Engine.load(), "memory", "1024", "iterations", "1");
    assertThat(cheap.encodedCredential(PASSWORD, -1).getSecretData())
        .isNotEqualTo(cheap.encodedCredential(PASSWORD, -1).getSecretData());
  }

  @Test
  void hashesOfOneEngineAreVerifiedByTheOther() {
    assertThat(javaProvider.verify(PASSWORD, nativeProvider.encodedCredential(PASSWORD, -1)))
        .isTrue();
    assertThat(nativeProvider.verify(PASSWORD, javaProvider.encodedCredential(PASSWORD, -1)))
        .isTrue();
  }

  /** P3: Keycloak's own hasher hashes again at each login of a realm with such a policy. */
  @ParameterizedTest
  @CsvSource({"-1,5", "1,1", "100,100", "101,5", "210000,5", "0,5"})
  void hashIterationsOfThePolicyCountUpToAHundredAndMakeNoHashOutdated(int policy, int stored) {
    Argon2HashProvider cheap = provider(NativeArgon2Engine.load(), "memory", "64");
    PasswordCredentialModel credential = cheap.encodedCredential(PASSWORD, policy);
    assertThat(credential.getPasswordCredentialData().getHashIterations()).isEqualTo(stored);
    assertThat(cheap.verify(PASSWORD, credential)).isTrue();
    PasswordHashingConfig config = PasswordHashingConfig.of(MapScope.of("memory", "64"));
    StoredHash hash = CredentialFields.read(credential);
    assertThat(config.isCurrent(hash, policy)).isTrue();
    assertThat(config.isCurrent(hash, 7)).isFalse();
  }

  @Test
  void survivesAStorageRoundTrip() {
    PasswordCredentialModel credential = nativeProvider.encodedCredential(PASSWORD, -1);
    org.keycloak.credential.CredentialModel row = new org.keycloak.credential.CredentialModel();
    row.setCredentialData(credential.getCredentialData());
    row.setSecretData(credential.getSecretData());
    assertThat(
            nativeProvider.verify(PASSWORD, PasswordCredentialModel.createFromCredentialModel(row)))
        .isTrue();
  }

  @Test
  void rehashIsNeededWheneverSomethingDiffers() {
    Argon2Engine engine = NativeArgon2Engine.load();
    PasswordCredentialModel current =
        provider(engine, "memory", "1024").encodedCredential(PASSWORD, -1);
    assertThat(provider(engine, "memory", "1024").policyCheck(NO_POLICY, current)).isTrue();
    for (String[] other :
        new String[][] {
          {"memory", "2048"},
          {"memory", "1024", "iterations", "4"},
          {"memory", "1024", "parallelism", "2"},
          {"memory", "1024", "hash-length", "64"},
          {"memory", "1024", "type", "d"},
          {"memory", "1024", "version", "1.0"}
        }) {
      assertThat(provider(engine, other).policyCheck(NO_POLICY, current))
          .as(String.join(" ", other))
          .isFalse();
    }
    PasswordCredentialModel otherSalt =
        PasswordCredentialModel.createFromValues(
            "argon2",
            new byte[8],
            5,
            current.getPasswordCredentialData().getAdditionalParameters(),
            current.getPasswordSecretData().getValue());
    assertThat(provider(engine, "memory", "1024").policyCheck(NO_POLICY, otherSalt)).isFalse();
  }

  /** P4: whatever its cost, so that the form is gone after the first login. */
  @Test
  void theFormOfAPasswordIsAppliedUntilTheNextHash() {
    Argon2HashProvider cheap = provider(NativeArgon2Engine.load(), "memory", "1024");
    String typed = "P\u00e4ssw\u00f6rd";
    PasswordCredentialModel plain = cheap.encodedCredential(PasswordForm.NFD.apply(typed), -1);
    PasswordCredentialModel formed =
        CredentialFields.write(PasswordForm.NFD.write(CredentialFields.read(plain)));
    assertThat(cheap.verify(typed, plain)).isFalse();
    assertThat(cheap.verify(typed, formed)).isTrue();
    assertThat(cheap.verify(typed + "x", formed)).isFalse();
    assertThat(cheap.policyCheck(NO_POLICY, plain)).isTrue();
    assertThat(cheap.policyCheck(NO_POLICY, formed)).as("to be hashed again").isFalse();
    PasswordCredentialModel again = cheap.encodedCredential(typed, -1);
    assertThat(cheap.verify(typed, again)).isTrue();
    assertThat(cheap.policyCheck(NO_POLICY, again)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"],\"passwordForm\":[\"x\"]}}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\"}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"xx\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"9\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"abc\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"99999999999\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
        "{\"hashIterations\":0,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"-1\"],\"hashLength\":[\"32\"]}}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"31\"]}}",
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"4194304\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
        "{\"hashIterations\":2147483647,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
      })
  void corruptOrTooCostlyParametersFailWithoutAnException(String credentialData) {
    assertRefused(
        credentialData,
        "{\"value\":\""
            + Base64.getEncoder().encodeToString(new byte[32])
            + "\",\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"value\":\"AAAA\"}",
        "{\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"value\":\"not base64!\",\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"value\":\"AAAA\",\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"value\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"salt\":\"AA==\"}",
      })
  void corruptSecretDataFailsWithoutAnException(String secretData) {
    assertRefused(
        "{\"hashIterations\":3,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}",
        secretData);
  }

  private void assertRefused(String credentialData, String secretData) {
    org.keycloak.credential.CredentialModel row = new org.keycloak.credential.CredentialModel();
    row.setCredentialData(credentialData);
    row.setSecretData(secretData);
    PasswordCredentialModel credential = PasswordCredentialModel.createFromCredentialModel(row);
    assertThat(failures("refused")).as("an alert needs it before the first one").isZero();
    assertThat(nativeProvider.verify(PASSWORD, credential)).isFalse();
    assertThat(nativeProvider.policyCheck(NO_POLICY, credential)).isFalse();
    assertThat(nativeProvider.credentialHashingStrength(credential)).isNotNull();
    assertThat(registry.get("bulwark.password.hash").tag("outcome", "refused").timer().count())
        .isEqualTo(1);
    assertThat(failures("refused")).isEqualTo(1);
    assertThat(failures("error")).isZero();
  }

  private double failures(String outcome) {
    return registry.get("bulwark.password.failures").tag("outcome", outcome).counter().count();
  }

  @Test
  void everyCharacterOfALongPasswordCounts() {
    // Four bytes each in UTF-8, and a NUL in the middle.
    String password = "🔑".repeat(1023) + "\0" + "🔑".repeat(1024) + "x";
    PasswordCredentialModel credential = javaProvider.encodedCredential(password, -1);
    assertThat(password).hasSize(4096);
    assertThat(nativeProvider.verify(password, credential)).isTrue();
    for (String other :
        List.of(
            password.substring(0, 4095) + "y",
            password.substring(0, 4095),
            password.substring(0, 2046),
            password.replace("\0", ""))) {
      assertThat(nativeProvider.verify(other, credential)).isFalse();
    }
  }

  @Test
  void halfASurrogatePairIsNoPassword() {
    assertThatThrownBy(() -> nativeProvider.encodedCredential("abc\ud83ddef", -1))
        .isInstanceOf(PasswordBytes.MalformedPasswordException.class);
    PasswordCredentialModel questionMark = nativeProvider.encodedCredential("abc?def", -1);
    assertThat(nativeProvider.verify("abc\ud83ddef", questionMark)).isFalse();
  }

  @Test
  void outcomesAreMetered() {
    PasswordCredentialModel credential = nativeProvider.encodedCredential(PASSWORD, -1);
    nativeProvider.verify(PASSWORD, credential);
    nativeProvider.verify("wrong", credential);
    for (String outcome : List.of("created", "match", "mismatch")) {
      assertThat(
              registry
                  .get("bulwark.password.hash")
                  .tag("algorithm", "argon2")
                  .tag("outcome", outcome)
                  .timer()
                  .count())
          .as(outcome)
          .isEqualTo(1);
    }
    assertThat(registry.get("bulwark.password.wait").timer().count()).isEqualTo(3);
    assertThat(registry.get("bulwark.password.native").gauge().value()).isEqualTo(1);
  }
}
