package dev.bulwark.it.secondfactor;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.List;

/** A person with a browser of his own, who logs in to the application. */
final class Visitor implements AutoCloseable {

  private final Application application;
  private final BrowserContext context;
  private final Page page;

  Visitor(Chromium chromium, Application application) {
    this(chromium, application, new Browser.NewContextOptions().setLocale("en-US"));
  }

  Visitor(Chromium chromium, Application application, Browser.NewContextOptions options) {
    this.application = application;
    this.context = chromium.newContext(options);
    this.page = context.newPage();
  }

  Page page() {
    return page;
  }

  /** Goes from the application to the login. */
  void open() {
    open("");
  }

  /**
   * @param more further parameters, each with its ampersand
   */
  void open(String more) {
    page.navigate(application.login("openid tasks:read admin") + more);
  }

  void signIn(String name) {
    signIn(name, Realm.PASSWORD);
  }

  void signIn(String name, String password) {
    page.fill("#username", name);
    page.fill("#password", password);
    page.click("#kc-login");
  }

  boolean isAtApplication() {
    return application.has(page);
  }

  /** Waits until he is at the application, which redeems the code. */
  Response tokens() {
    return application.redeem(page).expect(200);
  }

  boolean isAskedForCode() {
    return page.locator("#kc-otp-login-form").isVisible();
  }

  boolean isAskedForPassword() {
    return page.locator("#kc-form-login").isVisible();
  }

  boolean isAskedToSetUp() {
    return page.locator("#kc-totp-settings").isVisible();
  }

  boolean isShownBackupCodes() {
    return page.locator("#kc-recovery-codes-list").isVisible();
  }

  /** Plugs in an authenticator that keeps passkeys. */
  VirtualAuthenticator plugIn() {
    // Keycloak's page asks for the name of a new passkey.
    page.onDialog(Dialog::accept);
    return VirtualAuthenticator.of(page);
  }

  /** Plugs in one that cannot verify its user, as a key that asks for a touch alone. */
  VirtualAuthenticator plugInWithoutVerification() {
    page.onDialog(Dialog::accept);
    return VirtualAuthenticator.of(page, false);
  }

  /**
   * Has the scripts of all pages to come ask for no verification: they run in the hands of its
   * user.
   */
  void askForNoVerification() {
    page.addInitScript(
        """
        for (const call of ['get', 'create']) {
          const original = navigator.credentials[call].bind(navigator.credentials);
          navigator.credentials[call] = options => {
            options.publicKey.userVerification = 'discouraged';
            if (options.publicKey.authenticatorSelection) {
              options.publicKey.authenticatorSelection.userVerification = 'discouraged';
            }
            return original(options);
          };
        }
        """);
  }

  /** On Keycloak's page for a new passkey. */
  void createPasskey() {
    page.waitForSelector("#registerWebAuthn");
    page.click("#registerWebAuthn");
  }

  /**
   * Begins a login anew, as a browser without cookies, and presses the button for a passkey. The
   * user is there for that one answer: Chromium would answer whenever a page asks, also the page
   * that refuses the answer, and so on without end.
   *
   * @return the answer as it was sent
   */
  Request openAndUse(VirtualAuthenticator passkeys) {
    passkeys.isPresent(false);
    context.clearCookies();
    open();
    page.waitForSelector("#authenticateWebAuthnButton");
    passkeys.isPresent(true);
    Request answer =
        page.waitForRequest(
            request -> request.method().equals("POST"),
            () -> page.click("#authenticateWebAuthnButton"));
    passkeys.isPresent(false);
    return answer;
  }

  void enterCode(String code) {
    page.fill("#otp", code);
    page.click("#kc-login");
  }

  /** Reads the key of the set-up in both its forms; the page is left in the manual one. */
  SetUp readSetUp() {
    String qr = page.locator("#kc-totp-secret-qr-code").getAttribute("src");
    page.click("#mode-manual");
    page.waitForSelector("#kc-totp-secret-key");
    String key = page.locator("#kc-totp-secret-key").innerText();
    return new SetUp(
        QrCode.text(qr), key.replace(" ", ""), page.locator("#kc-totp-settings").innerText());
  }

  void confirmSetUp(String code) {
    page.fill("#totp", code);
    page.fill("#userLabel", "phone");
    page.click("#saveTOTPBtn");
  }

  /** The codes on the page, which are then confirmed. */
  List<String> takeBackupCodes() {
    page.waitForSelector("#kc-recovery-codes-list");
    List<String> codes = page.locator("#kc-recovery-codes-list li").allInnerTexts();
    page.check("#kcRecoveryCodesConfirmationCheck");
    page.click("#saveRecoveryAuthnCodesBtn");
    return codes;
  }

  /** From the form of the authenticator to that of the backup codes. */
  void chooseBackupCodes() {
    page.click("#try-another-way");
    page.locator("[role=button]")
        .filter(new Locator.FilterOptions().setHasText("ecovery"))
        .first()
        .click();
    page.waitForSelector("#kc-recovery-code-login-form");
  }

  /** Which of the user's codes the page asks for: they are used in their order. */
  int numberOfBackupCode() {
    String label = page.locator("label[for=recoveryCodeInput]").innerText();
    return Integer.parseInt(label.replaceAll("\\D", ""));
  }

  void enterBackupCode(String code) {
    page.fill("#recoveryCodeInput", code);
    page.click("#kc-login");
  }

  @Override
  public void close() {
    context.close();
  }

  /**
   * @param qr text of the QR code
   * @param key the key to type in
   * @param text what the page says
   */
  record SetUp(String qr, String key, String text) {}
}
