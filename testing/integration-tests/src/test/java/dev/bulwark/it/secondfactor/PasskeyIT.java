package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import dev.bulwark.it.apikey.AccountApi;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import dev.bulwark.server.RealmFile;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.RedisClient;

/**
 * T4: passkeys, switched on by their variable, with Chromium's virtual authenticator. At {@code
 * localhost}, since a passkey is for a host name and never for an address.
 */
@SharedRealm
class PasskeyIT {

  private static final String SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  private static final String TYPE = "webauthn-passwordless";
  private static final int RP_ID_HASH_BYTES = 32;
  private static final int USER_PRESENT = 1;
  private static final int USER_VERIFIED = 4;

  private static Chromium chromium;
  private static Application application;
  private static RedisClient redis;
  private static int looks;

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Realm realm = realm();
  private final People people = new People(admin);

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
    AdminApi admin = TestStack.get().admin();
    Map<String, String> variables = new HashMap<>(RealmFile.developmentEnvironment());
    variables.put("PASSKEYS_ENABLED", "true");
    admin.delete("/realms/app").expect(204);
    admin.makeRealm(RealmFile.development().resolve(variables).json());
    application = new Application(realm(), admin);
    redis = RedisClient.create(TestStack.get().redis().url());
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
    if (application != null) {
      application.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  private static Realm realm() {
    return new Realm(URI.create("http://localhost:" + TestStack.get().url().getPort()), "app");
  }

  /** An administrator from password and code to a passkey, and back. */
  @Test
  void aPasskeyIsBothFactorsAndItsRemovalEndsNoToken() {
    people.createWithAuthenticator("petra", SECRET);
    people.makeAdministrator("petra");
    Authenticator app = new Authenticator(SECRET);
    List<Response> tokens = new ArrayList<>();
    try (Visitor visitor = new Visitor(chromium, application)) {
      VirtualAuthenticator passkeys = visitor.plugIn();
      visitor.open();
      visitor.signIn("petra");
      visitor.page().waitForSelector("#kc-otp-login-form");
      visitor.enterCode(app.code());
      visitor.page().waitForSelector("#kc-passkey-invitation-form");
      visitor.page().click("#passkey-create");
      visitor.createPasskey();
      tokens.add(visitor.tokens());
      assertThat(people.credentials("petra")).containsExactlyInAnyOrder("password", "otp", TYPE);

      visitor.openAndUse(passkeys);
      tokens.add(visitor.tokens());
      assertThat(Realm.claims(tokens.get(1).text("access_token")).get("scope").asText())
          .contains("admin");

      // The password alone is no way past the code.
      try (Visitor thief = new Visitor(chromium, application)) {
        thief.open();
        thief.signIn("petra");
        thief.page().waitForSelector("#kc-otp-login-form");
        assertThat(thief.isAtApplication()).isFalse();
      }

      visitor.open("&kc_action=delete_credential:" + credentialId("petra"));
      visitor.page().click("#kc-accept");
      visitor.page().waitForURL(application.url() + "/**");
      assertThat(people.credentials("petra")).containsExactlyInAnyOrder("password", "otp");
      assertAlive(tokens);

      visitor.openAndUse(passkeys);
      visitor.page().waitForSelector(".pf-v5-c-alert");
      assertThat(visitor.isAtApplication()).as("with the passkey that is gone").isFalse();
      assertThat(people.sessions("petra")).isEqualTo(tokens.size());
    }
  }

  /**
   * A passkey whose user was not verified is something one has, and no second factor: a thief of
   * the device, or of a key without a PIN, is not let in, whatever the script of the page asks for.
   */
  @Test
  void aPasskeyWithoutUserVerificationIsRefused() {
    people.create("ursula");
    try (Visitor visitor = new Visitor(chromium, application)) {
      VirtualAuthenticator passkeys = visitor.plugIn();
      visitor.open("&kc_action=webauthn-register-passwordless");
      visitor.signIn("ursula");
      visitor.createPasskey();
      visitor.tokens();
      visitor.openAndUse(passkeys);
      visitor.tokens();
      int sessions = people.sessions("ursula");

      passkeys.isUserVerified(false);
      visitor.askForNoVerification();
      Request stolen = visitor.openAndUse(passkeys);
      assertThat(flags(stolen) & USER_PRESENT).isNotZero();
      assertThat(flags(stolen) & USER_VERIFIED).as("as the thief sends it").isZero();
      visitor.page().waitForSelector(".pf-v5-c-alert");
      assertThat(visitor.isAtApplication()).isFalse();
      assertThat(people.sessions("ursula")).isEqualTo(sessions);
    }
  }

  @Test
  void aPasskeyThatCannotVerifyItsUserIsNotRegistered() {
    people.create("urs");
    try (Visitor visitor = new Visitor(chromium, application)) {
      visitor.plugInWithoutVerification();
      visitor.askForNoVerification();
      visitor.open("&kc_action=webauthn-register-passwordless");
      visitor.signIn("urs");
      visitor.page().waitForSelector("#registerWebAuthn");
      Request sent =
          visitor
              .page()
              .waitForRequest(
                  request ->
                      request.method().equals("POST")
                          && request.postData().contains("attestationObject"),
                  () -> visitor.page().click("#registerWebAuthn"));
      assertThat(field(sent, "attestationObject")).isNotEmpty();
      visitor.page().waitForSelector("#kc-error-message, .pf-v5-c-alert, #kc-form-webauthn");
      assertThat(people.credentials("urs")).containsExactly("password");
    }
  }

  @Test
  void everyPageInOneLook() {
    everyPage(Look.PHONE_DARK);
  }

  @Tag("full")
  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void everyPageInEveryLook(Look look) {
    everyPage(look);
  }

  private void everyPage(Look look) {
    String name = "passkey-look-" + ++looks;
    people.create(name);
    try (Visitor visitor = new Visitor(chromium, application, look.options())) {
      Page page = visitor.page();
      VirtualAuthenticator passkeys = visitor.plugIn();
      visitor.open();
      page.waitForSelector("#authenticateWebAuthnButton");
      Inspection.inspectStrictly(page, look, "login-passkey");
      visitor.signIn(name);
      page.waitForSelector("#kc-passkey-invitation-form");
      Inspection.inspectStrictly(page, look, "passkey-invitation");
      page.click("#passkey-create");
      page.waitForSelector("#registerWebAuthn");
      Inspection.inspectStrictly(page, look, "passkey-create");
      visitor.createPasskey();
      page.waitForURL(application.url() + "/**");
      passkeys.isUserVerified(false);
      visitor.askForNoVerification();
      visitor.openAndUse(passkeys);
      page.waitForSelector(".pf-v5-c-alert");
      Inspection.inspectStrictly(page, look, "login-passkey-error");
    }
  }

  /** The byte behind the hash of the host name (WebAuthn, 6.1). */
  private static int flags(Request request) {
    return Base64.getUrlDecoder().decode(field(request, "authenticatorData"))[RP_ID_HASH_BYTES];
  }

  private static String field(Request request, String name) {
    for (String pair : request.postData().split("&")) {
      if (pair.startsWith(name + "=")) {
        return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
      }
    }
    throw new AssertionError("no " + name + " in " + request.postData());
  }

  @Test
  void anAdministratorRemovesAPasskeyAndItsUserStaysLoggedIn() {
    people.create("otto");
    try (Visitor visitor = new Visitor(chromium, application)) {
      VirtualAuthenticator passkeys = visitor.plugIn();
      visitor.open("&kc_action=webauthn-register-passwordless");
      visitor.signIn("otto");
      visitor.createPasskey();
      visitor.page().waitForURL(application.url() + "/**");
      visitor.openAndUse(passkeys);
      List<Response> tokens = List.of(visitor.tokens());
      admin
          .delete(
              "/realms/app/users/" + admin.userId("otto") + "/credentials/" + credentialId("otto"))
          .expect(204);
      assertThat(people.credentials("otto")).containsExactly("password");
      assertAlive(tokens);
    }
  }

  @Test
  void aUserWhoDeclinesIsNotAskedAgainAndThePasswordGrantNever() {
    people.create("dora");
    realm.login("dora", Realm.PASSWORD, "openid").expect(200);
    for (boolean asked : new boolean[] {true, false}) {
      try (Visitor visitor = new Visitor(chromium, application)) {
        visitor.open();
        visitor.signIn("dora");
        if (asked) {
          visitor.page().waitForSelector("#kc-passkey-invitation-form");
          assertThat(visitor.page().innerText("body")).contains("Sign in without a password");
          visitor.page().click("#passkey-decline");
        }
        visitor.tokens();
      }
    }
    assertThat(people.credentials("dora")).containsExactly("password");
  }

  /** What the account console shows under "Signing in". */
  @Test
  void theAccountPageOffersThem() {
    AccountApi account = AccountApi.of(realm, admin);
    assertThat(offered(account)).isEqualTo("webauthn-register-passwordless");
    switchPasskeys(false);
    try {
      assertThat(offered(account)).as("switched off, as shipped").isEmpty();
    } finally {
      switchPasskeys(true);
    }
  }

  /** Keycloak reads the policy only if it has a name. */
  private void switchPasskeys(boolean on) {
    String policy =
        Json.object(
            "webAuthnPolicyPasswordlessRpEntityName",
            "Bulwark",
            "webAuthnPolicyPasswordlessPasskeysEnabled",
            on);
    admin.put("/realms/app", policy).expect(204);
  }

  private String offered(AccountApi account) {
    for (JsonNode type :
        Http.get(
                realm.url() + "/account/credentials",
                "Authorization",
                "Bearer " + account.token("alice"),
                "Accept",
                "application/json")
            .expect(200)
            .json()) {
      if (type.get("type").asText().equals(TYPE)) {
        assertThat(type.get("removeable").asBoolean()).isTrue();
        return type.path("createAction").asText();
      }
    }
    return "";
  }

  private String credentialId(String user) {
    for (JsonNode credential :
        admin.get("/realms/app/users/" + admin.userId(user) + "/credentials").expect(200).json()) {
      if (credential.get("type").asText().equals(TYPE)) {
        return credential.get("id").asText();
      }
    }
    throw new AssertionError(user + " has no passkey");
  }

  /** Keycloak itself, Redis and the next refresh agree that they live. */
  private void assertAlive(List<Response> tokens) {
    for (Response token : tokens) {
      String access = token.text("access_token");
      assertThat(realm.isActive(access)).isTrue();
      assertThat(redis.exists("revoked:" + Realm.claims(access).get("jti").asText())).isFalse();
      application.refresh(token.text("refresh_token")).expect(200);
    }
  }
}
