package dev.bulwark.password.foreign.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ForeignVectors;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * P4, P5: every form of the list is read into the stored form, everything else is refused with a
 * reason.
 */
class ForeignHashTest {

  private static final String BCRYPT_TAIL = "abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";

  static List<ForeignVectors.Vector> vectors() {
    return ForeignVectors.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsWhatLibrariesWrite(ForeignVectors.Vector vector) throws Exception {
    StoredHash stored = ForeignHash.parse(vector.hash(), CostLimits.DEFAULT);
    assertThat(stored.algorithm()).isEqualTo(vector.algorithm());
    // Keycloak reads the JSON as it was meant.
    org.keycloak.credential.CredentialModel row = new org.keycloak.credential.CredentialModel();
    row.setCredentialData(stored.credentialData());
    row.setSecretData(stored.secretData());
    PasswordCredentialModel credential = PasswordCredentialModel.createFromCredentialModel(row);
    assertThat(credential.getPasswordCredentialData().getAlgorithm()).isEqualTo(stored.algorithm());
    assertThat(credential.getPasswordCredentialData().getHashIterations())
        .isEqualTo(stored.iterations());
    assertThat(credential.getPasswordCredentialData().getAdditionalParameters().keySet())
        .isEqualTo(stored.parameters().keySet());
    assertThat(credential.getPasswordSecretData().getValue()).isEqualTo(stored.value());
    assertThat(credential.getPasswordSecretData().getSalt()).isEqualTo(stored.salt());
    assertThat(new ObjectMapper().readTree(stored.secretData()).get("value").textValue())
        .isEqualTo(stored.value());
  }

  @Test
  void springPrefixesAreDropped() {
    assertThat(ForeignHash.parse("{bcrypt}$2a$10$" + BCRYPT_TAIL, CostLimits.DEFAULT).value())
        .isEqualTo("$2a$10$" + BCRYPT_TAIL);
    assertThat(
            ForeignHash.parse(
                    "{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=16384,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
                    CostLimits.DEFAULT)
                .credentialData())
        .isEqualTo(
            "{\"hashIterations\":2,\"algorithm\":\"argon2\",\"additionalParameters\":{\"hashLength\":[\"16\"],"
                + "\"memory\":[\"16384\"],\"parallelism\":[\"1\"],\"type\":[\"id\"],\"version\":[\"1.3\"]}}");
  }

  @Test
  void argon2WithoutVersionIsTheOldVersion() {
    assertThat(
            ForeignHash.parse(
                    "$argon2i$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", CostLimits.DEFAULT)
                .parameters())
        .containsEntry("version", "1.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|it is in no known form",
        "plain|it is in no known form",
        "{noop}secret|it is in no known form",
        "$1$abc$def|it is in no known form",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ|it is no well-formed Argon2 hash",
        "$argon2id$v=19$t=1,m=64,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|it is no well-formed Argon2 hash",
        "$argon2id$v=19$m=64,t=1,p=1,keyid=AA$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|it is no well-formed Argon2 hash",
        "$argon2xx$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|it is no well-formed Argon2 hash",
        "$argon2id$v=18$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|its Argon2 version is unknown",
        "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|its iterations 0 is below 1",
        "$argon2id$v=19$m=0,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|its memory 0 KiB is below 1",
        "$argon2id$v=19$m=64,t=1,p=1$c29t$AAAAAAAAAAAAAAAAAAAAAA|its salt length 3 is not within 8..1024",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$A|its Base64 is malformed",
        "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|its memory of 4194304 KiB is over the limit of 1048576 KiB",
        "$argon2id$v=19$m=9999999999,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|its memory is not below 2^31",
        "$argon2id$v=19$m=1048576,t=5,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA|its memory × iterations of 5242880 KiB is over the limit of 4194304 KiB",
        "$2b$12$tooshort|it is no well-formed bcrypt hash",
        "$2c$12$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe|it is no well-formed bcrypt hash",
        "$2b$03$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe|its bcrypt cost is not within 4..31",
        "$2b$31$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe|its bcrypt cost of 31 is over the limit of 15",
        "$bcrypt-sha256$v=2,t=2b,r=31$abcdefghijklmnopqrstuu$BzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe|its bcrypt cost of 31 is over the limit of 15",
        "$bcrypt-sha256$v=3,t=2b,r=12$abcdefghijklmnopqrstuu$BzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe|it is no well-formed bcrypt_sha256 hash",
        "bcrypt_sha256$2b$12$abc|it is no well-formed bcrypt_sha256 hash",
        "pbkdf2_sha256$1000$salt$AAAA|its hash is not of 32 bytes",
        "pbkdf2_md5$1000$salt$AAAA|it is no well-formed PBKDF2 hash",
        "pbkdf2_sha256$1000$$AAAA|it is no well-formed PBKDF2 hash",
        "pbkdf2_sha256$0$salt$AAAA|it is no well-formed PBKDF2 hash",
        "pbkdf2_sha256$9999999999$salt$AAAA|its iterations is not below 2^31",
        "pbkdf2_sha256$99999999$salt$AAAA|its iterations of 99999999 is over the limit of 3000000",
        "pbkdf2:sha256:1000$salt$abc|its hexadecimal is malformed",
        "pbkdf2:sha256$salt$00|it is no well-formed PBKDF2 hash",
        "$pbkdf2-sha512$1000$c2FsdA$AAAA|its hash is not of 64 bytes",
        "$scrypt$ln=31,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA|its scrypt ln is not within 1..30",
        "$scrypt$ln=30,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA|its memory of 1073741824 KiB is over the limit of 1048576 KiB",
        "$scrypt$ln=16,r=1,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA|its scrypt r does not go with N",
        "$scrypt$ln=14,r=8,p=999999999$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA|its scrypt p does not go with r",
        "$scrypt$ln=14,r=8,p=99999$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA|its memory × iterations of 1638383616 KiB is over the limit of 4194304 KiB",
        "$scrypt$ln=14,r=8,p=1$c2FsdA$AAAA|its scrypt hash is not of 16 to 1024 bytes",
        "scrypt$1000$salt$8$1$AAAAAAAAAAAAAAAAAAAAAA|its scrypt N is no power of two above 1",
        "scrypt:1:8:1$salt$00|its scrypt N is no power of two above 1",
        "$6$rounds=999$salt$abc|its rounds are not within 1000..999999999",
        "$6$salt$abc|its hash is not of the right length",
        "$5$rounds=9999999999$salt$abc|its rounds is not below 2^31",
        "$5$rounds=900000000$salt$0123456789012345678901234567890123456789012|its iterations of 900000000 is over the limit of 3000000",
        "$6$saltlongerthansixteen$abc|it is no well-formed SHA-512 crypt hash",
        "$P$4abcdefgh0123456789012345678901|its rounds are not within 2^7..2^30",
        "$P$Babcdefgh|it is no well-formed phpass hash",
        "$P$Sabcdefgh0123456789012345678901|its iterations of 1073741824 is over the limit of 3000000",
        "$S$Dabcdefgh0123456789012345678901|its hash is not of the right length",
        "$H$9short|it is no well-formed phpass hash",
        "$wp$2y$31$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe|its bcrypt cost of 31 is over the limit of 15",
        "$wp$2y$10$short|it is no well-formed WordPress hash",
        "$firebase-scrypt$8$31$AAAA$AAAA$AAAA$AAAA|its memory cost is not within 1..30",
        "$firebase-scrypt$8$30$AAAA$AAAA$AAAA$AAAA|its memory of 1073741824 KiB is over the limit of 1048576 KiB",
        "$firebase-scrypt$8$14$AAAA$AAAA$AAAA$AAAAAAAA|its hash is not as long as the signer key",
        "$firebase-scrypt$8$14$A$AAAA$AAAA$AAAA|its Base64 is malformed",
        "$firebase-scrypt$8$14$AAAA|it is no well-formed Firebase hash",
        "{SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=|its hash is not of 20 bytes",
        "{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|its hash is not of 20 bytes",
        "{SSHA999}AAAA|it is no well-formed LDAP hash",
        "{CRYPT}AAAA|it is in no known form",
        "sha256$salt$0123456789abcdef|its hash is not of the length of SHA-256",
        "md5$salt$xyz|it is in no known form",
        "{pbkdf2}0123|it is no well-formed Spring Security hash",
        "{scrypt}$1f0801$AAAA$AAAA|its scrypt N is not within 2^1..2^30",
        "{scrypt}$e0801$AAAA$AAAA|its scrypt hash is not of 16 to 1024 bytes",
        "AQAAAAMAACcQAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|it is no well-formed ASP.NET hash",
        "AQAAAAEAmJaAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|its iterations of 10000000 is over the limit of 3000000",
        "AAAAAAEAACcQAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|it is in no known form",
      })
  void refusesTheRestWithAReason(String text, String reason) {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(() -> ForeignHash.parse(text, CostLimits.DEFAULT))
        .withMessage(reason);
  }

  @Test
  void anOverlongTextIsNotEvenLookedAt() {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(() -> ForeignHash.parse("$2b$12$" + "a".repeat(5000), CostLimits.DEFAULT))
        .withMessage("it is longer than 4096 characters");
  }

  /**
   * Nothing but the one exception comes out of garbage, and the garbage itself stays out of the
   * message.
   */
  @Tag("slow")
  @Test
  void mutatedHashesAreReadOrRefused() {
    Random random = new Random(20261124);
    List<ForeignVectors.Vector> vectors = ForeignVectors.all();
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(vectors.get(random.nextInt(vectors.size())).hash());
      for (int change = random.nextInt(4); change >= 0; change--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) (32 + random.nextInt(96)));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, "$,=:9\u00e9".charAt(random.nextInt(6)));
        }
      }
      UnusableHashException refused =
          catchThrowableOfType(
              UnusableHashException.class,
              () -> ForeignHash.parse(text.toString(), CostLimits.DEFAULT));
      if (refused != null) {
        assertThat(refused.getMessage()).doesNotContain(text.substring(text.length() / 2));
      }
    }
  }

  @Test
  void textFormsHideTheSecrets() {
    StoredHash stored = ForeignHash.parse("$2a$10$" + BCRYPT_TAIL, CostLimits.DEFAULT);
    assertThat(stored.toString()).doesNotContain(BCRYPT_TAIL).contains("bcrypt");
  }
}
