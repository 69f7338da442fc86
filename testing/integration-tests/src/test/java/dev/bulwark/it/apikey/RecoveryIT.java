package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** K3, K6: who takes an account back can end the API keys that somebody else may have made. */
@SharedRealm
class RecoveryIT {

  private static final String NEW_PASSWORD = "a-new-dev-battery";
  private static final String BOX = "name=\"revoke-api-keys\"";

  private static Application application;
  private static Inbox inbox;

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Keys keys = new Keys(stack.realm());

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
  void aResetByMailOffersToRevokeTheKeysAndDoesSo() {
    KeyPages.createUser(admin, "recovered");
    JsonNode one = keys.made("recovered", "one", "tasks:read");
    JsonNode two = keys.made("recovered", "two");
    JsonNode others = keys.made("bob", "not hers", "tasks:read");
    String token = keys.exchange(one.get("key").asText(), null).expect(200).text("access_token");

    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = followMail(browser, "recovered");
    assertThat(box(page)).as("ticked after a reset by mail").contains("checked");
    page = browser.submit(page, passwords("mistyped", "on"));
    assertThat(box(page)).as("ticked still after an error").contains("checked");
    assertThat(keys.isGood(one.get("key").asText())).as("nothing is done by an error").isTrue();
    browser.submit(page, passwords(NEW_PASSWORD, "on"));

    assertThat(keys.isGood(one.get("key").asText())).isFalse();
    assertThat(keys.isGood(two.get("key").asText())).isFalse();
    assertThat(keys.isGood(others.get("key").asText())).isTrue();
    assertThat(stack.realm().isActive(token)).as("a token of a key").isFalse();
    assertThat(revocations("recovered"))
        .containsExactlyInAnyOrder(one.get("id").asText(), two.get("id").asText());
    stack.realm().login("recovered", NEW_PASSWORD, "openid").expect(200);
  }

  @Test
  void whoUnticksTheBoxKeepsTheKeys() {
    KeyPages.createUser(admin, "kept");
    JsonNode key = keys.made("kept", "one");
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = followMail(browser, "kept");
    browser.submit(page, passwords(NEW_PASSWORD, null));
    assertThat(keys.isGood(key.get("key").asText())).isTrue();
    stack.realm().login("kept", NEW_PASSWORD, "openid").expect(200);
  }

  /** A change of the password in a session offers it too, and leaves the choice to the user. */
  @Test
  void anOrdinaryChangeOffersItUnticked() {
    KeyPages.createUser(admin, "changed");
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = change(browser, "changed");
    assertThat(page.response().body()).as("without keys nothing is offered").doesNotContain(BOX);

    JsonNode key = keys.made("changed", "one");
    browser = new FormBrowser(stack.url());
    page = change(browser, "changed");
    assertThat(box(page)).doesNotContain("checked");
    page = browser.submit(page, passwords(NEW_PASSWORD, "on"));
    assertThat(page.parameters()).containsKey("code");
    assertThat(keys.isGood(key.get("key").asText())).isFalse();
  }

  /** For an application's own "log out everywhere". */
  @Test
  void oneCallRevokesAllKeysOfTheOwner() {
    JsonNode one = keys.made("alice", "one");
    JsonNode two = keys.made("alice", "two");
    JsonNode others = keys.made("bob", "three");
    String token = keys.token("alice");
    keys.send("DELETE", "", token, null).expect(204);
    assertThat(keys.send("GET", "", token, null).expect(200).json()).isEmpty();
    assertThat(keys.isGood(one.get("key").asText())).isFalse();
    assertThat(keys.isGood(two.get("key").asText())).isFalse();
    assertThat(keys.isGood(others.get("key").asText())).isTrue();
    assertThat(revocations("alice")).contains(one.get("id").asText(), two.get("id").asText());
    keys.send("DELETE", "", token, null).expect(204);
  }

  /** Keycloak's own button, whose page takes no addition: docs/security.md tells what to do. */
  @Test
  void signingOutOfAllDevicesInTheAccountConsoleLeavesTheKeys() {
    KeyPages.createUser(admin, "everywhere");
    JsonNode key = keys.made("everywhere", "one");
    AccountApi account = AccountApi.of(stack.realm(), admin);
    String token = account.token("everywhere");
    account.signOutEverywhere(token).expect(204);
    assertThat(stack.realm().isActive(token)).isFalse();
    assertThat(keys.isGood(key.get("key").asText())).isTrue();
  }

  private FormBrowser.Page followMail(FormBrowser browser, String name) {
    FormBrowser.Page login = browser.open(application.login("openid"));
    FormBrowser.Page form =
        browser.open(stack.url().resolve(login.link("reset-credentials")).toString());
    browser.submit(form, Map.of("username", name));
    FormBrowser.Page page = browser.open(inbox.link());
    assertThat(page.response().body()).contains("password-new");
    return page;
  }

  private FormBrowser.Page change(FormBrowser browser, String name) {
    FormBrowser.Page login =
        browser.open(application.login("openid") + "&kc_action=UPDATE_PASSWORD");
    FormBrowser.Page page =
        browser.submit(login, Map.of("username", name, "password", Realm.PASSWORD));
    assertThat(page.response().body()).contains("password-new");
    return page;
  }

  private static Map<String, String> passwords(String confirmed, @Nullable String revoke) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("password-new", NEW_PASSWORD);
    form.put("password-confirm", confirmed);
    if (revoke != null) {
      form.put("revoke-api-keys", revoke);
    }
    return form;
  }

  /** The tag of the tick box. */
  private static String box(FormBrowser.Page page) {
    String body = page.response().body();
    int at = body.indexOf(BOX);
    assertThat(at).as(body).isPositive();
    return body.substring(body.lastIndexOf('<', at), body.indexOf('>', at));
  }

  /** Ids of the keys whose revocation is among the events. */
  private Set<String> revocations(String user) {
    Set<String> ids = new TreeSet<>();
    for (JsonNode event :
        admin
            .get("/realms/app/events?type=REMOVE_CREDENTIAL&max=100&user=" + admin.userId(user))
            .expect(200)
            .json()) {
      ids.add(event.get("details").get("credential_id").asText());
    }
    return ids;
  }
}
