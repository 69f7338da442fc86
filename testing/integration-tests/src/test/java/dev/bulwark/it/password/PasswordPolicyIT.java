package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P8: the password policy of the shipped realm, untouched. */
@SharedRealm
class PasswordPolicyIT {

  private static final String NAME = "p8-somebody";

  private final AdminApi admin = TestStack.get().admin();

  @BeforeEach
  void user() {
    if (admin.get("/realms/app/users?exact=true&username=" + NAME).expect(200).json().isEmpty()) {
      new Users(admin).createWithPassword(NAME, "first-battery");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "x7-four,invalidPasswordMinLengthMessage",
    "p8-somebody,invalidPasswordNotUsernameMessage",
    "P8-Somebody,invalidPasswordNotUsernameMessage",
    "p8-somebody@example.org,invalidPasswordNotEmailMessage",
    "iloveyou1,invalidPasswordBreachedMessage",
  })
  void aBadPasswordIsRefused(String password, String reason) {
    assertThat(set(password, 400)).isEqualTo(reason);
    TestStack.get().realm().login(NAME, password, "openid").expect(400);
    admin
        .delete("/realms/app/attack-detection/brute-force/users/" + admin.userId(NAME))
        .expect(204);
  }

  @Test
  void eightCharactersAreEnough() {
    assertThat(set("x8-fours", 204)).isEmpty();
    TestStack.get().realm().login(NAME, "x8-fours", "openid").expect(200);
  }

  private String set(String password, int status) {
    var answer =
        admin
            .put(
                "/realms/app/users/" + admin.userId(NAME) + "/reset-password",
                Json.object("type", "password", "temporary", false, "value", password))
            .expect(status);
    return status == 204 ? answer.body() : answer.text("error");
  }
}
