package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PER_ACCOUNT;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ADDRESS;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** L1: every way to try a secret has the limit. */
@Tag("slow")
class LimitedPathsIT {

  private static final LimitedServer SERVER = LimitedServer.shared();

  @BeforeAll
  static void prepare() {
    LimitedPath.prepare(SERVER);
  }

  @ParameterizedTest
  @EnumSource
  void fiveAttemptsOfAnAddressAndNoSixth(LimitedPath path) {
    String address = newAddress();
    Supplier<Response> attempt = path.from(SERVER, address);
    for (int i = 0; i < PER_ADDRESS; i++) {
      Response tried = attempt.get();
      assertThat(tried.status()).as(tried.body()).isIn(200, 400, 401);
    }
    for (int i = 0; i < 3; i++) {
      Response refused = attempt.get();
      path.assertRefused(refused);
    }
    // Nobody else is refused.
    assertThat(path.from(SERVER, newAddress()).get().status()).isIn(200, 400, 401);
    if (path.hasAWindowOfItsOwn()) {
      SERVER.grant(address, nobody(), "wrong").expect(400);
      assertThat(SERVER.events("rate_limited", address)).hasSize(3);
    } else if (path != LimitedPath.ORGANIZATION_FORM) { // that one is of another realm
      SERVER.grant(address, nobody(), "wrong").expect(429);
      assertThat(SERVER.events("rate_limited", address)).hasSize(4);
    }
  }

  /** A CIBA request comes from the client's server: it counts at the account alone. */
  @Test
  void cibaCountsAtTheAccount() {
    String address = newAddress();
    for (int i = 0; i < PER_ACCOUNT; i++) {
      ciba(address, "nobody-by-ciba").expect(400);
    }
    Response refused = ciba(address, "nobody-by-ciba");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.text("error")).isEqualTo("slow_down");
    assertThat(refused.header("Retry-After")).isNotBlank();
    ciba(address, "another-by-ciba").expect(400);
    SERVER.grant(newAddress(), "nobody-by-ciba", "wrong").expect(429);
  }

  private static Response ciba(String address, String user) {
    return Http.postForm(
        SERVER.endpoint("ext/ciba/auth"),
        Map.of("login_hint", user, "scope", "openid"),
        "Authorization",
        Realm.basic("ciba", "limits-secret"),
        "X-Forwarded-For",
        address);
  }

  /** In a login of two steps the name's slot goes back with the password's. */
  @Test
  void aLoginInTwoStepsThatSucceedsCostsNothing() {
    String address = newAddress();
    String user = SERVER.newUser();
    for (int i = 0; i < 12; i++) {
      Visitor visitor = SERVER.visitor(address);
      Response page = visitor.submit(visitor.login("two-steps"), Map.of("username", user));
      Response done = visitor.submit(page.expect(200), Map.of("password", LimitedServer.PASSWORD));
      assertThat(done.header("Location")).contains("code=");
    }
  }

  /** Names that were tried before the one that logs in stay counted. */
  @Test
  void aSuccessGivesNoOtherNamesBack() {
    String address = newAddress();
    String user = SERVER.newUser();
    Visitor visitor = SERVER.visitor(address);
    Response page = visitor.login("two-steps");
    for (int i = 0; i < 3; i++) {
      page = visitor.submit(page, Map.of("username", nobody())).expect(200);
    }
    page = visitor.submit(page, Map.of("username", user)).expect(200);
    assertThat(visitor.submit(page, Map.of("password", LimitedServer.PASSWORD)).header("Location"))
        .contains("code=");
    SERVER.grant(address, nobody(), "wrong").expect(400);
    SERVER.grant(address, nobody(), "wrong").expect(400);
    SERVER.grant(address, nobody(), "wrong").expect(429);
  }

  @Test
  void aRightUserCodeGivesItsSlotBack() {
    String address = newAddress();
    for (int i = 0; i < 8; i++) {
      String code =
          Http.postForm(SERVER.endpoint("auth/device"), Map.of("client_id", "cli"))
              .expect(200)
              .text("user_code");
      Visitor visitor = SERVER.visitor(address);
      Response login =
          visitor.submit(
              visitor.open(SERVER.realmUrl() + "/device"), Map.of("device_user_code", code));
      assertThat(Visitor.action(login.expect(200))).contains("login-actions/authenticate");
    }
  }
}
