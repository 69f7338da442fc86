package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R1, R7: a row stands for every id that its tokens can have. */
class JtiRangeTest {

  private static final String JTI = "trrtcc:" + new UUID(1, 2);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, 10, 63, JtiRange.MAX_SIZE})
  void aBaseStandsForItselfAndForAsManyIds(int size) {
    String base = JtiRange.base(JTI, size);
    assertThat(base).hasSize(JtiRange.BASE_LENGTH);
    assertThat(JtiRange.ids(base))
        .hasSize(size + 1)
        .doesNotHaveDuplicates()
        .contains(base, JtiRange.id(base, 0), JtiRange.id(base, size - 1));
  }

  /** Which statement finds the row of a token that Keycloak has revoked by its id. */
  @Test
  void anIdBeginsWithItsBase() {
    String base = JtiRange.base(JTI, 16);
    assertThat(JtiRange.id(base, 15).substring(0, JtiRange.BASE_LENGTH)).isEqualTo(base);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trrtcc:00000000-0000-0001-0000-000000000002",
        "trrtcc:00000000-0000-0001-0000-000000000002+16.3",
        "trrtcc:00000000-0000-0001-0000-000000000002~list.4711",
        "trrtcc:00000000-0000-0001-0000-000000000002+016",
        "a mapper's",
        ""
      })
  void anyOtherIdStandsForItself(String jti) {
    assertThat(JtiRange.ids(jti)).containsExactly(jti);
  }

  /** A mapper can make any id. */
  @Test
  void noIdStandsForMoreThanTheLargestRange() {
    assertThat(JtiRange.ids(JTI + "+99")).hasSize(JtiRange.MAX_SIZE + 1).contains(JTI + "+99");
  }

  @Test
  void onlyAnIdOfKeycloaksBeginsARange() {
    assertThat(JtiRange.canBegin(JTI)).isTrue();
    assertThat(JtiRange.canBegin(JTI + "~list.4711")).isFalse();
    assertThat(JtiRange.canBegin(JtiRange.id(JtiRange.base(JTI, 2), 1))).isFalse();
    assertThat(JtiRange.canBegin("mine")).isFalse();
  }
}
