package dev.bulwark.http.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of a Keycloak by the commands. */
class KeycloakClientTest {

  @ParameterizedTest
  @CsvSource({"app, app", "two words, two%20words", "Größe, Gr%C3%B6%C3%9Fe", "50%, 50%25"})
  void theNameOfARealmIsAPartOfAPath(String realm, String part) {
    assertThat(KeycloakClient.encode(realm)).isEqualTo(part);
  }
}
