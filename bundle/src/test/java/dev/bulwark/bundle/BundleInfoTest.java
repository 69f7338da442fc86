package dev.bulwark.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleInfoTest {

  @ParameterizedTest
  @CsvSource({
    "26.4.7, true",
    "26.7.3, true",
    "26.7.2, false",
    "26.7, false",
    "26.7.30, false",
    "26.7.3.redhat-00001, false",
    "27.0.0, false"
  })
  void onlyTheVersionsOfTheListAreTested(String keycloak, boolean tested) {
    BundleInfo bundle = new BundleInfo("1.2.3", List.of("26.4.7", "26.7.3"));
    assertThat(bundle.isTestedOn(keycloak)).isEqualTo(tested);
  }

  @Test
  void theJarHasItsVersionAndTheVersionsOfTheRepository() {
    assertThat(BundleInfo.get().version()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    assertThat(BundleInfo.get().testedOn())
        .hasSizeGreaterThanOrEqualTo(3)
        .isSorted()
        .allMatch(version -> version.matches("26\\.\\d+\\.\\d+"));
  }
}
