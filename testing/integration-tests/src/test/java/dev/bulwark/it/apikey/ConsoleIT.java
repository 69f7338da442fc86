package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Look;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** K1, K3, K6: a person makes, sees and deletes keys; an administrator sees and deletes them. */
@SharedRealm
@Tag("full")
class ConsoleIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final KeyPages PAGES = new KeyPages(REALM);

  /** {@code Dec 29, 2026, 11:59 PM}, as a browser shows a moment in English. */
  private static final Pattern MOMENT =
      Pattern.compile("[A-Z][a-z]{2} \\d{1,2}, \\d{4}, \\d{1,2}:\\d\\d");

  private static final DateTimeFormatter SHOWN_DAY =
      DateTimeFormatter.ofPattern("MMM d, uuuu", Locale.US);

  private static Chromium chromium;

  private final Keys keys = new Keys(REALM);
  private final AdminApi admin = STACK.admin();

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @Test
  void aKeyFromItsCreationInTheConsoleToItsDeletionThere() {
    LocalDate lastDay = LocalDate.now(ZoneOffset.UTC).plusDays(30);
    try (BrowserContext context =
            chromium.newContext(
                Look.DESKTOP_LIGHT
                    .options()
                    .setTimezoneId("UTC")
                    .setPermissions(List.of("clipboard-read", "clipboard-write")));
        RedisClient redis = RedisClient.create(STACK.redis().url())) {
      Page page = context.newPage();
      List<String> addresses = new ArrayList<>();
      page.onRequest(request -> addresses.add(request.url()));
      PAGES.signingIn(page, "alice");
      assertThat(page.getByTestId("api-key/not-set-up").isVisible()).isTrue();

      PAGES.open(page);
      assertThat(page.locator("input[name=scope]").all())
          .extracting(scope -> scope.getAttribute("value"))
          .as("what alice may get: not admin, not Keycloak's own scopes")
          .containsExactly("tasks:read", "tasks:write");
      KeyPages.fill(page, "nightly job", "tasks:read");
      page.fill("#expires", lastDay.toString());
      Response shown =
          page.waitForResponse(
              response -> response.request().method().equals("POST"),
              () -> page.click("#kc-submit"));
      assertThat(shown.headerValue("Cache-Control")).contains("no-store");
      String key = page.inputValue("#api-key");
      assertThat(key).matches("atk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}");
      assertThat(page.locator(".api-key-facts").innerText())
          .contains("Read tasks", SHOWN_DAY.format(lastDay) + ", 11:59")
          .doesNotContain("tasks:read");
      assertThat(page.inputValue("#api-key-command"))
          .as("a command with the key in it")
          .startsWith("curl ")
          .contains(key)
          .doesNotContain("$KEY", "$ISSUER");

      page.click("#api-key-copy");
      page.locator("#api-key-copied")
          .filter(new Locator.FilterOptions().setHasText("Copied."))
          .waitFor();
      assertThat(page.evaluate("() => navigator.clipboard.readText()")).isEqualTo(key);

      page.click("#kc-done");
      PAGES.backInConsole(page);
      assertThat(page.url()).contains("/account/account-security/signing-in");
      Locator row = PAGES.row(page, "nightly job");
      row.getByText(SHOWN_DAY.format(lastDay) + ", 11:59").waitFor();
      assertThat(row.innerText()).contains(key.substring(0, 10) + "\u2026", "tasks:read", "never");
      assertThat(page.content()).doesNotContain(key);
      assertThat(addresses).noneMatch(address -> address.contains(key.substring(10)));

      assertThat(keys.verify(key).expect(200).header("X-Auth-Username")).isEqualTo("alice");
      String token = keys.exchange(key, null).expect(200).text("access_token");
      assertThat(keys.introspect(token).get("active").asBoolean()).isTrue();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                PAGES.signingIn(page, "alice");
                assertThat(MOMENT.matcher(row.innerText()).results().count())
                    .as("expiry and last use in %s", row.innerText())
                    .isEqualTo(2);
              });

      PAGES.delete(page, "nightly job");
      assertThat(row.count()).isZero();
      assertThat(keys.verify(key).status()).isEqualTo(403);
      assertThat(keys.introspect(token).get("active").asBoolean()).isFalse();
      String revoked = "revoked:" + Realm.claims(token).get("jti").asText();
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(redis.get(revoked)).isEqualTo("1"));
    }
  }

  @Test
  void anAdministratorSeesAndDeletesAKey() {
    KeyPages.createUser(admin, "seen-by-admin");
    String key = keys.made("seen-by-admin", "of the user", "tasks:read").get("key").asText();
    String token = keys.exchange(key, null).expect(200).text("access_token");
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options());
        RedisClient redis = RedisClient.create(STACK.redis().url())) {
      Page page = context.newPage();
      page.navigate(
          STACK.url()
              + "/admin/master/console/#/app/users/"
              + admin.userId("seen-by-admin")
              + "/credentials");
      page.fill("#username", TestStack.ADMIN_USERNAME);
      page.fill("#password", TestStack.ADMIN_PASSWORD);
      page.click("#kc-login");
      Locator row =
          page.locator("tr").filter(new Locator.FilterOptions().setHasText("of the user"));
      row.waitFor();
      row.getByTestId("showDataBtn").click();
      assertThat(page.getByTestId("password-data-dialog").innerText())
          .contains(key.substring(0, 10), "tasks:read")
          .doesNotContain(key);
      Screenshots.take(page, "admin-credentials-data");
      page.keyboard().press("Escape");
      Screenshots.take(page, "admin-credentials");
      row.locator("button[aria-label='Kebab toggle']").click();
      page.getByTestId("deleteDropdownItem").click();
      page.getByTestId("confirm").click();
      row.waitFor(
          new Locator.WaitForOptions()
              .setState(com.microsoft.playwright.options.WaitForSelectorState.DETACHED));
      assertThat(keys.verify(key).status()).isEqualTo(403);
      assertThat(keys.introspect(token).get("active").asBoolean()).isFalse();
      String revoked = "revoked:" + Realm.claims(token).get("jti").asText();
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(redis.get(revoked)).isEqualTo("1"));
    }
  }

  @Test
  void everyStateOfAKeyIsTold() {
    KeyPages.createUser(admin, "states");
    String token = keys.token("states");
    keys.create(token, Keys.body("plain", null)).expect(201);
    String off =
        keys.create(token, Keys.body("switched off", null, "tasks:read")).expect(201).text("id");
    keys.send("PATCH", "/" + off, token, Json.object("active", false)).expect(200);
    AtomicReference<String> rotated =
        new AtomicReference<>(
            keys.create(token, Keys.body("rotated", null, "tasks:read")).expect(201).text("id"));
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(
              () -> {
                // One more each time: the background work removes a replaced key within a minute.
                String path = "/" + rotated.get() + "/rotate";
                String overlap = Json.object("overlapSeconds", 1);
                rotated.set(keys.send("POST", path, token, overlap).expect(201).text("id"));
                PAGES.signingIn(page, "states");
                assertThat(page.getByTestId("api-key/credential-list").innerText())
                    .contains("Replaced", "The key was replaced with another one");
              });
      assertThat(PAGES.row(page, "plain").innerText())
          .containsSubsequence("Permissions", "none", "Expires", "never", "Last used", "never")
          .doesNotContain("Deactivated");
      assertThat(PAGES.row(page, "switched off").innerText())
          .contains("Deactivated", "The key is rejected until it is activated again.");
    }
  }

  @Test
  void aNameChangedWhereKeycloakChangesLabelsIsTheKeysName() {
    AccountApi account = AccountApi.of(REALM, admin);
    KeyPages.createUser(admin, "renamer");
    String token = keys.token("renamer");
    String id = keys.create(token, Keys.body("before", null, "tasks:read")).expect(201).text("id");
    String owner = account.token("renamer");

    account.rename(owner, id, "after").expect(204);
    assertThat(keys.send("GET", "/" + id, token, null).text("name")).isEqualTo("after");
    keys.send("PATCH", "/" + id, token, Json.object("active", false)).expect(200);
    assertThat(keys.send("GET", "/" + id, token, null).text("name")).isEqualTo("after");

    keys.send("PATCH", "/" + id, token, Json.object("name", "by rest", "active", true)).expect(200);
    assertThat(account.label(owner, id)).isEqualTo("by rest");

    admin
        .putText(
            "/realms/app/users/" + admin.userId("renamer") + "/credentials/" + id + "/userLabel",
            "by admin\n" + "x".repeat(200))
        .expect(204);
    String cut = keys.send("GET", "/" + id, token, null).text("name");
    assertThat(cut).startsWith("by admin xxx").hasSize(100);

    account.rename(owner, id, "").expect(204);
    assertThat(keys.send("GET", "/" + id, token, null).text("name")).isEqualTo("by rest");
    String made = keys.send("POST", "/" + id + "/rotate", token, "{}").expect(201).text("name");
    assertThat(made).isEqualTo("by rest");
  }

  @Test
  void markupInANameStaysText() {
    String name = "<img src=x onerror=\"document.title='hacked'\">${7*7}'--";
    KeyPages.createUser(admin, "mallory");
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      PAGES.signingIn(page, "mallory");
      PAGES.open(page);
      KeyPages.fill(page, name, "tasks:read");
      page.fill("#expires", "2001-01-01");
      page.click("#kc-submit");
      page.waitForSelector("#input-error-expires");
      assertThat(page.inputValue("#name")).isEqualTo(name);
      page.check("#never");
      KeyPages.submit(page);
      assertThat(page.locator("label[for=api-key]").innerText()).contains(name);
      page.click("#kc-done");
      PAGES.backInConsole(page);
      assertThat(PAGES.row(page, name).count()).isOne();
      PAGES.row(page, name).locator("[data-testrole=remove]").click();
      page.waitForSelector("#kc-accept");
      // Keycloak resolves what looks like a reference to a text of its own.
      assertThat(page.locator("#kc-delete-text").innerText())
          .contains("<img src=x onerror=\"document.title='hacked'\">");
      assertThat(page.locator("img[src=x]").count()).isZero();
      assertThat(page.title()).isNotEqualTo("hacked");
    }
  }

  @Test
  void anOldLoginIsAskedForThePasswordFirst() {
    KeyPages.createUser(admin, "stepper");
    KeyPages.limits(admin, Json.object("max_auth_age", "0"));
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      PAGES.signingIn(page, "stepper");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                PAGES.signingIn(page, "stepper");
                page.getByTestId("api-key/create").click();
                page.waitForSelector("#kc-create-api-key-form, #password");
                return page.isVisible("#password");
              });
      assertThat(page.locator("main").innerText())
          .contains("To protect your account, confirm that it is you.");
      assertThat(page.locator("#bw-back a").getAttribute("href"))
          .as("the way back without a password")
          .isEqualTo(REALM.url() + "/account/");
      Screenshots.take(page, "api-key-step-up");
      page.fill("#password", "not the password");
      page.click("#kc-login");
      page.locator("[id^=input-error]:not([id*=container])").first().waitFor();
      assertThat(page.locator("#kc-create-api-key-form").count()).isZero();
      page.fill("#password", Realm.PASSWORD);
      page.click("#kc-login");
      page.waitForSelector("#kc-create-api-key-form");
    } finally {
      KeyPages.limits(admin, Json.object("max-keys", "50", "max_auth_age", "300"));
    }
  }

  @Test
  void aPageThatIsKeptOpenByLoadingItAgainIsAskedForThePassword() {
    KeyPages.createUser(admin, "waiter");
    admin.put("/realms/app", Json.object("accessCodeLifespanUserAction", 10)).expect(204);
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      PAGES.form(page, "waiter");
      Instant shown = Instant.now();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                page.reload();
                return Instant.now().isAfter(shown.plusSeconds(11));
              });
      KeyPages.fill(page, "late", "tasks:read");
      page.click("#kc-submit");
      page.waitForSelector("#password");
      assertThat(keys.send("GET", "", keys.token("waiter"), null).expect(200).json()).isEmpty();
      page.fill("#username", "waiter");
      page.fill("#password", Realm.PASSWORD);
      page.click("#kc-login");
      page.waitForSelector("#kc-create-api-key-form");
      KeyPages.fill(page, "in time", "tasks:read");
      assertThat(keys.isGood(KeyPages.submit(page))).isTrue();
    } finally {
      admin.put("/realms/app", Json.object("accessCodeLifespanUserAction", 300)).expect(204);
    }
  }

  @Test
  void theRealmsLimitsAreTold() {
    KeyPages.createUser(admin, "limited");
    KeyPages.limits(admin, Json.object("max-keys", "1", "max-life-days", "7", "prefix", "acme"));
    try (BrowserContext context =
        chromium.newContext(Look.DESKTOP_LIGHT.options().setTimezoneId("UTC"))) {
      Page page = context.newPage();
      PAGES.signingIn(page, "limited");
      PAGES.open(page);
      LocalDate today = LocalDate.now(ZoneOffset.UTC);
      assertThat(page.locator("#expires").getAttribute("max"))
          .isBetween(today.plusDays(6).toString(), today.plusDays(7).toString());
      String longest = page.inputValue("#expires");
      assertThat(longest).isEqualTo(page.locator("#expires").getAttribute("max"));
      assertThat(page.locator("#never").count()).as("a key without an end").isZero();
      KeyPages.fill(page, "first", "tasks:read");
      page.fill("#expires", today.plusDays(20).toString());
      page.click("#kc-submit");
      page.waitForSelector("#input-error-expires");
      assertThat(page.locator("#input-error-expires").innerText())
          .contains("within the next 7 days");
      assertThat(page.isChecked("input[value='tasks:read']")).isTrue();

      page.fill("#expires", "");
      page.click("#kc-submit");
      page.waitForSelector("#input-error-expires");
      page.fill("#expires", longest);
      String key = KeyPages.submit(page);
      assertThat(key).startsWith("acme_");
      assertThat(page.locator(".api-key-facts").innerText())
          .contains(SHOWN_DAY.format(LocalDate.parse(longest)) + ", 11:59");
      page.click("#kc-done");
      PAGES.backInConsole(page);

      PAGES.open(page);
      KeyPages.fill(page, "second", "tasks:read");
      page.click("#kc-submit");
      Locator alert = page.locator("[role=alert]");
      alert.waitFor();
      assertThat(alert.innerText()).contains("You have reached the maximum number of API keys (1)");
      Screenshots.take(page, "api-key-limit");
      page.click("#kc-cancel");
      PAGES.backInConsole(page);
      PAGES.delete(page, "first");
      PAGES.open(page);
      KeyPages.fill(page, "second", "tasks:read");
      assertThat(KeyPages.submit(page)).isNotEqualTo(key);
    } finally {
      KeyPages.limits(admin, Json.object("max-keys", "50", "max-life-days", "0", "prefix", "atk"));
    }
  }

  @Test
  void germanInTheConsole() {
    KeyPages.createUser(admin, "hans");
    try (BrowserContext context = chromium.newContext(Look.PHONE_LIGHT.options())) {
      Page page = context.newPage();
      PAGES.signingIn(page, "hans");
      PAGES.open(page);
      assertThat(page.locator("#kc-page-title").innerText()).isEqualTo("API-Schlüssel erstellen");
      KeyPages.fill(page, "Nachtjob", "tasks:read");
      page.check("#never");
      KeyPages.submit(page);
      assertThat(page.locator(".api-key-facts").innerText())
          .containsSubsequence("Berechtigungen", "Aufgaben", "Läuft ab", "nie");
      assertThat(page.locator("#kc-done").innerText().strip().toLowerCase(Locale.GERMAN))
          .isEqualTo("ich habe den schlüssel kopiert");
      page.click("#kc-done");
      PAGES.backInConsole(page);
      assertThat(PAGES.row(page, "Nachtjob").innerText())
          .containsSubsequence(
              "Berechtigungen", "tasks:read", "Läuft ab", "nie", "Zuletzt verwendet");
    }
  }
}
