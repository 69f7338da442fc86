package dev.bulwark.it.revocation;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R1 and R6 with many realms: what ends in some of them leaves the others alone. */
@Tag("full")
class ManyRealmsIT {

  private static final TestStack STACK = TestStack.get();
  private static final int REALMS = 40;

  private final List<PathRealm> realms = new ArrayList<>();

  @AfterEach
  void deleteRealms() {
    realms.forEach(PathRealm::delete);
  }

  @Test
  void everySecondRealmIsLoggedOut() {
    List<Response> tokens = new ArrayList<>();
    for (int i = 0; i < REALMS; i++) {
      PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "many-" + i);
      realms.add(realm);
      realm.login("ann");
      tokens.add(realm.service());
    }
    long last = Realm.claims(tokens.get(REALMS - 1).text("access_token")).get("iat").asLong();
    // Not-before has the grain of a second.
    await()
        .pollInterval(20, TimeUnit.MILLISECONDS)
        .until(() -> System.currentTimeMillis() / 1000 > last);
    IntStream.range(0, REALMS)
        .filter(i -> i % 2 == 0)
        .parallel()
        .mapToObj(realms::get)
        .forEach(realm -> realm.admin().post(realm.path("/logout-all"), "{}").expect(200));

    try (RevokedKeys keys = new RevokedKeys(STACK.redis().url())) {
      for (int i = 0; i < REALMS; i++) {
        Deaths deaths = new Deaths(realms.get(i), keys);
        if (i % 2 == 0) {
          deaths.assertDead(tokens.get(i));
        } else {
          deaths.assertAlive(tokens.get(i));
        }
      }
    }
  }
}
