package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * R8, C4: what an application sees through each client, which fetches the list of a real Keycloak
 * and verifies it with the realm's keys.
 */
class StatusListClientsIT {

  private static final TestStack STACK = TestStack.get();
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration NOW = Duration.ZERO;

  /** Longer than the life of a list (30 s), shorter than that of a token (30 min). */
  private static final Duration PAST_THE_LIST = Duration.ofMinutes(2);

  private enum Client {
    JAVA(StatusListClient::java),
    PYTHON(StatusListClient::python),
    NODE(StatusListClient::node);

    private final Function<String, StatusListClient> of;

    Client(Function<String, StatusListClient> of) {
      this.of = of;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTokenIsGoodUntilItsLogoutAndUnknownPastTheEndOfTheList(Client each) {
    PathRealm made = PathRealm.create(STACK.url(), STACK.admin(), "status-list-clients");
    try (Relay relay = new Relay(STACK.url())) {
      // Keycloak takes the host that a client names for its own.
      PathRealm realm = PathRealm.known(relay.url(), STACK.admin(), made.name());
      realm.addStatusLists("cli");
      try (StatusListClient client = each.of.apply(realm.issuer())) {
        endsWithTheLogout(client, realm, relay);
      }
    } finally {
      made.delete();
    }
  }

  private static void endsWithTheLogout(StatusListClient client, PathRealm realm, Relay relay) {
    Response dead = realm.login("ann");
    Response alive = realm.login("ben");
    assertThat(check(client, dead, NOW)).isEqualTo("live");
    assertThat(check(client, alive, NOW)).isEqualTo("live");

    realm.logout("cli", dead.text("refresh_token")).expect(204);
    await()
        .atMost(FRESH)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(check(client, dead, NOW)).isEqualTo("revoked"));
    assertThat(check(client, alive, NOW)).isEqualTo("live");

    relay.cut();
    assertThat(check(client, dead, NOW)).isEqualTo("revoked");
    assertThat(check(client, alive, NOW)).as("the list is good until its exp").isEqualTo("live");
    assertThat(check(client, dead, PAST_THE_LIST)).isEqualTo("unknown");
    assertThat(check(client, alive, PAST_THE_LIST)).isEqualTo("unknown");
  }

  private static String check(StatusListClient client, Response tokens, Duration ahead) {
    return client.check(tokens.text("access_token"), ahead);
  }
}
