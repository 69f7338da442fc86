package dev.bulwark.realm.passkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** T4: when a user is invited to a passkey again. */
class InvitationRuleTest {

  @ParameterizedTest
  @CsvSource({
    // days, declined at, now, due
    ",,1000000000,true",
    "30,,1000000000,true",
    "30,1000000000,1000000001,false",
    "30,1000000000,1002591999,false",
    "30,1000000000,1002592000,true",
    ",1000000000,1002592000,true",
    "1,1000000000,1000086400,true",
    "30,a day,1000000000,true",
    "30,-5,1000000000,true",
    "30,99999999999999999999,1000000000,true",
    "30,2000000000,1000000000,false",
    "0,,1000000000,false",
    "0,1000000000,2000000000,false"
  })
  void isDueWhenThePauseIsOver(
      @Nullable String days, @Nullable String declinedAt, long now, boolean due) {
    assertThat(InvitationRule.of(days).isDue(declinedAt, now)).isEqualTo(due);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "3651", "soon", "1.5", "99999999999"})
  void refusesOtherDays(String days) {
    assertThatThrownBy(() -> InvitationRule.of(days)).isInstanceOf(IllegalArgumentException.class);
  }
}
