package dev.bulwark.password.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5: backup codes of other applications. */
class ImportedCodeTest {

  @ParameterizedTest
  @CsvSource({
    // the code that was hashed, what the user enters (Keycloak has removed hyphens), matches
    "1f2e3d4c,1f2e3d4c,true",
    "1f2e3d4c,1F2E3D4C,true",
    "1f2e3d4c,' 1f2e3d4c ',true",
    "1f2e-3d4c,1f2e3d4c,true",
    "1f2e3d4c,1f2e3d4d,false",
    "1f2e3d4c,'',false",
    "ABCDEFGH,ABCDEFGH,true",
    "ABCDEFGH,abcdefgh,false",
    "12345,12345,true",
    "1f2e-3d4c-5b6a,1f2e3d4c5b6a,true",
    "1f2e-3d4c-5b6a,1F2E3D4C5B6A,true",
    "12-34-56,123456,true",
    "12345-6789,123456789,true",
    "1f2e-3d4c-5b6a,1f2e3d4c5b6b,false",
    "1-2,12,true"
  })
  void matchesTheCodeAndNothingElse(String code, String entered, boolean matches) throws Exception {
    assertThat(ImportedCode.matches(entered, ImportedCode.PREFIX + sha256(code)))
        .isEqualTo(matches);
  }

  @Test
  void otherFormsMatchNothing() throws Exception {
    String hash = sha256("1f2e3d4c");
    for (String stored : new String[] {"", hash, "{SHA-256}", "{SHA-256}" + hash + "0"}) {
      assertThat(ImportedCode.is(stored)).as(stored).isFalse();
      assertThat(ImportedCode.matches("1f2e3d4c", stored)).as(stored).isFalse();
    }
    assertThat(ImportedCode.matches("x".repeat(1_000_000), ImportedCode.PREFIX + hash)).isFalse();
  }

  @Test
  void aLongCodeIsTriedAsItIsOnly() throws Exception {
    String code = "1f2e3d4c".repeat(9);
    assertThat(ImportedCode.matches(code, ImportedCode.PREFIX + sha256(code))).isTrue();
    String grouped = code.substring(0, 36) + "-" + code.substring(36);
    assertThat(ImportedCode.matches(code, ImportedCode.PREFIX + sha256(grouped))).isFalse();
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
