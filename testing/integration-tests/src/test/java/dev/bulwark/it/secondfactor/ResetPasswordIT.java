package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Totp;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/**
 * T3, S1, L3: who can read someone's mail gets a new password, but neither past the second factor
 * nor into a session; a new password ends what other devices had.
 */
@SharedRealm
@Tag("full")
class ResetPasswordIT {

  private static final String SECRET = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK";
  private static final String NEW_PASSWORD = "a-new-dev-battery";

  private static Chromium chromium;
  private static Application application;
  private static Inbox inbox;

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();
  private final People people = new People(admin);

  @BeforeAll
  static void launch() {
    inbox = new Inbox(TestStack.get().admin());
    chromium = Chromium.launch();
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void close() {
    for (AutoCloseable resource : new AutoCloseable[] {chromium, application, inbox}) {
      try {
        if (resource != null) {
          resource.close();
        }
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Visitor visitor() {
    return new Visitor(chromium, application);
  }

  /** From the login page to the link in the mail. */
  private static void followMail(Visitor visitor, String name) {
    ask(visitor, name);
    visitor.page().navigate(inbox.link());
  }

  private static void ask(Visitor visitor, String name) {
    visitor.open();
    Page page = visitor.page();
    page.click("a[href*='reset-credentials']");
    page.fill("#username", name);
    page.click("#kc-reset-password-form [type=submit]");
    page.waitForSelector(".pf-v5-c-alert");
  }

  private static void setPassword(Page page) {
    page.waitForSelector("#password-new");
    page.fill("#password-new", NEW_PASSWORD);
    page.fill("#password-confirm", NEW_PASSWORD);
    page.click("#kc-submit");
  }

  @Test
  void aNewPasswordIsNoSession() {
    people.create("forgot");
    try (Visitor visitor = visitor()) {
      followMail(visitor, "forgot");
      setPassword(visitor.page());
      visitor.page().waitForSelector("[data-page-id=login-info]");
      assertThat(people.sessions("forgot")).isZero();
      visitor.open();
      assertThat(visitor.isAskedForPassword()).isTrue();
      visitor.signIn("forgot", Realm.PASSWORD);
      visitor.page().waitForSelector("#input-error-username");
      visitor.signIn("forgot", NEW_PASSWORD);
      visitor.tokens();
    }
  }

  @Test
  void theSecondFactorIsAskedForBeforeAndAfter() {
    people.createWithAuthenticator("guarded", SECRET);
    Authenticator app = new Authenticator(SECRET);
    try (Visitor thief = visitor()) {
      followMail(thief, "guarded");
      thief.page().waitForSelector("#kc-otp-login-form");
      assertThat(thief.isAskedToSetUp()).isFalse();
      thief.enterCode(Totp.at(SECRET, Totp.step() + 1_000));
      thief.page().waitForSelector("#input-error-otp");
      assertThat(thief.page().locator("#password-new").count()).isZero();
    }
    assertThat(people.credentials("guarded")).containsExactlyInAnyOrder("password", "otp");
    try (Visitor visitor = visitor()) {
      followMail(visitor, "guarded");
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.enterCode(app.code());
      setPassword(visitor.page());
      visitor.page().waitForSelector("[data-page-id=login-info]");
      assertThat(people.sessions("guarded")).isZero();
    }
    try (Visitor visitor = visitor()) {
      visitor.open();
      visitor.signIn("guarded", NEW_PASSWORD);
      visitor.page().waitForSelector("#kc-otp-login-form");
      assertThat(visitor.isAtApplication()).isFalse();
      visitor.enterCode(app.code());
      visitor.tokens();
    }
  }

  @Test
  void anAdministratorWithoutSecondFactorGetsNoFurtherByMail() {
    people.create("boss-by-mail");
    people.makeAdministrator("boss-by-mail");
    try (Visitor visitor = visitor()) {
      followMail(visitor, "boss-by-mail");
      setPassword(visitor.page());
      visitor.page().waitForSelector("[data-page-id=login-info]");
      visitor.open();
      visitor.signIn("boss-by-mail", NEW_PASSWORD);
      visitor.page().waitForSelector("#kc-totp-settings");
      assertThat(people.sessions("boss-by-mail")).isZero();
    }
  }

  @Test
  void theLinkWorksOnce() {
    people.create("twice");
    String link;
    try (Visitor visitor = visitor()) {
      ask(visitor, "twice");
      link = inbox.link();
      visitor.page().navigate(link);
      setPassword(visitor.page());
      visitor.page().waitForSelector("[data-page-id=login-info]");
    }
    try (Visitor thief = visitor()) {
      thief.page().navigate(link);
      thief.page().waitForSelector("#kc-page-title");
      assertThat(thief.page().locator("#password-new").count()).isZero();
    }
  }

  /** L3: the page says the same of everybody, and only those who are there get a mail. */
  @Test
  void thePageDoesNotTellWhoIsThere() {
    people.create("present");
    String present;
    String absent;
    try (Visitor visitor = visitor()) {
      ask(visitor, "present");
      present = visitor.page().locator(".pf-v5-c-login__main").innerText();
      inbox.link();
    }
    try (Visitor visitor = visitor()) {
      ask(visitor, "nobody-of-that-name");
      absent = visitor.page().locator(".pf-v5-c-login__main").innerText();
    }
    assertThat(absent).isEqualTo(present);
    assertThat(inbox.links()).isZero();
  }

  /** What another device has ends with the change: session, refresh token, access token. */
  @Test
  void aNewPasswordEndsTheSessionsOfOtherDevices() {
    people.create("mobile");
    try (Visitor phone = visitor();
        Visitor desk = visitor();
        RedisClient redis = RedisClient.create(TestStack.get().redis().url())) {
      phone.open();
      phone.signIn("mobile");
      Response tokens = phone.tokens();
      phone.open();
      phone.tokens();
      assertThat(people.sessions("mobile")).isOne();

      desk.open("&kc_action=UPDATE_PASSWORD");
      desk.signIn("mobile");
      desk.page().waitForSelector("#password-new");
      assertThat(desk.page().locator("#bw-other-sessions").innerText()).isNotBlank();
      setPassword(desk.page());
      desk.tokens();

      phone.open();
      assertThat(phone.isAskedForPassword()).as("its cookie").isTrue();
      application.refresh(tokens.text("refresh_token")).expect(400);
      String access = tokens.text("access_token");
      assertThat(realm.isActive(access)).isFalse();
      String key = "revoked:" + Realm.claims(access).get("jti").asText();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(redis.get(key)).isEqualTo("1"));
      desk.open();
      desk.tokens();
    }
  }
}
