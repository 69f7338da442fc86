package dev.bulwark.it.revocation;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** R1: deaths that no event tells, at any server. */
interface SilentPaths extends AtRealm {

  @Test
  default void loginOverTheIdentityCookieOfAnotherSession() {
    FormBrowser first = realm().browser();
    Response old = realm().browserLogin(first, "cli", "ann");
    FormBrowser second = realm().browser();
    FormBrowser.Page form = second.open(realm().authorization("cli", "code", Map.of()));
    second.takeIdentityFrom(first);
    FormBrowser.Page sent = PathRealm.signIn(second, form, "ben");
    Response fresh = realm().redeem("cli", sent.parameter("code")).expect(200);

    deaths().assertDead(old);
    deaths().assertAlive(fresh);
  }

  @Test
  default void disabledUserAtTheAuthorizationEndpoint() {
    String id = realm().createUser("eve");
    FormBrowser browser = realm().browser();
    FormBrowser.Page form = browser.open(realm().authorization("cli", "code", Map.of()));
    // The cookie of the login flow leads to the session, as from a page that was left open.
    FormBrowser open = browser.copy();
    FormBrowser.Page sent = PathRealm.signIn(browser, form, "eve");
    Response tokens = realm().redeem("cli", sent.parameter("code")).expect(200);
    realm().update("/users/" + id, Map.of("enabled", false));
    deaths().assertDead(tokens);
    open.open(realm().authorization("cli", "code", Map.of()));
    deaths().assertDead(tokens);
  }

  @Test
  default void idleExpiryAndTheSessionsRevival() {
    PathRealm idle = realm().createBeside(realm().name() + "-idle");
    try {
      idle.update("", Map.of("ssoSessionIdleTimeout", 3));
      Deaths deaths = new Deaths(idle, keys());
      FormBrowser browser = idle.browser();
      Response old = idle.browserLogin(browser, "cli", "ann");
      Response offline = idle.login("cli", "ann", "openid offline_access");
      deaths.awaitDeath(old, Deaths.SOON);
      Response fresh = idle.browserLogin(browser, "cli", "ann");
      deaths.assertDead(old);
      deaths.assertAlive(fresh, offline);
    } finally {
      idle.delete();
    }
  }
}
