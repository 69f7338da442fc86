package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.ScriptCalls;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** L1, L2: an attempt waits for one round trip to Redis, known devices and addresses included. */
class LimitRoundTripsIT {

  private static final LimitedServer SERVER = LimitedServer.shared();

  /** Fewer than an address has slots. */
  private static final int ATTEMPTS = 4;

  private static ScriptCalls calls;

  @BeforeAll
  static void listen() {
    // Redis knows the script after its first run; that one takes two.
    SERVER.grant(newAddress(), SERVER.newUser(), "wrong").expect(400);
    calls = new ScriptCalls(SERVER.redis().url());
  }

  @AfterAll
  static void close() {
    calls.close();
  }

  @Test
  void aWrongPassword() {
    String user = SERVER.newUser();
    assertOneTripEach(() -> SERVER.grant(newAddress(), user, "wrong").expect(400));
  }

  @Test
  void aNameThatNobodyHas() {
    assertOneTripEach(() -> SERVER.grant(newAddress(), nobody(), "wrong").expect(400));
  }

  /** Its slot goes back, and its address is known from then on. */
  @Test
  void theRightPasswordOfAStranger() {
    String user = SERVER.newUser();
    assertOneTripEach(() -> SERVER.grant(newAddress(), user, PASSWORD).expect(200));
  }

  @Test
  void aLoginFromAKnownAddress() {
    String user = SERVER.newUser();
    String home = newAddress();
    SERVER.grant(home, user, PASSWORD).expect(200);
    assertOneTripEach(() -> SERVER.grant(home, user, PASSWORD).expect(200));
  }

  @Test
  void aLoginOnAKnownDevice() {
    String user = SERVER.newUser();
    Visitor known = SERVER.visitor(newAddress());
    signIn(known, user, PASSWORD);
    assertOneTripEach(
        () -> signIn(known.withOnly("BULWARK_DEVICE").at(newAddress()), user, PASSWORD));
  }

  /** What this node refuses by its own count does not reach Redis. */
  @Test
  void aFloodFromOneAddress() {
    String address = newAddress();
    SERVER.fill(address);
    long before = calls.takes();
    for (int i = 0; i < 20; i++) {
      SERVER.grant(address, nobody(), "wrong").expect(429);
    }
    assertThat(calls.takes()).isEqualTo(before);
  }

  private static void signIn(Visitor visitor, String user, String password) {
    assertThat(
            visitor
                .submit(
                    visitor.login("cli").expect(200),
                    Map.of("username", user, "password", password))
                .status())
        .isEqualTo(302);
  }

  /** The slot of each attempt is given back, or kept as a failure, after the answer. */
  private static void assertOneTripEach(Runnable attempt) {
    long before = calls.takes();
    for (int i = 0; i < ATTEMPTS; i++) {
      attempt.run();
    }
    assertThat(calls.takes() - before).isEqualTo(ATTEMPTS);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(calls.settled()).isEqualTo(calls.takes()));
    assertThat(calls.others()).isEmpty();
  }
}
