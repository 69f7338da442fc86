package dev.bulwark.it.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** L1: a Keycloak behind a proxy that nobody has told it of. */
class SharedAddressIT {

  private static final int NAMES = 100;

  private final TestStack stack = TestStack.get();

  @Test
  void oneWarningNamesTheOptionWhenManyUsersComeFromOnePrivateAddress() {
    // Nearly all attempts are rejected, so none of them takes the time of a hash.
    stack
        .admin()
        .makeRealm(
            Json.of(
                Map.of(
                    "realm",
                    "behind-a-proxy",
                    "enabled",
                    true,
                    "attributes",
                    Map.of("loginRateLimiter.addressLimit", "1"))));
    Realm realm = new Realm(stack.keycloak().url(), "behind-a-proxy");
    for (int i = 0; i < NAMES; i++) {
      Http.postForm(
          realm.endpoint("token"),
          Map.of(
              "grant_type", "password",
              "client_id", "admin-cli",
              "username", "user-" + i,
              "password", "wrong"));
    }
    assertThat(
            stack.keycloak().log().lines().filter(line -> line.contains("proxy-trusted-addresses")))
        .singleElement()
        .asString()
        .contains("WARN", "127.0.0.1", "login limit");
  }
}
