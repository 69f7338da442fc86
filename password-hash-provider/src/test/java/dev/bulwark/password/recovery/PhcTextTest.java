package dev.bulwark.password.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.password.argon2.ReferenceVectors;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** T5: the text that a recovery code is stored as. */
class PhcTextTest {

  static List<ReferenceVectors.Vector> vectors() {
    return ReferenceVectors.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsWhatItHasWritten(ReferenceVectors.Vector vector) {
    StoredHash hash =
        new StoredHash(
            "argon2",
            vector.parameters().iterations(),
            Argon2Fields.write(vector.parameters()),
            Base64.getEncoder().encodeToString(vector.hash()),
            vector.salt());
    StoredHash read = PhcText.read(PhcText.write(hash));
    assertThat(read.secretData()).isEqualTo(hash.secretData());
    assertThat(read.credentialData()).isEqualTo(hash.credentialData());
  }

  @Test
  void writesTheFormOfTheReferenceProgram() {
    String text =
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ"
            + "$RGRXFPmRGFhGE2nWqmxB9gkcMCL7dVbXuqhmbZ9Wcuo";
    assertThat(PhcText.write(PhcText.read(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "$argon2id$v=19$m=8,true",
    "$argon2i,true",
    "bm8gc3VjaCBjb2Rl,false",
    "argon2id,false",
    "'',false"
  })
  void tellsItsOwnFormFromKeycloaks(String stored, boolean own) {
    assertThat(PhcText.is(stored)).isEqualTo(own);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$argon2id$",
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ",
        "$argon2id$v=18$m=65536,t=3,p=4$c29tZXNhbHQ$RGRXFPmRGFhGE2nWqmxB9gkcMCL7dVbXuqhmbZ9Wcuo",
        "$argon2id$v=19$m=99999999999,t=3,p=4$c29tZXNhbHQ$RGRXFPmRGFhGE2nWqmxB9gkc"
      })
  void refusesMalformedText(String text) {
    assertThatThrownBy(() -> PhcText.read(text)).isInstanceOf(UnusableHashException.class);
  }
}
