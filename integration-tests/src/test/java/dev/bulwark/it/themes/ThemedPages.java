package dev.bulwark.it.themes;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.bulwark.it.support.Realm;

/** Ways to the pages of the realm {@code app}. */
final class ThemedPages {

  private final Realm realm;

  ThemedPages(Realm realm) {
    this.realm = realm;
  }

  /** The login page as {@code dev-cli} asks for it, in the browser's language. */
  void login(Page page) {
    page.navigate(authorization("auth"));
  }

  void login(Page page, String uiLocales) {
    page.navigate(authorization("auth") + "&ui_locales=" + uiLocales);
  }

  void registration(Page page) {
    page.navigate(authorization("registrations"));
  }

  void resetPassword(Page page) {
    login(page);
    page.click("a[href*='reset-credentials']");
  }

  void logout(Page page) {
    page.navigate(realm.endpoint("logout"));
  }

  void unknownClient(Page page) {
    page.navigate(realm.endpoint("auth") + "?client_id=nobody&response_type=code");
  }

  void unknownPath(Page page) {
    page.navigate(realm.url() + "/no-such-page");
  }

  /** Fills in the form of the login page and sends it. */
  void signIn(Page page, String user, String password) {
    page.fill("#username", user);
    page.fill("#password", password);
    page.click("#kc-login");
  }

  /** A page of the account console, of the user alice. */
  void account(Page page, String path) {
    page.navigate(realm.url() + "/account/" + path);
    page.waitForSelector("#username, main h1");
    if (page.isVisible("#kc-login")) {
      signIn(page, "alice", Realm.PASSWORD);
    }
    page.waitForSelector("main h1");
    page.waitForSelector("main .pf-v5-c-spinner", hidden());
  }

  private String authorization(String endpoint) {
    // The challenge is that of RFC 7636, appendix B; no code is ever exchanged here.
    return realm.endpoint(endpoint)
        + "?client_id=dev-cli&response_type=code&scope=openid&redirect_uri=http%3A%2F%2Flocalhost%2F"
        + "&code_challenge_method=S256"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  }

  private static Page.WaitForSelectorOptions hidden() {
    return new Page.WaitForSelectorOptions().setState(WaitForSelectorState.HIDDEN);
  }
}
