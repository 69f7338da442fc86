package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ACCOUNT;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ADDRESS;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** L1, L3: no more mails of a reset than the limit allows, whatever leads to them. */
@Tag("full")
class LimitedResetIT {

  private static final LimitedServer SERVER = LimitedServer.shared();

  private final Inbox inbox = new Inbox(SERVER.admin(), LimitedServer.REALM);

  /** With a server that is gone, Keycloak would fail where it goes on without one. */
  @AfterEach
  void close() {
    SERVER
        .admin()
        .put("/realms/" + LimitedServer.REALM, Json.object("smtpServer", Map.of()))
        .expect(204);
    inbox.close();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "RESET_CREDENTIALS_OF_A_USER",
        "RESET_CREDENTIALS_WHILE_LOGGED_IN",
        "RESET_CREDENTIALS_REFRESHED"
      })
  void fiveMailsOfAnAddressAndNoSixth(LimitedPath path) {
    Supplier<Response> attempt = path.from(SERVER, newAddress());
    int before = inbox.size();
    for (int i = 0; i < PER_ADDRESS; i++) {
      attempt.get().expect(200);
    }
    assertThat(inbox.size() - before).isEqualTo(PER_ADDRESS);
    path.assertRefused(attempt.get());
    assertThat(inbox.size() - before).isEqualTo(PER_ADDRESS);
  }

  @Test
  void tenMailsToAnAccountFromWhereverTheyAreAskedFor() {
    String user = SERVER.newUser();
    Visitor visitor = SERVER.visitor(newAddress());
    visitor
        .submit(visitor.login("cli"), Map.of("username", user, "password", PASSWORD))
        .expect(302);
    String reset = SERVER.realmUrl() + "/login-actions/reset-credentials";
    // A known device has a window of its own, which is smaller.
    visitor = visitor.without("BULWARK_DEVICE");
    for (int i = 0; i < PER_ACCOUNT; i++) {
      visitor.at(newAddress()).open(reset).expect(200);
    }
    visitor.at(newAddress()).open(reset).expect(429);
    assertThat(inbox.size()).isEqualTo(PER_ACCOUNT);
    SERVER.grant(newAddress(), user, PASSWORD).expect(429);
  }

  /** Neither by the page, nor by its language, nor by when it comes. */
  @Test
  void aRefusedRefreshDoesNotTellWhoIsThere() {
    String user = SERVER.newUser(Map.of("attributes", Map.of("locale", "de")));
    assertThat(refusedRefresh("nobody-there")).isEqualTo(refusedRefresh(user));
  }

  /** What a refused page says, less what is drawn at random. */
  private static String refusedRefresh(String name) {
    Supplier<Response> refresh = LimitedPath.refreshedReset(SERVER, newAddress(), name);
    for (int i = 0; i < PER_ADDRESS; i++) {
      refresh.get().expect(200);
    }
    return refresh
        .get()
        .expect(429)
        .body()
        .replaceAll("[\\w.%-]{11,}", "random")
        .replaceAll("\\d+", "n");
  }

  /** The link leads past the step that sends the mail, which sends none then. */
  @Test
  void theLinkOfAMailTakesNoSlot() {
    Visitor visitor = SERVER.visitor(newAddress());
    visitor
        .submit(visitor.open(visitor.reset("cli")), Map.of("username", SERVER.newUser()))
        .expect(200);
    String address = newAddress();
    SERVER.fill(address);
    Response page = visitor.at(address).open(inbox.link()).expect(200);
    assertThat(page.body()).contains("password-new");
  }
}
