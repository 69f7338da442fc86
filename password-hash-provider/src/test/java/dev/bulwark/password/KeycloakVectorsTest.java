package dev.bulwark.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.password.argon2.Argon2Engine;
import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.argon2.NativeArgon2Engine;
import dev.bulwark.password.timing.FailureTimes;
import dev.bulwark.password.timing.SessionWork;
import dev.bulwark.testing.MapScope;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProviderFactory;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.provider.ProviderConfigProperty;

/** P1, P2, P7: Keycloak's own Argon2 hasher and this one read each other's hashes. */
class KeycloakVectorsTest {

  private static final List<String> PASSWORDS =
      List.of(
          "", "correct-dev-battery", "Pässwörd-пароль-密码-🔑", "a NUL\0and more", "x".repeat(300));

  /** Both hashers with the same parameters. */
  private record Parameters(
      String type, String version, int hashLength, int memory, int iterations, int parallelism) {

    PasswordHashProvider keycloaks() {
      return new Argon2PasswordHashProvider(
          version, type, hashLength, memory, iterations, parallelism, new Semaphore(1));
    }

    Argon2HashProvider ours(Argon2Engine engine) {
      return KeycloakVectorsTest.ours(
          engine,
          "type",
          type,
          "version",
          version,
          "hash-length",
          "" + hashLength,
          "memory",
          "" + memory,
          "iterations",
          "" + iterations,
          "parallelism",
          "" + parallelism);
    }
  }

  static Argon2HashProvider ours(Argon2Engine engine, String... options) {
    PasswordHashingConfig config = PasswordHashingConfig.of(MapScope.of(options));
    HashPermits permits =
        new HashPermits(config.cpuCores(), config.parameters().memory(), config.limits().heap());
    return new Argon2HashProvider(
        config,
        engine,
        new PasswordHashing(
            permits,
            new PasswordMetrics(new SimpleMeterRegistry(), permits, engine.isNative()),
            config.limits(),
            new Spans()),
        Optional::empty,
        new SessionWork(
            "realm", new FailureTimes(Duration.ZERO, Ticker.systemTicker()), computed -> {}),
        () -> -1,
        outdated -> false);
  }

  static Stream<Parameters> parameters() {
    Stream<Parameters> variants =
        Stream.of("id", "i", "d")
            .flatMap(
                type ->
                    Stream.of("1.3", "1.0")
                        .map(version -> new Parameters(type, version, 32, 64, 2, 1)));
    return Stream.concat(
        variants,
        Stream.of(
            new Parameters("id", "1.3", 32, 7168, 5, 1),
            new Parameters("id", "1.3", 32, 65_536, 3, 4),
            new Parameters("id", "1.3", 4, 8, 1, 1),
            new Parameters("i", "1.0", 64, 67, 1, 2),
            new Parameters("d", "1.3", 65, 1001, 3, 3),
            new Parameters("id", "1.0", 1024, 128, 100, 16),
            new Parameters("id", "1.3", 32, 8192, 1, 1024)));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void eachReadsTheHashesOfTheOther(Parameters parameters) throws IOException {
    for (Argon2Engine engine : List.of(NativeArgon2Engine.load(), new BouncyCastleArgon2Engine())) {
      for (String password : PASSWORDS.subList(0, parameters.memory() > 5000 ? 1 : 5)) {
        PasswordHashProvider keycloaks = parameters.keycloaks();
        Argon2HashProvider ours = parameters.ours(engine);
        PasswordCredentialModel theirs = keycloaks.encodedCredential(password, -1);
        PasswordCredentialModel own = ours.encodedCredential(password, -1);
        assertThat(ours.verify(password, theirs)).isTrue();
        assertThat(ours.verify(password + "x", theirs)).isFalse();
        assertThat(keycloaks.verify(password, own)).isTrue();
        assertThat(keycloaks.verify(password + "x", own)).isFalse();
        assertThat(keycloaks.policyCheck(PasswordPolicy.empty(), own)).isTrue();
        assertThat(ours.policyCheck(PasswordPolicy.empty(), theirs)).isTrue();
        assertThat(json(own.getCredentialData())).isEqualTo(json(theirs.getCredentialData()));
        assertThat(shape(own)).isEqualTo(shape(theirs));
        assertThat(own.getType()).isEqualTo(theirs.getType());
        assertThat(ours.credentialHashingStrength(own))
            .isEqualTo(keycloaks.credentialHashingStrength(own));
      }
    }
  }

  /** The secret part without its random bytes. */
  private static JsonNode shape(PasswordCredentialModel credential) throws IOException {
    ObjectNode secret = (ObjectNode) json(credential.getSecretData());
    return secret
        .put("value", secret.get("value").asText().length())
        .put("salt", secret.get("salt").asText().length());
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  /** Keycloak's options allow it, libargon2 does not. */
  @Test
  void lessMemoryThanRfc9106AsksForIsVerified() {
    PasswordCredentialModel theirs =
        new Parameters("id", "1.3", 32, 1, 2, 4).keycloaks().encodedCredential("battery", -1);
    Argon2HashProvider ours = ours(NativeArgon2Engine.load());
    assertThat(ours.verify("battery", theirs)).isTrue();
    assertThat(ours.verify("batterY", theirs)).isFalse();
  }

  /** With the options of the shipped configuration and the most that a policy may ask for. */
  @Test
  void theCostliestHashOfAPolicyIsWithinTheLimits() {
    PasswordHashingConfig config =
        PasswordHashingConfig.of(
            MapScope.of("memory", "65536", "iterations", "3", "parallelism", "4"));
    config.limits().check(config.parameters(100));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc\ud83d", "\ud83ddef", "\ude00", "\ud83d\ud83d"})
  void halfASurrogatePairIsRejectedByBoth(String password) {
    for (PasswordHashProvider hasher :
        List.of(
            new Parameters("id", "1.3", 32, 8, 1, 1).keycloaks(),
            ours(NativeArgon2Engine.load(), "memory", "8"))) {
      assertThatThrownBy(() -> hasher.encodedCredential(password, -1))
          .isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void theOptionsAreThoseOfKeycloakAndItComesAfterThisOne() {
    Argon2PasswordHashProviderFactory keycloaks = new Argon2PasswordHashProviderFactory();
    Argon2HashProviderFactory ours = new Argon2HashProviderFactory();
    assertThat(ours.getId()).isEqualTo(keycloaks.getId());
    assertThat(ours.order()).isGreaterThan(keycloaks.order());
    List<ProviderConfigProperty> own = ours.getConfigMetadata();
    for (ProviderConfigProperty theirs : keycloaks.getConfigMetadata()) {
      String name = theirs.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      assertThat(own)
          .as(name)
          .filteredOn(option -> option.getName().equals(name))
          .singleElement()
          .extracting(option -> String.valueOf(option.getDefaultValue()))
          .isEqualTo(String.valueOf(theirs.getDefaultValue()));
    }
  }
}
