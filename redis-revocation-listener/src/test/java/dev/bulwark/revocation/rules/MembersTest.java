package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** R1: the form in the database of whose tokens are in doubt. */
class MembersTest {

  @ParameterizedTest
  @EnumSource
  void theFormIsReadAgain(Members.Kind kind) {
    Members members = new Members(kind, "a:b");
    assertThat(Members.of(members.text())).isEqualTo(members);
  }

  @ParameterizedTest
  @CsvSource({",", "USER_STORE", "OTHER:1", ":1"})
  void anUnknownFormIsTheWholeRealm(@Nullable String text) {
    assertThat(Members.of(text)).isNull();
  }

  @Test
  void aFormThatDoesNotFitIsTheWholeRealm() {
    int room = 255 - "USER_STORE:".length();
    assertThat(new Members(Members.Kind.USER_STORE, "x".repeat(room)).text()).hasSize(255);
    assertThat(new Members(Members.Kind.USER_STORE, "x".repeat(room + 1)).text()).isNull();
  }
}
