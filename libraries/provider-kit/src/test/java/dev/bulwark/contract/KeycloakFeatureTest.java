package dev.bulwark.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B7: the server may have another type, or a method of the name that is another one. */
class KeycloakFeatureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "java.lang.String '' true",
        "java.lang.NoSuchType '' false",
        "java.lang.String indexOf(java.lang.String,int) true",
        "java.lang.String isEmpty() true",
        "java.lang.String indexOf(java.lang.Object,int) false",
        "java.lang.String indexOf false",
        "java.lang.NoSuchType isEmpty() false"
      })
  void aMethodHasItsParameters(String type, String method, boolean present) {
    assertThat(KeycloakFeature.isPresent(type, method)).isEqualTo(present);
  }
}
