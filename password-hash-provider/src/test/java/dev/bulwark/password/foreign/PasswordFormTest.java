package dev.bulwark.password.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.foreign.text.ForeignHash;
import dev.bulwark.password.foreign.verify.Verifiers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** P4: an application may hash another text than its user typed. */
class PasswordFormTest {

  private static final Verifiers VERIFIERS = new Verifiers(new BouncyCastleArgon2Engine());

  /** Hashes of bcrypt 4.2 and passlib 1.7.4, of what each application passes to them. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "NFKD|correct-h\u00f6ld \u2163-b\u00e4ttery|$2b$04$ZJgsfjZP7Wlh4P62tRYEGOom.L0vTuff/qdGEKlQCWPoKX4CpJK.e",
        "PHPBB|p&ss\"wo\u0308rd <old> it's|$H$5KL1o.NrmKEP6SRpHqMMNE8x.vbF6N0",
        "WORDPRESS| it's an \"old\" battery |$P$5reo9FY0ny7XVXBU2aJGvL1hepV5ZX1",
        "WORDPRESS|it's an \"old\" battery|$wp$2y$04$aW0Dzqln7uiLvNA8PySvM.eJVLhEgYuuns5YQGKiQmAYb2Oau4zX6"
      })
  void theHashOfAFormIsOfThatForm(PasswordForm form, String password, String hash) {
    StoredHash stored = form.write(ForeignHash.parse(hash, CostLimits.DEFAULT));
    PasswordForm read = PasswordForm.of(stored.parameters());
    assertThat(read).isEqualTo(form);
    assertThat(matches(stored, read.apply(password))).isTrue();
    assertThat(matches(stored, password)).as("without the form").isFalse();
    assertThat(matches(stored, read.apply(password + "x"))).isFalse();
  }

  private static boolean matches(StoredHash stored, String password) {
    return VERIFIERS
        .of(stored)
        .prepare(stored, CostLimits.DEFAULT)
        .matches(password.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "AS_TYPED| a\u00e4\u2163&'\\ | a\u00e4\u2163&'\\ ",
        "NFC|a\u0308\u2163|\u00e4\u2163",
        "NFD|\u00e4\u2163|a\u0308\u2163",
        "NFKC|a\u0308\u2163|\u00e4IV",
        "NFKD|\u00e4\u2163|a\u0308IV",
        "PHPBB| &amp;<>\"' | &amp;amp;&lt;&gt;&quot;' ",
        "WORDPRESS|\t a'b\"c\\d \u00a0\u000b|a\\'b\\\"c\\\\d \u00a0",
        "WORDPRESS|` `|``"
      })
  void aFormIsWhatTheApplicationMakes(PasswordForm form, String typed, String hashed) {
    assertThat(form.apply(typed)).isEqualTo(hashed);
  }

  @Test
  void aHashOfTheTextItselfNamesNoForm() {
    StoredHash stored = new StoredHash("bcrypt", 4, Map.of(), "value", new byte[0]);
    assertThat(PasswordForm.AS_TYPED.write(stored)).isSameAs(stored);
    assertThat(PasswordForm.isIn(stored.parameters())).isFalse();
    assertThat(PasswordForm.of(stored.parameters())).isEqualTo(PasswordForm.AS_TYPED);
    assertThat(PasswordForm.NFC.write(stored).credentialData())
        .isEqualTo(
            "{\"hashIterations\":4,\"algorithm\":\"bcrypt\",\"additionalParameters\":{\"passwordForm\":[\"NFC\"]}}");
  }

  @Test
  void anUnknownFormIsRefused() {
    assertThatExceptionOfType(UnusableHashException.class)
        .isThrownBy(() -> PasswordForm.of(Map.of(PasswordForm.PARAMETER, "nfc")))
        .withMessage("its form of the password is unknown");
  }

  @Test
  void everyFormIsInTheDocuments() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "migration-formats.md"));
    for (PasswordForm form : PasswordForm.values()) {
      assertThat(page.contains("`" + form + "`"))
          .as(form.name())
          .isEqualTo(form != PasswordForm.AS_TYPED);
    }
  }

  /** Marks of two kinds in turn, which Unicode wants in another order. */
  @ParameterizedTest
  @EnumSource(PasswordForm.class)
  @Timeout(5)
  void theLongestPasswordOfALoginFormIsAnsweredSoon(PasswordForm form) {
    String marks = "\u0301\u0323".repeat(PasswordForm.MAX_LENGTH / 2);
    assertThat(form.apply(marks)).isNotEmpty();
    String longest = marks.repeat(32);
    assertThat(form.apply(longest)).as("stays as it is").isSameAs(longest);
  }
}
