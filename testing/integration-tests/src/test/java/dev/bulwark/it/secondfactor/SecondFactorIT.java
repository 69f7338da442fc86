package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Totp;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** T1–T3 in a browser: set-up, login with code and backup code, and who must have them. */
@SharedRealm
class SecondFactorIT {

  private static final String SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

  private static Chromium chromium;
  private static Application application;

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();
  private final People people = new People(admin);

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
    if (application != null) {
      application.close();
    }
  }

  private static Visitor visitor() {
    return new Visitor(chromium, application);
  }

  /** T3, then T1 and T2: from an administrator without anything to his second login. */
  @Test
  void anAdministratorSetsUpAppAndBackupCodesBeforeHeGetsIn() {
    people.create("boss");
    people.makeAdministrator("boss");
    Authenticator app;
    List<String> codes;
    try (Visitor visitor = visitor()) {
      visitor.open();
      visitor.signIn("boss");
      visitor.page().waitForSelector("#kc-totp-settings");
      Visitor.SetUp setUp = visitor.readSetUp();
      assertThat(URLDecoder.decode(setUp.qr(), StandardCharsets.UTF_8))
          .startsWith("otpauth://totp/Bulwark:boss?")
          .contains("secret=" + setUp.key(), "issuer=Bulwark", "digits=6", "period=30")
          .contains("algorithm=SHA1");
      assertThat(setUp.text()).contains("Time-based", "SHA1", "6", "30");
      assertThat(setUp.key()).matches("[A-Z2-7]{32}");

      // Neither another way in nor a wrong code gets past it, and neither counts as a set-up.
      visitor.open();
      assertThat(visitor.isAskedForPassword()).isTrue();
      visitor.signIn("boss");
      visitor.page().waitForSelector("#kc-totp-settings");
      assertThat(people.sessions("boss")).isZero();
      setUp = visitor.readSetUp();
      app = new Authenticator(setUp.key());
      visitor.confirmSetUp(Totp.at(setUp.key(), Totp.step() + 1_000));
      visitor.page().waitForSelector("#input-error-otp-code");
      assertThat(people.credentials("boss")).containsExactly("password");

      String code = app.code();
      visitor.confirmSetUp(code);
      codes = visitor.takeBackupCodes();
      assertThat(codes).hasSize(12).doesNotHaveDuplicates();
      Response tokens = visitor.tokens();
      assertThat(Realm.claims(tokens.text("access_token")).get("scope").asText()).contains("admin");
      assertThat(people.credentials("boss"))
          .containsExactlyInAnyOrder("password", "otp", "recovery-authn-codes");
    }
    try (Visitor visitor = visitor()) {
      visitor.open();
      visitor.signIn("boss");
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.enterCode(app.code());
      visitor.tokens();
    }
    // Shown once: nothing tells the codes again.
    String stored =
        admin.get("/realms/app/users/" + admin.userId("boss") + "/credentials").expect(200).body();
    for (String code : codes) {
      assertThat(stored).doesNotContain(code, code.replace("-", ""));
    }
  }

  @Test
  void whoHasNoSecondFactorAndIsNoAdministratorIsNotAsked() {
    people.create("plain");
    try (Visitor visitor = visitor()) {
      visitor.open();
      visitor.signIn("plain");
      assertThat(Realm.claims(visitor.tokens().text("access_token")).get("scope").asText())
          .doesNotContain("admin");
    }
  }

  /** T1: a code works once, and a wrong one not at all. */
  @Test
  void aCodeWorksOnce() {
    people.createWithAuthenticator("once", SECRET);
    Authenticator app = new Authenticator(SECRET);
    String code = app.code();
    try (Visitor first = visitor();
        Visitor second = visitor()) {
      first.open();
      first.signIn("once");
      first.page().waitForSelector("#kc-otp-login-form");
      assertThat(first.isAtApplication()).isFalse();
      first.enterCode(Totp.at(SECRET, Totp.step() + 1_000));
      first.page().waitForSelector("#input-error-otp");
      first.enterCode(code);
      first.tokens();

      second.open();
      second.signIn("once");
      second.page().waitForSelector("#kc-otp-login-form");
      second.enterCode(code);
      second.page().waitForSelector("#input-error-otp");
      assertThat(second.isAtApplication()).isFalse();
      second.enterCode(app.code());
      second.tokens();
    }
  }

  /** T2: each backup code works once, in its order; new ones replace the old. */
  @Test
  void backupCodesWorkOnceAndCanBeRenewed() {
    people.createWithAuthenticator("careful", SECRET);
    Authenticator app = new Authenticator(SECRET);
    List<String> old = renew("careful", app);
    try (Visitor visitor = visitor()) {
      visitor.open();
      visitor.signIn("careful");
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.chooseBackupCodes();
      assertThat(visitor.numberOfBackupCode()).isEqualTo(1);
      visitor.enterBackupCode("AAAA-BBBB-CCCC");
      visitor.page().waitForSelector("#input-error-recoveryCodeInput");
      visitor.enterBackupCode(old.get(0));
      visitor.tokens();
    }
    try (Visitor visitor = visitor()) {
      visitor.open();
      visitor.signIn("careful");
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.chooseBackupCodes();
      assertThat(visitor.numberOfBackupCode()).isEqualTo(2);
      visitor.enterBackupCode(old.get(0));
      visitor.page().waitForSelector("#input-error-recoveryCodeInput");
      visitor.enterBackupCode(old.get(1));
      visitor.tokens();
    }
    List<String> fresh = renew("careful", app);
    assertThat(fresh).doesNotContainAnyElementsOf(old);
    try (Visitor visitor = visitor()) {
      visitor.open();
      visitor.signIn("careful");
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.chooseBackupCodes();
      assertThat(visitor.numberOfBackupCode()).isEqualTo(1);
      visitor.enterBackupCode(old.get(2));
      visitor.page().waitForSelector("#input-error-recoveryCodeInput");
      visitor.enterBackupCode(fresh.get(0));
      visitor.tokens();
    }
  }

  /** Logs in with the app and makes new backup codes, as the account console has it. */
  private static List<String> renew(String name, Authenticator app) {
    try (Visitor visitor = visitor()) {
      visitor.open("&kc_action=CONFIGURE_RECOVERY_AUTHN_CODES");
      visitor.signIn(name);
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.enterCode(app.code());
      List<String> codes = visitor.takeBackupCodes();
      visitor.page().waitForURL(application.url() + "/**");
      return codes;
    }
  }

  /** A second device, and a password alone is no way to one. */
  @Test
  void anotherAppNeedsTheFirst() {
    people.createWithAuthenticator("two", SECRET);
    try (Visitor thief = visitor()) {
      thief.open("&kc_action=CONFIGURE_TOTP");
      thief.signIn("two");
      thief.page().waitForSelector("#kc-otp-login-form");
      assertThat(thief.isAskedToSetUp()).isFalse();
    }
    try (Visitor visitor = visitor()) {
      visitor.open("&kc_action=CONFIGURE_TOTP");
      visitor.signIn("two");
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.enterCode(new Authenticator(SECRET).code());
      visitor.page().waitForSelector("#kc-totp-settings");
      Visitor.SetUp setUp = visitor.readSetUp();
      assertThat(setUp.key()).isNotEqualTo(SECRET);
      visitor.confirmSetUp(new Authenticator(setUp.key()).code());
      visitor.takeBackupCodes();
      visitor.page().waitForURL(application.url() + "/**");
      assertThat(people.credentials("two"))
          .containsExactlyInAnyOrder("password", "otp", "otp", "recovery-authn-codes");
    }
  }

  /** T3 in the password grant of the shipped realm, which the development realm leaves out. */
  @Test
  void thePasswordGrantOfAnAdministratorNeedsACodeToo() {
    admin.put("/realms/app", Json.object("directGrantFlow", "direct grant")).expect(204);
    try {
      people.create("grant-plain");
      realm.login("grant-plain", Realm.PASSWORD, "openid").expect(200);

      people.create("grant-boss");
      people.makeAdministrator("grant-boss");
      Response refused = realm.login("grant-boss", Realm.PASSWORD, "openid admin");
      assertThat(refused.expect(400).text("error_description"))
          .isEqualTo("Account is not fully set up");

      people.createWithAuthenticator("grant-app", SECRET);
      people.makeAdministrator("grant-app");
      realm.login("grant-app", Realm.PASSWORD, "openid admin").expect(400);
      Grants grants = new Grants(realm);
      grants.login("grant-app", "000000").expect(400);
      grants.login("grant-app", new Authenticator(SECRET).code()).expect(200);
      assertThat(people.sessions("grant-boss")).isZero();
    } finally {
      admin
          .put("/realms/app", Json.object("directGrantFlow", "direct grant for development"))
          .expect(204);
    }
  }

  /** T1: one step of tolerance each way, no more; and Keycloak and oathtool agree. */
  @Test
  void oneStepEachWayIsTolerated() {
    Grants grants = new Grants(realm);
    for (int offset : new int[] {-2, -1, 0, 1, 2}) {
      String name = "step" + offset;
      people.createWithAuthenticator(name, SECRET);
      // Far enough from the end of a step that it is still the same when the server looks.
      await()
          .atMost(Duration.ofSeconds(40))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> Totp.secondsLeft() > 10);
      String code = Totp.at(SECRET, Totp.step() + offset);
      assertThat(grants.login(name, code).status())
          .as("code of step %d", offset)
          .isEqualTo(Math.abs(offset) <= 1 ? 200 : 400);
      assertThat(grants.login(name, code).status()).as("the same code again").isEqualTo(400);
    }
  }

  @Test
  void oathtoolsCodesAreTaken() {
    people.createWithAuthenticator("oath", SECRET);
    await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> Totp.secondsLeft() > 10);
    String code = OathTool.now(SECRET);
    assertThat(code).isEqualTo(Totp.now(SECRET));
    new Grants(realm).login("oath", code).expect(200);
  }
}
