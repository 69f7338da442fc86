package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** T5: recovery codes that Keycloak has stored, their renewal, and logins at the same moment. */
@SharedRealm
class RecoveryCodesIT {

  private static final List<String> OLD =
      List.of("AAAABBBB1111", "AAAABBBB2222", "AAAABBBB3333", "AAAABBBB4444", "AAAABBBB5555");

  private static Application application;

  private final AdminApi admin = TestStack.get().admin();
  private final People people = new People(admin);

  @BeforeAll
  static void open() {
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void close() {
    application.close();
  }

  /** From five codes of before to twelve new ones. */
  @Test
  void oldCodesWorkAndAreRenewedWhenThreeAreLeft() {
    people.createWithOldCodes("rita", OLD);
    try (Chromium chromium = Chromium.launch()) {
      assertThat(people.credentialData("rita", "recovery-authn-codes").get("algorithm").asText())
          .isEqualTo("SHA-512");
      try (Visitor visitor = atCodes(chromium)) {
        visitor.enterBackupCode("AAAA-BBBB-2222");
        visitor.page().waitForSelector("#input-error-recoveryCodeInput");
        visitor.enterBackupCode("AAAA-BBBB-1111");
        visitor.tokens();
      }
      assertThat(people.credentialData("rita", "recovery-authn-codes").get("algorithm").asText())
          .isEqualTo("argon2id");
      assertThat(left()).isEqualTo(4);

      try (Visitor visitor = atCodes(chromium)) {
        visitor.enterBackupCode(OLD.get(0));
        visitor.page().waitForSelector("#input-error-recoveryCodeInput");
        visitor.enterBackupCode(OLD.get(1));
        visitor.page().waitForSelector("#kc-recovery-codes-list");
        assertThat(visitor.page().innerText("body")).contains("Recovery codes left: 3.");
        visitor.page().click("#cancelRecoveryAuthnCodesBtn");
        visitor.tokens();
      }
      assertThat(left()).isEqualTo(3);

      List<String> fresh;
      try (Visitor visitor = atCodes(chromium)) {
        visitor.enterBackupCode(OLD.get(2));
        fresh = visitor.takeBackupCodes();
        visitor.tokens();
      }
      assertThat(left()).isEqualTo(fresh.size()).isEqualTo(12);
      try (Visitor visitor = atCodes(chromium)) {
        assertThat(visitor.numberOfBackupCode()).isEqualTo(1);
        visitor.enterBackupCode(OLD.get(3));
        visitor.page().waitForSelector("#input-error-recoveryCodeInput");
        visitor.enterBackupCode(fresh.get(0));
        visitor.tokens();
      }
    }
  }

  /** Verifying takes a while now, in which a second login must not get in with the same code. */
  @Test
  void oneOfSeveralSimultaneousLoginsHasTheCode() throws Exception {
    people.createWithOldCodes("race", OLD);
    FormBrowser first = new FormBrowser(TestStack.get().url());
    FormBrowser.Page form = signIn(first, "race");
    assertThat(first.submit(form, Map.of("recoveryCodeInput", OLD.get(0))).parameters())
        .containsKey("code");

    List<FormBrowser> browsers = new ArrayList<>();
    List<FormBrowser.Page> forms = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      browsers.add(new FormBrowser(TestStack.get().url()));
      forms.add(signIn(browsers.get(i), "race"));
    }
    ExecutorService threads = Executors.newFixedThreadPool(browsers.size());
    try {
      List<Future<Response>> answers = new ArrayList<>();
      for (int i = 0; i < browsers.size(); i++) {
        FormBrowser browser = browsers.get(i);
        FormBrowser.Page page = forms.get(i);
        answers.add(
            threads.submit(
                () -> browser.submitOnly(page, Map.of("recoveryCodeInput", OLD.get(1)))));
      }
      int in = 0;
      for (Future<Response> answer : answers) {
        if (answer.get().status() == 302) {
          in++;
        }
      }
      assertThat(in).as("logins with one code").isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }

  private static FormBrowser.Page signIn(FormBrowser browser, String name) {
    return browser.submit(
        browser.open(application.login("openid")),
        Map.of("username", name, "password", Realm.PASSWORD));
  }

  private static Visitor atCodes(Chromium chromium) {
    Visitor visitor = new Visitor(chromium, application);
    visitor.open();
    visitor.signIn("rita");
    visitor.page().waitForSelector("#kc-recovery-code-login-form");
    return visitor;
  }

  private int left() {
    return people.credentialData("rita", "recovery-authn-codes").get("remainingCodes").asInt();
  }
}
