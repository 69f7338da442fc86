package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * K3, ASVS 6.3.8: whoever registers with somebody else's address gets neither a session nor a key
 * before the owner of the address has confirmed it.
 */
@SharedRealm
class UnprovenAddressIT {

  private static Application application;
  private static Inbox inbox;

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);

  @BeforeAll
  static void start() {
    inbox = new Inbox(TestStack.get().admin());
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void close() {
    if (application != null) {
      application.close();
    }
    if (inbox != null) {
      inbox.close();
    }
  }

  @Test
  void aNewUserGetsInWithTheMailOnly() {
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = register(browser, "newcomer");
    assertThat(page.parameters()).as("no code before the mail").doesNotContainKey("code");
    assertThat(sessions("newcomer")).isZero();
    assertThat(realm.login("newcomer", Realm.PASSWORD, "openid").status()).isEqualTo(400);

    // Keycloak takes the password after the proof only, so nobody else knows it.
    page = browser.open(inbox.link());
    page =
        browser.submit(
            page, Map.of("password-new", Realm.PASSWORD, "password-confirm", Realm.PASSWORD));
    assertThat(page.parameters()).containsKey("code");
    application.redeem(page.parameter("code")).expect(200);
    assertThat(
            admin
                .get("/realms/app/users/" + admin.userId("newcomer"))
                .expect(200)
                .json()
                .get("emailVerified")
                .asBoolean())
        .isTrue();
  }

  @Test
  void noKeyIsMadeOrWidenedBeforeTheAddressIsProven() {
    KeyPages.createUser(admin, "unproven");
    String token = keys.token("unproven");
    JsonNode key = keys.create(token, Keys.body("earlier", null, "tasks:read")).expect(201).json();
    String path = "/" + key.get("id").asText();
    proven("unproven", false);

    Response refused = keys.create(token, Keys.body("no", null)).expect(403);
    assertThat(refused.text("error")).isEqualTo("email_not_verified");
    keys.send("POST", path + "/rotate", token, "{}").expect(403);
    keys.send("PATCH", path, token, Json.object("scopes", List.of("tasks:write"))).expect(403);
    keys.send("PATCH", path, token, Json.object("expiresAt", null)).expect(403);
    keys.send("PATCH", path, token, Json.object("name", "renamed", "active", false)).expect(200);
    keys.send("PATCH", path, token, Json.object("active", true)).expect(403);
    assertThat(keys.send("GET", "", token, null).expect(200).json()).hasSize(1);
    keys.send("DELETE", path, token, null).expect(204);

    proven("unproven", true);
    keys.create(token, Keys.body("yes", null)).expect(201);
  }

  /** Where the realm does not ask for it, and for users without an address. */
  @Test
  void whereNobodyAsksForProofKeysAreMade() {
    KeyPages.createUser(admin, "unasked");
    String token = keys.token("unasked");
    proven("unasked", false);
    keys.create(token, Keys.body("no", null)).expect(403);
    admin.put("/realms/app", Json.object("verifyEmail", false)).expect(204);
    try {
      keys.create(token, Keys.body("yes", null)).expect(201);
    } finally {
      admin.put("/realms/app", Json.object("verifyEmail", true)).expect(204);
    }
    admin.put("/realms/app/users/" + admin.userId("unasked"), Json.object("email", "")).expect(204);
    keys.create(token, Keys.body("without an address", null)).expect(201);
  }

  /** In a session from before: the mail comes first, and the page itself refuses too. */
  @Test
  void thePageComesAfterTheProof() {
    KeyPages.createUser(admin, "page-unproven");
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page =
        browser.submit(
            browser.open(application.login("openid")),
            Map.of("username", "page-unproven", "password", Realm.PASSWORD));
    assertThat(page.parameters()).containsKey("code");
    FormBrowser.Page form =
        browser.open(application.login("openid") + "&kc_action=" + KeyPages.ACTION);
    assertThat(form.response().body()).contains("kc-create-api-key-form");
    proven("page-unproven", false);
    page =
        browser.submit(
            form, Map.of("name", "from an open page", "scope", "tasks:read", "never", "on"));
    assertThat(page.response().body())
        .contains("Confirm your email address first")
        .doesNotContain("id=\"api-key\"");
    assertThat(apiKeys("page-unproven")).isZero();

    page = browser.open(application.login("openid") + "&kc_action=" + KeyPages.ACTION);
    assertThat(page.response().body()).doesNotContain("kc-create-api-key-form");
    page = browser.open(inbox.link());
    assertThat(page.response().body()).contains("kc-create-api-key-form");
  }

  /**
   * The "trojan identifier" of account pre-hijacking: a user with a proven address and a way in
   * that a new password does not end takes over somebody else's address, and waits for the owner.
   */
  @Test
  void anAddressIsTheUsersOnlyWhenItIsProven() {
    KeyPages.createUser(admin, "mover");
    AccountApi account = AccountApi.of(realm, admin);
    String profile =
        """
        {"username": "mover", "email": "victim@example.org", "firstName": "Test",
         "lastName": "User"}
        """;
    account.update(account.token("mover"), profile);
    assertThat(user("mover").get("email").asText()).isEqualTo("mover@example.org");
    assertThat(user("mover").get("emailVerified").asBoolean()).isTrue();

    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = logIn(browser, "mover", "&kc_action=UPDATE_EMAIL");
    browser.submit(page, Map.of("email", "mover-new@example.org"));
    assertThat(user("mover").get("email").asText())
        .as("before the proof")
        .isEqualTo("mover@example.org");
    inbox.await("mover-new@", 1);
    assertThat(inbox.to("mover@")).isEmpty();
    browser.open(inbox.link());
    assertThat(user("mover").get("email").asText()).isEqualTo("mover-new@example.org");
    assertThat(user("mover").get("emailVerified").asBoolean()).isTrue();
  }

  /** A login that succeeds gives its slot back, so the windows do not bound what it sends. */
  @Test
  void manyLoginsBeforeTheProofSendOneMail() {
    KeyPages.createUser(admin, "flooder");
    proven("flooder", false);
    for (int i = 0; i < 6; i++) {
      FormBrowser.Page page = logIn(new FormBrowser(stack.url()), "flooder", "");
      assertThat(page.response().status()).isEqualTo(200);
      assertThat(page.parameters()).doesNotContainKey("code");
    }
    assertThat(inbox.to("flooder@")).hasSize(1);
    inbox.link();
  }

  private FormBrowser.Page logIn(FormBrowser browser, String name, String more) {
    return browser.submit(
        browser.open(application.login("openid") + more),
        Map.of("username", name, "password", Realm.PASSWORD));
  }

  private JsonNode user(String name) {
    return admin.get("/realms/app/users/" + admin.userId(name)).expect(200).json();
  }

  private FormBrowser.Page register(FormBrowser browser, String name) {
    FormBrowser.Page form =
        browser.open(application.login("openid").replace("/auth?", "/registrations?"));
    return browser.submit(
        form,
        Map.of(
            "username",
            name,
            "email",
            name + "@example.org",
            "firstName",
            "New",
            "lastName",
            "Comer"));
  }

  private void proven(String name, boolean verified) {
    admin
        .put(
            "/realms/app/users/" + admin.userId(name),
            Json.object("emailVerified", verified, "requiredActions", List.of()))
        .expect(204);
  }

  private long apiKeys(String name) {
    long count = 0;
    for (JsonNode credential :
        admin.get("/realms/app/users/" + admin.userId(name) + "/credentials").expect(200).json()) {
      count += "api-key".equals(credential.get("type").asText()) ? 1 : 0;
    }
    return count;
  }

  private int sessions(String name) {
    return admin
        .get("/realms/app/users/" + admin.userId(name) + "/sessions")
        .expect(200)
        .json()
        .size();
  }
}
