package dev.bulwark.it.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.TestStack;
import java.util.Map;

/** A user of the old application at Keycloak's login page, in a fresh browser. */
final class Newcomer {

  private final FormBrowser browser = new FormBrowser(TestStack.get().url());
  private final Application application;

  Newcomer(Application application) {
    this.application = application;
  }

  /** Sends the first form; what comes then depends on the user. */
  FormBrowser.Page signIn(String login, String password) {
    return browser.submit(
        browser.open(application.login("openid tasks:read")),
        Map.of("username", login, "password", password));
  }

  /** Sends the code of the authenticator app. */
  FormBrowser.Page enterCode(FormBrowser.Page page, String code) {
    assertThat(page.response().body()).contains("kc-otp-login-form");
    return browser.submit(page, Map.of("otp", code));
  }

  /** Chooses the backup codes in place of the authenticator app, and sends one. */
  FormBrowser.Page enterBackupCode(FormBrowser.Page page, String code) {
    FormBrowser.Page choice = browser.submit(page, Map.of("tryAnotherWay", "on"));
    String codes =
        choice.response().element("li:contains(recovery) [name=authenticationExecution]").val();
    FormBrowser.Page form = browser.submit(choice, Map.of("authenticationExecution", codes));
    assertThat(form.response().body()).contains("kc-recovery-code-login-form");
    return browser.submit(form, Map.of("recoveryCodeInput", code));
  }
}
