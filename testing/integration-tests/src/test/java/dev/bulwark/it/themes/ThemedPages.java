package dev.bulwark.it.themes;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.bulwark.it.support.Realm;

/** Ways to the pages of the realm {@code app}. */
public final class ThemedPages {

  private final Realm realm;

  public ThemedPages(Realm realm) {
    this.realm = realm;
  }

  /** The login page as {@code dev-cli} asks for it, in the browser's language. */
  public void login(Page page) {
    page.navigate(authorization("auth"));
  }

  public void login(Page page, String uiLocales) {
    page.navigate(authorization("auth") + "&ui_locales=" + uiLocales);
  }

  public void registration(Page page) {
    page.navigate(authorization("registrations"));
  }

  public void resetPassword(Page page) {
    login(page);
    page.waitForNavigation(() -> page.click("a[href*='reset-credentials']"));
  }

  public void logout(Page page) {
    page.navigate(realm.endpoint("logout"));
  }

  public void unknownClient(Page page) {
    page.navigate(realm.endpoint("auth") + "?client_id=nobody&response_type=code");
  }

  public void unknownPath(Page page) {
    page.navigate(realm.url() + "/no-such-page");
  }

  /** Fills in the form of the login page and sends it. */
  public void signIn(Page page, String user, String password) {
    page.fill("#username", user);
    page.fill("#password", password);
    page.click("#kc-login");
  }

  /** A page of the account console, of the user alice. */
  public void account(Page page, String path) {
    account(page, path, "alice");
  }

  public void account(Page page, String path, String user) {
    page.navigate(realm.url() + "/account/" + path);
    page.waitForSelector("#username, main h1");
    if (page.isVisible("#kc-login")) {
      signIn(page, user, Realm.PASSWORD);
    }
    accountLoaded(page);
  }

  /** Waits until a page of the account console shows what it is about. */
  public void accountLoaded(Page page) {
    // Login pages have a heading in their main element, too.
    page.waitForSelector(".pf-v5-c-page main h1");
    page.waitForSelector("main .pf-v5-c-spinner", hidden());
  }

  /** A required action that the application asks for, of the user. */
  public void action(Page page, String action, String user) {
    page.navigate(actionUrl(realm, action));
    if (page.isVisible("#kc-login")) {
      signIn(page, user, Realm.PASSWORD);
    }
  }

  /** Where an application sends a browser for a required action. */
  public static String actionUrl(Realm realm, String action) {
    return authorization(realm, "auth") + "&kc_action=" + action;
  }

  /**
   * Shows a page that a client without a window was sent, with the style sheets of its server.
   *
   * @param address any of the server that sent it
   */
  public static void show(Page page, String address, String html) {
    page.route(
        address,
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("text/html; charset=UTF-8")
                    .setBody(html)));
    page.navigate(address);
  }

  private String authorization(String endpoint) {
    return authorization(realm, endpoint);
  }

  private static String authorization(Realm realm, String endpoint) {
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
