package dev.bulwark.apikey.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the client of the command logs in. */
class LoginTest {

  @ParameterizedTest
  @CsvSource({"app, app", "two words, two%20words", "Größe, Gr%C3%B6%C3%9Fe", "50%, 50%25"})
  void theNameOfTheRealmIsAPartOfThePath(String realm, String part) {
    assertThat(Login.OfClient.tokenEndpoint("https://sso.example.org/auth", realm))
        .hasToString(
            "https://sso.example.org/auth/realms/" + part + "/protocol/openid-connect/token");
  }
}
