package dev.bulwark.realm.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5: who needs an e-mail address. */
class AddressRuleTest {

  @ParameterizedTest
  @CsvSource({
    // writer, has one, sends one, missing
    "NEW_USER,false,false,true",
    "NEW_USER,false,true,false",
    "NEW_USER,true,false,true",
    "USER,false,false,false",
    "USER,false,true,false",
    "USER,true,false,true",
    "USER,true,true,false",
    "ADMINISTRATOR,false,false,false",
    "ADMINISTRATOR,true,false,false"
  })
  void newUsersNeedOneAndNobodyRemovesTheOwnOne(
      AddressRule.Writer writer, boolean has, boolean sends, boolean missing) {
    assertThat(AddressRule.isMissing(writer, has, sends)).isEqualTo(missing);
  }
}
