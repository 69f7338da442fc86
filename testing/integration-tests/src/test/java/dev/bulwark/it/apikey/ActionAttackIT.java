package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.ThemedPages;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K2, K3: what a browser would never send to the page that makes a key. */
@SharedRealm
@Tag("slow")
class ActionAttackIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final Pattern KEY = Pattern.compile("[a-z]+_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}");

  private static final String GOOD = "&scope=tasks%3Aread&never=on";

  private static int users;

  private final AdminApi admin = STACK.admin();
  private final Keys keys = new Keys(REALM);

  /** An open form: where it is sent to, and the cookies of its browser. */
  private record Form(String user, String action, String cookies) {

    Response send(String body) {
      return Http.send(
          Http.request(action)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .header("Cookie", cookies)
              .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)));
    }
  }

  private Form open() {
    String user = "attacker-" + ++users;
    KeyPages.createUser(admin, user);
    FormBrowser browser = new FormBrowser(STACK.url());
    String action = page(browser, user).form();
    assertThat(action).contains("required-action").contains(KeyPages.ACTION);
    return new Form(user, action, browser.cookieHeader(action));
  }

  /** Where the user is after a login that asks for the action. */
  private static FormBrowser.Page page(FormBrowser browser, String user) {
    FormBrowser.Page login = browser.open(ThemedPages.actionUrl(REALM, KeyPages.ACTION));
    return browser.submit(login, Map.of("username", user, "password", Realm.PASSWORD));
  }

  private int made(Form form) {
    return keys.send("GET", "", keys.token(form.user()), null).expect(200).json().size();
  }

  private void assertNothingMade(Form form, Response response) {
    assertThat(KEY.matcher(response.body()).find()).as(response.body()).isFalse();
    assertThat(made(form)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "scope=admin",
        "scope=tasks%3Aread&scope=admin",
        "scope=offline_access",
        "scope=openid",
        "scope=roles",
        "scope=profile",
        "scope=no-such-scope",
        "scope=tasks%3Aread%20admin",
        "scope=TASKS%3AREAD",
        "scope=",
        "scope=%00",
        "scope=*",
      })
  void scopesThatTheOwnerMayNotGet(String scopes) {
    Form form = open();
    Response response = form.send("name=forged&" + scopes);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).contains("id=\"input-error-scope\"");
    assertNothingMade(form, response);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name=x&expires=2001-01-01                        | expires
          name=x&expires=2030-02-30                        | expires
          name=x&expires=2030-01-01T00%3A00%3A00Z          | expires
          name=x&expires=99999-01-01                       | expires
          name=x&expires=-1                                | expires
          name=x&expires=4102444800000                     | expires
          name=x&expires=null                              | expires
          name=x&scope=tasks%3Aread                        | expires
          name=x&never=on                                  | scope
          name=x&expires=%3Cscript%3E                      | expires
          name=&expires=                                   | name
          expires=2035-01-01                               | name
          name=%20%09                                      | name
          name=a%00b                                       | name
          name=a%0Ab                                       | name
          """)
  void fieldsThatNoFormSends(String body, String field) {
    Form form = open();
    Response response = form.send(body);
    assertThat(response.body()).contains("id=\"input-error-" + field + "\"");
    assertThat(response.body()).doesNotContain("<script>alert", "value=\"<script>");
    assertNothingMade(form, response);
  }

  @Test
  void aNameOfThousandsOfCharacters() {
    Form form = open();
    Response response = form.send("name=" + "x".repeat(20_000) + GOOD);
    assertNothingMade(form, response);
  }

  @Test
  void aDayBeyondTheRealmsLongestLife() {
    KeyPages.limits(admin, Json.object("max-life-days", "7"));
    try {
      Form form = open();
      String named = "name=x&scope=tasks%3Aread";
      assertNothingMade(form, form.send(named + "&expires=2035-01-01"));
      Form never = open();
      assertNothingMade(never, never.send("name=x" + GOOD));
      Form within = open();
      within.send(named + "&expires=" + LocalDate.now(ZoneOffset.UTC).plusDays(5)).expect(200);
      String end =
          keys.send("GET", "", keys.token(within.user()), null)
              .expect(200)
              .json()
              .get(0)
              .get("expiresAt")
              .asText();
      assertThat(java.time.Instant.parse(end))
          .isBefore(java.time.Instant.now().plus(java.time.Duration.ofDays(7)));
    } finally {
      KeyPages.limits(admin, Json.object("max-life-days", "0"));
    }
  }

  @Test
  void aFormSentOnceMore() {
    Form form = open();
    assertThat(KEY.matcher(form.send("name=first" + GOOD).expect(200).body()).find()).isTrue();
    Response again = form.send("name=second" + GOOD);
    assertThat(KEY.matcher(again.body()).find()).as(again.body()).isFalse();
    assertThat(made(form)).isOne();
  }

  @Test
  void aFormSentByManyRequestsAtOnce() throws Exception {
    Form form = open();
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Response>> requests = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        String body = "name=race" + i + GOOD;
        requests.add(() -> form.send(body));
      }
      int shown = 0;
      for (Future<Response> answer : pool.invokeAll(requests)) {
        Response response = answer.get();
        assertThat(response.status()).as(response.body()).isLessThan(500);
        shown += KEY.matcher(response.body()).find() ? 1 : 0;
      }
      assertThat(shown).isEqualTo(1);
      assertThat(made(form)).isOne();
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aFormOfAnotherSite() {
    Form form = open();
    Response withoutCookies = new Form(form.user(), form.action(), "a=b").send("name=csrf" + GOOD);
    assertThat(withoutCookies.status()).isEqualTo(400);
    assertNothingMade(form, withoutCookies);
    String guessed = form.action().replaceFirst("session_code=[^&]+", "session_code=guessed");
    assertThat(guessed).isNotEqualTo(form.action());
    Response wrongCode = new Form(form.user(), guessed, form.cookies()).send("name=csrf" + GOOD);
    assertNothingMade(form, wrongCode);
  }

  @Test
  void theFormOfSomebodyElse() {
    Form mine = open();
    Form theirs = open();
    Response response =
        new Form(mine.user(), theirs.action(), mine.cookies()).send("name=theirs" + GOOD);
    assertNothingMade(mine, response);
    assertThat(made(theirs)).isZero();
  }

  /** Of the operations that the page had before: it makes keys, and changes none. */
  @ParameterizedTest
  @ValueSource(strings = {"rotate&overlap=0", "deactivate", "rename&name=stolen", "activate"})
  void operationsThatThePageDoesNotHave(String operation) {
    Form form = open();
    JsonNode key = keys.made(form.user(), "mine", "tasks:read");
    Response response = form.send("op=" + operation + "&key=" + key.get("id").asText());
    assertThat(response.expect(200).body()).contains("id=\"input-error-scope\"");
    assertThat(KEY.matcher(response.body()).find()).isFalse();
    assertThat(made(form)).isOne();
    assertThat(keys.isGood(key.get("key").asText())).isTrue();
  }

  @Test
  void doneWithoutAKey() {
    Form form = open();
    Response response = form.send("done=");
    assertThat(response.expect(200).body()).contains("kc-create-api-key-form");
    assertNothingMade(form, response);
  }

  @Test
  void aLinkWithEverythingInIt() {
    Form form = open();
    Response response =
        Http.get(form.action() + "&name=link&scope=tasks:read", "Cookie", form.cookies());
    assertNothingMade(form, response);
  }

  @Test
  void anActionThatTheRealmHasTurnedOff() {
    String path = "/realms/app/authentication/required-actions/" + KeyPages.ACTION;
    String enabled = admin.get(path).expect(200).body();
    admin.put(path, enabled.replace("\"enabled\":true", "\"enabled\":false")).expect(204);
    try {
      assertThat(page(new FormBrowser(STACK.url()), "alice").parameter("kc_action_status"))
          .isEqualTo("error");
    } finally {
      admin.put(path, enabled).expect(204);
    }
  }
}
