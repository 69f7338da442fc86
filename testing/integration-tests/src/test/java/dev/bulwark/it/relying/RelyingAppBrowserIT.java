package dev.bulwark.it.relying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import dev.bulwark.it.gateway.Gateway;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import dev.bulwark.it.themes.ThemedPages;
import dev.bulwark.server.LocalRedis;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/** O1, S1, S2, T1, T2, K3, K5, R5, B5: people at the relying app, in a real browser. */
@Tag("full")
@SharedRealm
class RelyingAppBrowserIT {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();

  /** From the end of a login to the refusal of the page. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private static Chromium chromium;
  private static RunningApp app;

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
    app = RunningApp.get();
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  private static Person person() {
    return new Person(chromium, app);
  }

  private static void create(String name) {
    ADMIN
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": true, "firstName": "Relying", "lastName": "Person",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, Realm.PASSWORD))
        .expect(201);
  }

  @Test
  void registersAddsATaskLogsOutAndIsRefusedWithAWrongPassword() {
    try (Inbox inbox = new Inbox(ADMIN);
        Person person = person()) {
      Page page = person.page();
      page.navigate(app.at("/"));
      page.click("#register");
      page.waitForSelector("#kc-register-form");
      page.fill("#username", "newcomer");
      page.fill("#email", "newcomer@example.org");
      page.fill("#firstName", "New");
      page.fill("#lastName", "Comer");
      page.click("#kc-register-form [type=submit]");
      page.navigate(inbox.link());
      page.fill("#password-new", Realm.PASSWORD);
      page.fill("#password-confirm", Realm.PASSWORD);
      page.click("#kc-submit");
      person.awaitTasks();
      assertThat(page.locator("#name").innerText()).isEqualTo("newcomer");
      assertThat(page.locator("#none").isVisible()).isTrue();
      person.add("Water the plants");
      page.click("#tasks li button >> nth=0");
      page.waitForSelector("#tasks li.done");
      page.click("#tasks li.done form:last-child button");
      page.waitForSelector("#none");
      person.add("<b>Markup</b> & 'quotes'");
      person.logOut();

      person.goToLogin();
      person.enter("newcomer", "not the password");
      page.locator("[id^=input-error]").first().waitFor();
      page.fill("#password", Realm.PASSWORD);
      page.click("#kc-login");
      person.awaitTasks();
      assertThat(page.locator("#tasks li span").allInnerTexts())
          .containsExactly("<b>Markup</b> & 'quotes'");
    }
  }

  /** S1, S2: what the browser holds is a cookie, and that opens the pages only. */
  @Test
  void theBrowserHoldsNoTokenAndTheCookieIsNoKeyToTheApi() {
    create("cautious");
    try (Person person = person()) {
      Page page = person.page();
      page.navigate(app.at("/oauth2/authorization/keycloak"));
      Cookie before = person.session();
      person.enter("cautious", Realm.PASSWORD);
      person.awaitTasks();
      Cookie session = person.session();
      assertThat(session.value).as("fixation").isNotEqualTo(before.value);
      assertThat(session.httpOnly).isTrue();
      assertThat(session.sameSite).isEqualTo(SameSiteAttribute.LAX);
      assertThat(person.cookies())
          .extracting(cookie -> cookie.name)
          .containsExactly("TASKS_SESSION");
      assertThat(page.evaluate("() => localStorage.length + sessionStorage.length")).isEqualTo(0);
      assertThat(page.content()).doesNotContain("eyJ");
      assertThat(page.url()).doesNotContain("code=");

      String cookie = session.name + "=" + session.value;
      assertThat(Http.get(app.at("/api/tasks"), "Cookie", cookie).status()).isEqualTo(401);
      Response forged =
          Http.send(
              Http.request(app.at("/tasks"))
                  .header("Cookie", cookie)
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString("title=forged")));
      assertThat(forged.status()).as("no token against forged requests").isEqualTo(403);
      Response answer = person.tasksWith(session).expect(200);
      assertThat(answer.body()).doesNotContain("forged");
      assertThat(answer.header("Cache-Control")).contains("no-store");

      person.logOut();
      assertThat(person.tasksWith(session).status())
          .as("the cookie after the logout")
          .isEqualTo(302);
    }
  }

  /** S1: one tab logs out, the other is refused. */
  @Test
  void aLogoutInOneTabEndsTheOther() {
    create("tabs");
    try (Person person = person()) {
      person.logIn("tabs");
      Page other = person.newTab();
      other.navigate(app.at("/tasks"));
      other.waitForSelector("#logout");
      Cookie session = person.session();
      person.logOut();
      awaitRefusal(person, session);
      other.reload();
      assertThat(other.url()).startsWith(STACK.realm().url());
      other.waitForSelector("#kc-form-login");
    }
  }

  /** S1, R6: all devices signed out in the account console; the back channel ends the other. */
  @Test
  void aLogoutEverywhereEndsTheOtherDevice() {
    create("everywhere");
    try (Person phone = person();
        Person desktop = person()) {
      phone.logIn("everywhere");
      desktop.logIn("everywhere");
      Cookie session = phone.session();
      phone.tasksWith(session).expect(200);
      desktop.page().click("#devices");
      new ThemedPages(STACK.realm()).accountLoaded(desktop.page());
      desktop.page().click("button:has-text('Sign out all devices')");
      desktop.page().click("#modal-confirm");
      desktop.page().waitForSelector("#kc-form-login, #login");
      assertThat(awaitRefusal(phone, session).header("Location")).endsWith("/?ended");
      phone.page().reload();
      phone.page().waitForSelector("#kc-form-login");
      desktop.page().navigate(app.at("/tasks"));
      desktop.page().waitForSelector("#login, #kc-form-login");
    }
  }

  @Test
  void anAdministratorEndsTheSession() {
    create("ended");
    try (Person person = person();
        Person other = person()) {
      person.logIn("ended");
      other.logIn("bob");
      Cookie session = person.session();
      ADMIN.post("/realms/app/users/" + ADMIN.userId("ended") + "/logout", "").expect(204);
      assertThat(awaitRefusal(person, session).header("Location")).endsWith("/?ended");
      other.tasksWith(other.session()).expect(200);
    }
  }

  /** R5: the back channel may get lost; the check at each page does not depend on it. */
  @Test
  void withoutTheBackChannelThePageIsRefusedAllTheSame() {
    create("lost");
    String path = "/realms/app/clients/" + ADMIN.clientUuid("relying-app");
    String client = ADMIN.get(path).expect(200).body();
    try (Person person = person()) {
      ADMIN
          .put(path, client.replace("/logout/connect/back-channel/keycloak", "/nowhere"))
          .expect(204);
      person.logIn("lost");
      Cookie session = person.session();
      ADMIN.post("/realms/app/users/" + ADMIN.userId("lost") + "/logout", "").expect(204);
      assertThat(awaitRefusal(person, session).header("Location")).endsWith("/?ended");
    } finally {
      ADMIN.put(path, client).expect(204);
    }
  }

  /** The first refusal, within a second; the session is gone then. */
  private static Response awaitRefusal(Person person, Cookie session) {
    return await()
        .atMost(AT_ONCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> person.tasksWith(session), answer -> answer.status() == 302);
  }

  /** J3: a refresh token is taken once, however many requests of a session come at a time. */
  @Test
  void requestsAtATimeRenewTheTokensOnce() {
    create("busy");
    ADMIN.put("/realms/app", Json.object("accessTokenLifespan", 30)).expect(204);
    try (Person person = person()) {
      person.logIn("busy");
      Cookie session = person.session();
      for (int round = 0; round < 3; round++) {
        List<CompletableFuture<Integer>> answers =
            IntStream.range(0, 8)
                .mapToObj(
                    i -> CompletableFuture.supplyAsync(() -> person.tasksWith(session).status()))
                .toList();
        assertThat(answers).extracting(CompletableFuture::join).containsOnly(200);
      }
    } finally {
      ADMIN.put("/realms/app", Json.object("accessTokenLifespan", 900)).expect(204);
    }
  }

  /** R5: fail closed on the pages too, and the session is still there when Redis is back. */
  @Test
  void withoutRedisThePageSaysSo() {
    create("patient");
    try (Person person = person()) {
      person.logIn("patient");
      STACK.redis().stop();
      try {
        com.microsoft.playwright.Response answer = person.page().reload();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(person.page().locator("main").innerText()).contains("We cannot check right now");
      } finally {
        STACK.redis().startAgain();
      }
      assertThat(LocalRedis.answers(STACK.redis().port())).isTrue();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> person.tasksWith(person.session()).status() == 200);
    }
  }

  /** T1, T2, T3, J2: an administrator's way, from the first login on. */
  @Test
  void anAdministratorSetsUpHisSecondFactorAndUsesIt() {
    create("chief");
    JsonNode role = ADMIN.get("/realms/app/roles/admin").expect(200).json();
    ADMIN
        .post(
            "/realms/app/users/" + ADMIN.userId("chief") + "/role-mappings/realm", "[" + role + "]")
        .expect(204);
    Authenticator authenticator;
    List<String> codes;
    try (Person person = person()) {
      Page page = person.page();
      person.goToLogin();
      person.enter("chief", Realm.PASSWORD);
      page.click("#mode-manual");
      page.waitForSelector("#kc-totp-secret-key");
      authenticator = new Authenticator(page.locator("#kc-totp-secret-key").innerText());
      page.fill("#totp", authenticator.code());
      page.fill("#userLabel", "phone");
      page.click("#saveTOTPBtn");
      page.waitForSelector("#kc-recovery-codes-list");
      codes = page.locator("#kc-recovery-codes-list li").allInnerTexts();
      page.check("#kcRecoveryCodesConfirmationCheck");
      page.click("#saveRecoveryAuthnCodesBtn");
      person.awaitTasks();
      person.logOut();

      person.goToLogin();
      person.enter("chief", Realm.PASSWORD);
      page.waitForSelector("#kc-otp-login-form");
      page.fill("#otp", authenticator.code());
      page.click("#kc-login");
      person.awaitTasks();
      person.logOut();

      person.goToLogin();
      person.enter("chief", Realm.PASSWORD);
      page.click("#try-another-way");
      // By keyboard, which Keycloak's own list does not take.
      page.locator("[role=button]:has-text('ecovery')").first().press("Enter");
      page.waitForSelector("#kc-recovery-code-login-form");
      String label = page.locator("label[for=recoveryCodeInput]").innerText();
      int number = Integer.parseInt(label.replaceAll("\\D", ""));
      page.fill("#recoveryCodeInput", codes.get(number - 1));
      page.click("#kc-login");
      person.awaitTasks();
    }
  }

  /** K11: from the home page of somebody who is signed out to a key in the clipboard, and back. */
  @Test
  void sevenClicksToACopiedKeyAndALinkBack() {
    create("clicker");
    try (Person person = person()) {
      Page page = person.page();
      page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      page.navigate(app.at("/"));
      List<Locator> clicked = new ArrayList<>();
      Consumer<Locator> click =
          target -> {
            target.click();
            clicked.add(target);
          };
      click.accept(page.locator("#login"));
      page.fill("#username", "clicker");
      page.fill("#password", Realm.PASSWORD);
      click.accept(page.locator("#kc-login"));
      click.accept(page.locator("#keys"));
      click.accept(page.getByTestId("keys-create"));
      page.keyboard().type("seven");
      click.accept(page.getByText("Read tasks", new Page.GetByTextOptions().setExact(true)));
      click.accept(page.getByText("Create key", new Page.GetByTextOptions().setExact(true)));
      click.accept(page.getByText("Copy key", new Page.GetByTextOptions().setExact(true)));
      page.getByText("Copied.").waitFor();
      assertThat(clicked).hasSizeLessThanOrEqualTo(7);
      assertThat(page.evaluate("() => navigator.clipboard.readText()"))
          .asString()
          .matches("atk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}");
      page.getByText("I have copied the key").click();
      assertThat(page.getByTestId("referrer-link").innerText()).contains("Tasks");
    }
  }

  /** K3, K5: made in the account console, used through nginx, refused when it is deleted. */
  @Test
  void aKeyFromTheAccountConsoleOpensTheApiThroughTheGateway() {
    create("scripter");
    ThemedPages pages = new ThemedPages(STACK.realm());
    try (Person person = person();
        Gateway gateway =
            Gateway.start(Gateway.Kind.NGINX, STACK.url().getPort(), app.url().getPort())) {
      person.logIn("scripter");
      person.add("Write a script");
      Page page = person.page();
      page.click("#account");
      pages.accountLoaded(page);
      pages.account(page, "account-security/signing-in", "scripter");
      page.waitForSelector("[data-testid='api-key/credential-list']");
      page.getByTestId("api-key/create").click();
      page.waitForSelector("#kc-create-api-key-form");
      page.fill("#name", "script");
      page.locator("input[name=scope][value='tasks:read']").check();
      page.waitForNavigation(() -> page.click("#kc-submit"));
      String key = page.inputValue("#api-key");

      Response tasks = Http.get(gateway.url() + "/api/tasks", "X-API-Key", key).expect(200);
      assertThat(tasks.body()).contains("Write a script");
      Response write =
          Http.send(
              Http.request(gateway.url() + "/api/tasks")
                  .header("X-API-Key", key)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(Json.object("title", "x"))));
      assertThat(write.status()).isEqualTo(403);
      assertThat(write.header("WWW-Authenticate")).contains("scope=\"tasks:write\"");
      assertThat(Http.get(gateway.url() + "/api/tasks", "X-API-Key", "atk_wrong").status())
          .isEqualTo(403);
      assertThat(Http.get(app.at("/api/tasks"), "X-API-Key", key).status())
          .as("without the gateway, verified by Keycloak for the application")
          .isEqualTo(200);
      assertThat(
              Http.get(
                      gateway.url() + "/api/tasks",
                      "X-API-Key",
                      key,
                      "X-Auth-Scopes",
                      "tasks:read tasks:write admin",
                      "X-Auth-Subject",
                      ADMIN.userId("alice"))
                  .expect(200)
                  .body())
          .contains("Write a script");

      page.click("#kc-done");
      pages.accountLoaded(page);
      page.locator("[data-testid='api-key/credential-list'] [data-testrole=remove]").click();
      page.click("#kc-accept");
      pages.accountLoaded(page);
      assertThat(Http.get(gateway.url() + "/api/tasks", "X-API-Key", key).status()).isEqualTo(403);
    }
  }

  /** B5: phone and desktop, light and dark, English and German; 320 pixels in forced colors. */
  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void everyPageInEveryLook(Look look) {
    boolean german = look.isGerman();
    String user = "page-" + look.name().toLowerCase(Locale.ROOT).replace('_', '-');
    create(user);
    try (Person person = new Person(chromium, app, look.options())) {
      Page page = person.page();
      page.navigate(app.at("/?ended"));
      assertThat(page.locator("html").getAttribute("lang")).isEqualTo(german ? "de" : "en");
      assertThat(page.locator("#login").innerText()).isEqualTo(german ? "Anmelden" : "Sign in");
      Inspection.inspectStrictly(page, look, "relying-home");
      person.goToLogin();
      assertThat(page.locator("html").getAttribute("lang")).isEqualTo(german ? "de" : "en");
      person.enter(user, Realm.PASSWORD);
      person.awaitTasks();
      person.add(german ? "Größere Schrauben kaufen" : "Buy larger screws");
      person.add("Donaudampfschifffahrtsgesellschaftskapitän".repeat(4));
      page.click("#tasks li:last-child button >> nth=0");
      page.waitForSelector("#tasks li.done");
      Inspection.inspectStrictly(page, look, "relying-tasks");
      String tooLong = "Schrauben ".repeat(21);
      page.evaluate("() => document.getElementById('title').removeAttribute('maxlength')");
      page.fill("#title", tooLong);
      page.click("#add");
      page.waitForSelector("#title-error");
      assertThat(page.inputValue("#title")).as("what was typed").isEqualTo(tooLong);
      assertThat(page.evaluate("() => document.activeElement.id")).isEqualTo("title");
      Inspection.inspectStrictly(page, look, "relying-tasks-error");
      assertThat(page.navigate(app.at("/no-such-page")).status()).isEqualTo(404);
      assertThat(page.locator("h1").innerText())
          .isEqualTo(german ? "Das hat nicht geklappt" : "That did not work");
      Inspection.inspectStrictly(page, look, "relying-error");
      page.navigate(app.at("/docs"));
      Inspection.inspectStrictly(page, look, "relying-docs");
      page.navigate(app.at("/tasks"));
      person.logOut();
      assertThat(page.locator("#signed-out").innerText())
          .isEqualTo(german ? "Sie sind abgemeldet." : "You are signed out.");
      page.reload();
      assertThat(page.locator("#signed-out").count()).as("once").isZero();
    }
  }

  /** B5: what has the focus can be seen, and the list is reached and changed without a mouse. */
  @Test
  void aTaskIsAddedDoneAndRemovedByKeyboard() {
    create("typist");
    try (Person person = person()) {
      Page page = person.page();
      page.navigate(app.at("/"));
      tabTo(page, "#login");
      page.keyboard().press("Enter");
      page.waitForSelector("#kc-form-login");
      page.fill("#username", "typist");
      page.fill("#password", Realm.PASSWORD);
      page.keyboard().press("Enter");
      person.awaitTasks();
      tabTo(page, "#title");
      page.keyboard().type("Typed");
      page.keyboard().press("Enter");
      page.waitForSelector("#tasks li");
      tabTo(page, "#tasks li form:first-of-type button");
      page.keyboard().press("Space");
      page.waitForSelector("#tasks li.done");
      tabTo(page, "#tasks li form:last-child button");
      page.keyboard().press("Enter");
      page.waitForSelector("#none");
      tabTo(page, "#logout");
      page.keyboard().press("Enter");
      page.waitForSelector("#signed-out");
    }
  }

  /** As by a double click: the second request comes when the task is gone. */
  @Test
  void aTaskThatIsDeletedTwiceIsDeleted() {
    create("in-two-tabs");
    try (Person person = person()) {
      person.logIn("in-two-tabs");
      person.add("Once");
      person.add("Twice");
      Page other = person.newTab();
      other.navigate(app.at("/tasks"));
      for (Page page : List.of(person.page(), other)) {
        page.click("#tasks li form[action$='/delete'] button >> nth=0");
        page.waitForSelector("#tasks li:only-child");
        assertThat(page.locator("#tasks li span").innerText()).isEqualTo("Once");
      }
    }
  }

  /** Goes forward until an element has the focus, which has to be visible on the way. */
  private static void tabTo(Page page, String selector) {
    for (int i = 0; i < 30; i++) {
      if ((boolean) page.evaluate("s => !!document.activeElement.matches(s)", selector)) {
        assertThat(
                (boolean)
                    page.evaluate(
                        """
                        () => {
                          const style = getComputedStyle(document.activeElement);
                          return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                        }
                        """))
            .as("the focus on %s is seen", selector)
            .isTrue();
        return;
      }
      page.keyboard().press("Tab");
    }
    throw new AssertionError("not reached by the Tab key: " + selector);
  }

  /** With the answers of each operation; the policy refuses nothing that the page needs. */
  @Test
  void theDescriptionOfTheApiIsShown() {
    try (Person person = person()) {
      List<String> complaints = new ArrayList<>();
      person
          .page()
          .onConsoleMessage(
              message -> {
                if (message.type().equals("error")) {
                  complaints.add(message.text());
                }
              });
      person.page().navigate(app.at("/docs"));
      assertThat(person.page().title()).isEqualTo("API");
      assertThat(person.page().locator("tbody tr").allInnerTexts())
          .hasSize(3)
          .allSatisfy(row -> assertThat(row).contains("401", "403", "429", "503"))
          .anySatisfy(row -> assertThat(row).contains("GET /api/admin/users", "admin"));
      assertThat(complaints).isEmpty();
    }
  }
}
