package dev.bulwark.it.social;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O2: without their variables both providers are off. */
@SharedRealm
class SwitchedOffIT {

  private static Application application;

  private final TestStack stack = TestStack.get();

  @BeforeAll
  static void start() {
    TestStack stack = TestStack.get();
    application = new Application(stack.realm(), stack.admin());
  }

  @AfterAll
  static void close() {
    if (application != null) {
      application.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void thereIsNoButtonAndNoWay(String provider) {
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = browser.open(application.login("openid"));
    assertThat(page.response().body())
        .contains("kc-form-login")
        .doesNotContain("kc-social-providers", "/broker/");
    page = browser.open(application.login("openid") + "&kc_idp_hint=" + provider);
    assertThat(page.url()).startsWith(stack.url().toString());
    assertThat(
            stack
                .admin()
                .get("/realms/app/identity-provider/instances/" + provider)
                .expect(200)
                .json()
                .get("enabled")
                .asBoolean())
        .isFalse();
  }
}
