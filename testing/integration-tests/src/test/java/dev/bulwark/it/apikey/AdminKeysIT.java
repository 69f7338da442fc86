package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ForcedColors;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.KeyboardWalk;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import dev.bulwark.it.themes.ThemedPages;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.CsvSource;

/** K11: the page on which administrators manage the keys of a realm. */
@SharedRealm
@Tag("slow")
class AdminKeysIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final AdminKeys PAGE = new AdminKeys(REALM);
  private static final String PATH = "/realms/app/api-keys";

  private static Chromium chromium;

  private final AdminApi admin = STACK.admin();
  private final Keys keys = new Keys(REALM);

  @BeforeAll
  static void launch() {
    // Phones look at it in German.
    language(true);
    chromium = Chromium.launch();
  }

  private static void language(boolean byBrowser) {
    STACK
        .admin()
        .put(
            "/realms/master",
            Json.object(
                "internationalizationEnabled",
                byBrowser,
                "supportedLocales",
                List.of("en", "de"),
                "defaultLocale",
                "en"))
        .expect(204);
  }

  @AfterAll
  static void close() {
    language(false);
    if (chromium != null) {
      chromium.close();
    }
  }

  @Tag("full")
  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  void everyStateInEveryLook(Look look) {
    everyState(look, look.options(), "look-" + look.ordinal());
  }

  /** As narrow as a page at 400 %, and in the colours that Windows forces upon it. */
  @Tag("full")
  @Test
  void everyStateAt320PixelsInForcedColors() {
    everyState(
        Look.PHONE_LIGHT,
        Look.PHONE_LIGHT.options().setViewportSize(320, 640).setForcedColors(ForcedColors.ACTIVE),
        "narrow");
  }

  private void everyState(Look look, Browser.NewContextOptions options, String owner) {
    KeyPages.createUser(admin, owner);
    String token = keys.token(owner);
    for (String name : List.of("Nightly backup of the accounts", "Report job", "Old importer")) {
      keys.create(token, Keys.body(owner + " " + name, null, "tasks:read")).expect(201);
    }
    String old = keys.made(owner, owner + " replaced", "tasks:read").get("id").asText();
    keys.send("POST", "/" + old + "/rotate", token, Json.object("overlapSeconds", 3600))
        .expect(201);
    try (BrowserContext context = chromium.newContext(options)) {
      Page page = context.newPage();
      PAGE.open(page, owner);
      AdminKeys.row(page, "Report job").waitFor();
      Inspection.inspectStrictly(page, look, "admin-keys-list");

      page.locator("[data-testid=keys] tbody input[type=checkbox]").nth(0).check();
      page.locator("[data-testid=keys] tbody input[type=checkbox]").nth(1).check();
      Inspection.inspectStrictly(page, look, "admin-keys-chosen");
      page.getByTestId("keys-revoke").click();
      AccountKeys.dialog(page).waitFor();
      Inspection.inspectStrictly(page, look, "admin-keys-revoke");
      page.keyboard().press("Escape");

      AccountKeys.act(
          page,
          AdminKeys.row(page, "Report job"),
          german(look) ? "Einschränkungen und Metadaten" : "Limits and metadata");
      AccountKeys.dialog(page).waitFor();
      Inspection.inspectStrictly(page, look, "admin-keys-edit");
      page.keyboard().press("Escape");

      page.getByTestId("keys-create").click();
      AccountKeys.dialog(page).locator("input[type=radio]").first().waitFor();
      Inspection.inspectStrictly(page, look, "admin-keys-client");
      AccountKeys.confirm(page);
      page.locator("[role=dialog] .pf-m-error").first().waitFor();
      Inspection.inspectStrictly(page, look, "admin-keys-client-error");
      AccountKeys.dialog(page).locator("input").first().fill("tasks-serv");
      AccountKeys.dialog(page).getByText("tasks-service").click();
      AccountKeys.confirm(page);
      AccountKeys.dialog(page).getByText("tasks:read").first().waitFor();
      Inspection.inspectStrictly(page, look, "admin-keys-create");
      page.keyboard().press("Escape");

      page.locator("input[type=text]").first().fill("no such key");
      page.locator("main h2").waitFor();
      Inspection.inspectStrictly(page, look, "admin-keys-no-match");
    }
  }

  /** A word that no line has room for. */
  @Tag("full")
  @Test
  void longNamesAt320Pixels() {
    String owner = "o".repeat(60);
    String name = "n".repeat(100);
    KeyPages.createUser(admin, owner);
    keys.create(keys.token(owner), Keys.body(name, null, "tasks:read")).expect(201);
    try (BrowserContext context = chromium.newContext(Look.PHONE_NARROW.options())) {
      Page page = context.newPage();
      PAGE.open(page, owner);
      Locator row = AdminKeys.row(page, name);
      row.waitFor();
      Inspection.inspectStrictly(page, Look.PHONE_NARROW, "admin-keys-long");
      AccountKeys.act(page, row, "Widerrufen");
      AccountKeys.dialog(page).waitFor();
      Inspection.inspectStrictly(page, Look.PHONE_NARROW, "admin-keys-long-revoke");
      AccountKeys.confirm(page);
      page.locator(".bw-keys-notice .pf-v5-c-alert").waitFor();
      Inspection.inspectStrictly(page, Look.PHONE_NARROW, "admin-keys-long-revoked");
    }
  }

  private static boolean german(Look look) {
    return look.isGerman();
  }

  @Test
  void searchedFilteredAndPagedByTheServer() {
    KeyPages.createUser(admin, "many-keys");
    String token = keys.token("many-keys");
    for (int i = 1; i <= 23; i++) {
      keys.create(token, Keys.body("bulk-" + i + "x", null, "tasks:read")).expect(201);
    }
    visit(
        page -> {
          PAGE.open(page, "many-keys");
          AdminKeys.total(page, "23 keys");
          Locator rows = page.locator("[data-testid=keys] tbody tr");
          assertThat(rows.count()).isEqualTo(20);
          assertThat(rows.first().innerText()).as("newest first").contains("bulk-23x");
          page.getByRole(AriaRole.BUTTON, name("Next page")).first().click();
          AdminKeys.row(page, "bulk-1x").waitFor();
          assertThat(rows.count()).isEqualTo(3);
          assertThat(page.url()).contains("page=2");
          page.reload();
          AdminKeys.row(page, "bulk-1x").waitFor();
          page.locator("#keys-all").check();
          page.getByTestId("keys-revoke").click();
          AccountKeys.confirm(page);
          AdminKeys.total(page, "20 keys");
          AdminKeys.row(page, "bulk-23x").waitFor();
          assertThat(rows.count()).as("the last page that there is").isEqualTo(20);
          assertThat(page.url()).doesNotContain("page=2");

          page.locator("input[type=text]").first().fill("many-keys bulk-7");
          AdminKeys.total(page, "1 key");
          assertThat(page.url()).as("the first page again").doesNotContain("page=2");
          page.locator("select[name=owner]").selectOption("client");
          AdminKeys.total(page, "0 keys");
          page.getByText("Clear filters").click();
          page.waitForSelector("[data-testid=keys-total]:not(:text-is('0 keys'))");
          assertThat(page.locator("select[name=owner]").inputValue()).isEmpty();
          page.locator("select[name=unused]").selectOption("365");
          page.locator("select[name=sort]").selectOption("lastUsedAt");
          AdminKeys.total(page, "0 keys");
          assertThat(page.url()).contains("unused=365", "sort=lastUsedAt");
        });
  }

  /** K10. */
  @Test
  void administratorsSetLimitsNetworksAndMetadata() {
    KeyPages.createUser(admin, "limited-owner");
    String id = keys.made("limited-owner", "lm-key", "tasks:read").get("id").asText();
    visit(
        page -> {
          PAGE.open(page, "lm-key");
          Locator row = AdminKeys.row(page, "lm-key");
          AccountKeys.act(page, row, "Limits and metadata");
          AccountKeys.fillLimits(page, "10000", "86400", "203.0.113.0/24", "ticket=42");
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).waitFor(detached());
          row.getByText("ticket: 42").waitFor();
          assertThat(row.innerText())
              .contains("Requests: at most 10,000 per day", "Only from 203.0.113.0/24");
          JsonNode changed = admin.get("/realms/app/api-keys/" + id).expect(200).json();
          assertThat(changed.get("rateLimit").toString())
              .isEqualTo("{\"requests\":10000,\"seconds\":86400}");
        });
  }

  @Test
  void oneOrManyAreRevoked() {
    KeyPages.createUser(admin, "revoked-owner");
    String first = keys.made("revoked-owner", "rv-first", "tasks:read").get("key").asText();
    String second = keys.made("revoked-owner", "rv-second", "tasks:read").get("key").asText();
    String third = keys.made("revoked-owner", "rv-third", "tasks:read").get("key").asText();
    visit(
        page -> {
          PAGE.open(page, "rv-");
          AdminKeys.total(page, "3 keys");
          assertThat(AdminKeys.row(page, "rv-first").innerText()).contains("revoked-owner");
          AccountKeys.act(page, AdminKeys.row(page, "rv-first"), "Deactivate");
          page.locator(".bw-keys-inactive").waitFor();
          assertThat(keys.isGood(first)).isFalse();
          AccountKeys.act(page, AdminKeys.row(page, "rv-first"), "Activate");
          page.locator(".bw-keys-inactive").waitFor(detached());
          assertThat(keys.isGood(first)).isTrue();

          AccountKeys.act(page, AdminKeys.row(page, "rv-first"), "Revoke");
          assertThat(AccountKeys.dialog(page).innerText())
              .contains("stop working", "user revoked-owner");
          AccountKeys.confirm(page);
          AdminKeys.total(page, "2 keys");
          assertThat(page.locator(".bw-keys-notice").innerText()).contains("has been revoked");
          assertThat(keys.isGood(first)).isFalse();
          assertThat(keys.isGood(second)).isTrue();

          page.locator("#keys-all").check();
          page.getByTestId("keys-revoke").click();
          assertThat(AccountKeys.dialog(page).innerText()).contains("rv-second", "rv-third");
          // Somebody else was faster with one of them.
          JsonNode other = admin.get(PATH + "?search=rv-third").expect(200).json().get(0);
          admin.delete(PATH + "/" + other.get("id").asText()).expect(204);
          AccountKeys.confirm(page);
          AdminKeys.total(page, "0 keys");
          assertThat(keys.isGood(second)).isFalse();
          assertThat(keys.isGood(third)).isFalse();
        });
  }

  @Test
  void aRunOfRevocationsIsStoppedByEscape() {
    KeyPages.createUser(admin, "stopped-owner");
    List<String> made =
        Stream.of("st-one", "st-two", "st-three")
            .map(name -> keys.made("stopped-owner", name, "tasks:read").get("key").asText())
            .toList();
    visit(
        page -> {
          PAGE.open(page, "st-");
          AdminKeys.total(page, "3 keys");
          List<Route> held = new ArrayList<>();
          page.route(
              url -> url.contains("/api-keys/"),
              route -> {
                if (route.request().method().equals("DELETE") && held.isEmpty()) {
                  held.add(route);
                } else {
                  route.resume();
                }
              });
          page.locator("#keys-all").check();
          page.getByTestId("keys-revoke").click();
          AccountKeys.confirm(page);
          page.waitForCondition(() -> !held.isEmpty());
          page.keyboard().press("Escape");
          held.get(0).resume();
          AdminKeys.total(page, "2 keys");
          assertThat(page.locator(".bw-keys-notice").innerText())
              .contains("Stopped. Revoked: 1 of 3 keys.");
        });
    assertThat(made).filteredOn(keys::isGood).hasSize(2);
  }

  /**
   * What was revoked before the failure is counted, and the rest is revoked by another click. If
   * the dialog is closed instead, the page says how far it came.
   */
  @Test
  void aRunThatFailsInTheMiddleIsRepeated() {
    KeyPages.createUser(admin, "failing-owner");
    List<String> made =
        Stream.of("fl-one", "fl-two", "fl-three", "fl-four")
            .map(name -> keys.made("failing-owner", name, "tasks:read").get("key").asText())
            .toList();
    visit(
        page -> {
          PAGE.open(page, "fl-");
          AdminKeys.total(page, "4 keys");
          List<String> sent = new ArrayList<>();
          page.route(
              url -> url.contains("/api-keys/"),
              route -> {
                if (route.request().method().equals("DELETE")) {
                  sent.add(route.request().url());
                  if (sent.size() == 2 || sent.size() == 4) {
                    route.abort();
                    return;
                  }
                }
                route.resume();
              });
          page.locator("#keys-all").check();
          page.getByTestId("keys-revoke").click();
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).locator(".pf-v5-c-alert").waitFor();
          assertThat(AccountKeys.dialog(page).innerText())
              .contains("Revoked: 1 of 4 keys. Then an error occurred.");
          Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "admin-keys-revoke-failed");
          assertThat(made).filteredOn(keys::isGood).hasSize(3);
          AccountKeys.confirm(page);
          AccountKeys.dialog(page)
              .getByText("Revoked: 2 of 4 keys. Then an error occurred.")
              .waitFor();
          page.keyboard().press("Escape");
          AdminKeys.total(page, "2 keys");
          page.locator(".bw-keys-notice:focus").waitFor();
          assertThat(page.locator(".bw-keys-notice").innerText())
              .contains("Stopped. Revoked: 2 of 4 keys.");
          assertThat(made).filteredOn(keys::isGood).hasSize(2);

          page.locator("#keys-all").check();
          page.getByTestId("keys-revoke").click();
          AccountKeys.confirm(page);
          AdminKeys.total(page, "0 keys");
          assertThat(sent).as("none is revoked twice, but the two that failed").hasSize(6);
        });
    assertThat(made).noneMatch(keys::isGood);
  }

  @Test
  void aKeyForAClientIsMadeAndShownOnce() {
    visit(
        page -> {
          fillInAKeyOfTheService(page, "by the page");
          AccountKeys.confirm(page);
          String key = AccountKeys.shown(page);
          assertThat(keys.verify(key).expect(200).header("X-Auth-Client"))
              .isEqualTo("tasks-service");
          AccountKeys.confirm(page);
          AdminKeys.row(page, "by the page").first().waitFor();
          assertThat(page.content()).doesNotContain(key);
        });
  }

  private static void fillInAKeyOfTheService(Page page, String name) {
    PAGE.open(page, "");
    page.getByTestId("keys-create").click();
    AccountKeys.dialog(page).locator("input").first().fill("tasks-service");
    AccountKeys.dialog(page).getByText("tasks-service").click();
    AccountKeys.confirm(page);
    AccountKeys.dialog(page).getByText("tasks:read").first().waitFor();
    AccountKeys.dialog(page).locator("input[type=text]").fill(name);
    AccountKeys.dialog(page).locator("input[type=checkbox]").first().check();
  }

  /** Escape while a key is made would leave a key that nobody has seen. */
  @Test
  void aKeyThatIsBeingMadeIsShownWhateverIsPressed() {
    visit(
        page -> {
          fillInAKeyOfTheService(page, "in the making");
          List<Route> held = AdminKeys.holdCreations(page);
          AccountKeys.confirm(page);
          page.waitForCondition(() -> !held.isEmpty());
          page.keyboard().press("Escape");
          held.get(0).resume();
          assertThat(keys.isGood(AccountKeys.shown(page))).isTrue();
        });
  }

  /** Without a session the page sends the administrator to the console, and goes on afterwards. */
  @Test
  void signedInInAnotherTab() {
    visit(
        page -> {
          page.navigate(PAGE.address());
          page.getByTestId("sign-in").waitFor();
          Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "admin-keys-sign-in");
          Page console = page.waitForPopup(() -> page.getByTestId("sign-in").click());
          console.waitForSelector("#kc-login");
          new ThemedPages(REALM)
              .signIn(console, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
          console.waitForURL(url -> URI.create(url).getPath().endsWith("/console/"));
          console.close();
          focus(page);
          AdminKeys.loaded(page);
        });
  }

  /** The page has a token that would not expire for a while. */
  @Test
  void theEndOfTheSessionElsewhereAsksForASignIn() {
    keys.made("alice", "se-key", "tasks:read");
    for (String administrator : List.of("ended-admin", "next-admin")) {
      AdminKeys.createAdministrator(
          admin, administrator, "view-users", "view-clients", "manage-users");
    }
    visit(
        page -> {
          PAGE.signIn(page, "ended-admin", Realm.PASSWORD);
          page.navigate(PAGE.address() + "&search=se-key");
          AdminKeys.total(page, "1 key");
          KeyPages.endSessions(admin, "master", "ended-admin");
          revoke(page);
          page.locator("[data-testid=sign-in]:focus").waitFor();
          PAGE.signIn(page.context().newPage(), "ended-admin", Realm.PASSWORD);
          focus(page);
          AdminKeys.total(page, "1 key");
          page.locator("#main:focus").waitFor();

          // Whoever is signed in now has not seen what the page would do.
          KeyPages.endSessions(admin, "master", "ended-admin");
          PAGE.signIn(page.context().newPage(), "next-admin", Realm.PASSWORD);
          revoke(page);
          assertThat(admin.get(PATH + "?search=se-key").expect(200).json()).hasSize(1);
          focus(page);
          AdminKeys.total(page, "1 key");
        });
  }

  private static void revoke(Page page) {
    AccountKeys.act(page, AdminKeys.row(page, "se-key"), "Revoke");
    AccountKeys.confirm(page);
    page.getByTestId("sign-in").waitFor();
  }

  private static void focus(Page page) {
    page.bringToFront();
    page.evaluate("() => window.dispatchEvent(new Event('focus'))");
  }

  /** At the first address of the README; the realm asks for a second factor. */
  @Test
  void anAdministratorOfTheRealmItself() {
    KeyPages.createUser(admin, "own-admin");
    String management = admin.clientUuid("realm-management");
    JsonNode role =
        admin.get("/realms/app/clients/" + management + "/roles/realm-admin").expect(200).json();
    String mappings =
        "/realms/app/users/" + admin.userId("own-admin") + "/role-mappings/clients/" + management;
    admin.post(mappings, "[" + role + "]").expect(204);
    keys.made("alice", "seen-by-own", "tasks:read");
    visit(
        page -> {
          page.navigate(REALM.url() + "/api-keys-admin?search=seen-by-own");
          page.getByTestId("sign-in").waitFor();
          Page console = page.waitForPopup(() -> page.getByTestId("sign-in").click());
          console.waitForSelector("#kc-login");
          new ThemedPages(REALM).signIn(console, "own-admin", Realm.PASSWORD);
          console.click("#mode-manual");
          String secret = console.locator("#kc-totp-secret-key").innerText().replace(" ", "");
          console.fill("#totp", new Authenticator(secret).code());
          console.fill("#userLabel", "phone");
          console.click("#saveTOTPBtn");
          console.check("#kcRecoveryCodesConfirmationCheck");
          console.click("#saveRecoveryAuthnCodesBtn");
          console.waitForURL(url -> URI.create(url).getPath().endsWith("/admin/app/console/"));
          console.close();
          focus(page);
          AdminKeys.total(page, "1 key");
          AccountKeys.act(page, AdminKeys.row(page, "seen-by-own"), "Deactivate");
          page.locator(".bw-keys-inactive").waitFor();
          assertThat(page.url()).startsWith(REALM.url() + "/api-keys-admin");
        });
  }

  @Test
  void theRolesOfTheAdminApiDecide() {
    AdminKeys.createAdministrator(admin, "no-admin");
    AdminKeys.createAdministrator(admin, "viewer", "view-users", "view-clients");
    keys.made("alice", "seen-by-viewer", "tasks:read");
    visit(
        page -> {
          PAGE.signIn(page, "viewer", Realm.PASSWORD);
          page.navigate(PAGE.address() + "&search=seen-by-viewer");
          AdminKeys.total(page, "1 key");
          page.waitForResponse(
              response ->
                  response.request().method().equals("GET")
                      && response.url().contains("search=seen-by-viewer"),
              () -> AccountKeys.act(page, AdminKeys.row(page, "seen-by-viewer"), "Deactivate"));
          page.locator(".bw-keys-notice .pf-v5-c-alert").waitFor();
          assertThat(page.locator(".bw-keys-notice").innerText()).contains("manage-users");
          AccountKeys.act(page, AdminKeys.row(page, "seen-by-viewer"), "Revoke");
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).locator(".pf-v5-c-alert").waitFor();
          assertThat(AccountKeys.dialog(page).innerText()).contains("manage-users");
        });
    assertThat(admin.get(PATH + "?search=seen-by-viewer").json()).hasSize(1);
    visit(
        page -> {
          PAGE.signIn(page, "no-admin", Realm.PASSWORD);
          page.navigate(PAGE.address());
          page.locator(".bw-keys-notice .pf-v5-c-alert").waitFor();
          assertThat(page.locator(".bw-keys-notice").innerText()).contains("view-users");
        });
  }

  /** K10: the page says which role is missing for a key that can do more than its administrator. */
  @ParameterizedTest
  @CsvSource({
    "DESKTOP_LIGHT, Activate, you need the role impersonation or realm-admin",
    "PHONE_LIGHT, Aktivieren, brauchen Sie die Rolle impersonation oder realm-admin"
  })
  void scopesBeyondTheAdministratorAreRefusedInWords(Look look, String activate, String words) {
    String administrator = "weaker-" + look.ordinal();
    AdminKeys.createAdministrator(
        admin, administrator, "view-users", "view-clients", "manage-users");
    String name = "beyond-" + look.ordinal();
    String id =
        admin
            .post(PATH, Keys.bodyOf("user", admin.userId("carol"), name, "admin"))
            .expect(201)
            .text("id");
    admin.patch(PATH + "/" + id, Json.object("active", false)).expect(200);
    try (BrowserContext context = chromium.newContext(look.options())) {
      Page page = context.newPage();
      PAGE.signIn(page, administrator, Realm.PASSWORD);
      page.navigate(PAGE.address() + "&search=" + name);
      AdminKeys.row(page, name).waitFor();
      AccountKeys.act(page, AdminKeys.row(page, name), activate);
      page.locator(".bw-keys-notice .pf-v5-c-alert").waitFor();
      assertThat(page.locator(".bw-keys-notice").innerText()).contains(words);
      Inspection.inspectStrictly(page, look, "admin-keys-beyond");
    }
    assertThat(admin.get(PATH + "/" + id).expect(200).json().get("active").asBoolean()).isFalse();
  }

  @Test
  void thePageHasAStrictPolicyAndLoadsNothingFromElsewhere() {
    Response html =
        Http.get(REALM.url() + "/api-keys-admin?realm=%3C/script%3E%3Cscript%3Ealert(1)");
    assertThat(html.expect(200).header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(html.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(html.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(html.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(html.body()).doesNotContain("<script>alert");
    List<String> hosts = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    visit(
        page -> {
          PAGE.signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
          page.onRequest(request -> hosts.add(URI.create(request.url()).getAuthority()));
          page.onPageError(errors::add);
          page.onConsoleMessage(
              message -> {
                if (message.type().equals("error")) {
                  errors.add(message.text());
                }
              });
          page.navigate(PAGE.address());
          AdminKeys.loaded(page);
          page.getByTestId("keys-create").click();
          AccountKeys.dialog(page).locator("input[type=radio]").first().waitFor();
        });
    assertThat(errors).isEmpty();
    assertThat(hosts).isNotEmpty().allMatch(STACK.url().getAuthority()::equals);
  }

  /** The list comes late, and without the client that was chosen meanwhile: none is chosen then. */
  @Test
  void aListOfClientsThatComesLateDropsTheChoice() {
    visit(
        page -> {
          PAGE.open(page, "");
          page.getByTestId("keys-create").click();
          Locator dialog = AccountKeys.dialog(page);
          Locator clients = dialog.locator("input[type=radio]");
          clients.first().waitFor();
          List<Route> held = new ArrayList<>();
          page.route(url -> url.contains("/clients?"), held::add);
          Locator search = dialog.locator("input[type=text]");
          search.fill("tasks-service");
          page.waitForCondition(() -> !held.isEmpty());
          Locator other = dialog.getByLabel("account-console");
          other.focus();
          page.keyboard().press("Space");
          assertThat(other.isChecked()).isTrue();
          held.get(0).resume();
          other.waitFor(detached());
          assertThat(clients.count()).isOne();
          assertThat(KeyboardWalk.hasFocus(search)).as("the focus is kept").isTrue();
          AccountKeys.confirm(page);
          dialog.getByText("Choose a client.").waitFor();
        });
  }

  @Test
  void aListOfClientsThatFailedIsAskedForAgain() {
    visit(
        page -> {
          PAGE.open(page, "");
          page.route(
              url -> url.contains("/clients?"), Route::abort, new Page.RouteOptions().setTimes(1));
          AdminKeys.awaitInterception(page);
          page.getByTestId("keys-create").click();
          Locator dialog = AccountKeys.dialog(page);
          dialog.locator(".pf-v5-c-alert").waitFor();
          AccountKeys.confirm(page);
          dialog.locator("input[type=radio]").first().waitFor();
          assertThat(dialog.locator(".pf-v5-c-alert").count()).isZero();
        });
  }

  /** A letter that is typed as soon as the form is there must reach it. */
  @Test
  void theFormOfTheKeyHasTheFocusFromItsFirstMoment() {
    visit(
        page -> {
          PAGE.open(page, "");
          page.getByTestId("keys-create").focus();
          page.keyboard().press("Enter");
          Locator dialog = AccountKeys.dialog(page);
          dialog.locator("input[type=text]").fill("tasks-service");
          dialog.getByLabel("tasks-service").check();
          page.evaluate(
              """
              () => {
                window.bwFocused = [];
                addEventListener("focusin", ({ target }) => window.bwFocused.push(
                  target.closest("[role=dialog]") === null ? target.outerHTML : "dialog"), true);
              }""");
          AccountKeys.confirm(page);
          dialog.getByText("tasks:read").first().waitFor();
          page.waitForFunction("() => document.activeElement.matches('[role=dialog] input')");
          page.keyboard().type("at once");
          assertThat(dialog.locator("input[type=text]").inputValue()).isEqualTo("at once");
          assertThat((List<?>) page.evaluate("() => window.bwFocused"))
              .isNotEmpty()
              .allMatch("dialog"::equals);
        });
  }

  /** PatternFly ends its focus trap at a click beside the dialog. */
  @Test
  void aClickBesideTheDialogLeavesTheFocusThere() {
    visit(
        page -> {
          PAGE.open(page, "");
          page.getByTestId("keys-create").click();
          AccountKeys.dialog(page).locator("input[type=radio]").first().waitFor();
          page.mouse().click(5, 5);
          for (int i = 0; i < 20; i++) {
            page.keyboard().press("Tab");
            assertThat(page.evaluate("() => document.activeElement.closest('#app') !== null"))
                .as("behind the dialog")
                .isEqualTo(false);
          }
          page.keyboard().press("Escape");
          AccountKeys.dialog(page).waitFor(detached());
          page.waitForFunction("() => document.activeElement.dataset.testid === 'keys-create'");
        });
  }

  /** Keys alone: no step loses the focus. Both keys have one name, so the same words are told. */
  @Test
  void everythingByKeyboard() {
    keys.made("alice", "kb-one", "tasks:read");
    keys.made("alice", "kb-one", "tasks:read");
    visit(
        page -> {
          PAGE.open(page, "kb-one");
          AdminKeys.total(page, "2 keys");
          Locator row = AdminKeys.row(page, "kb-one").first();
          try (KeyboardWalk walk = new KeyboardWalk(page, Look.DESKTOP_LIGHT)) {
            walk.key("Tab");
            assertThat(walk.focusedText()).isEqualTo("Skip to content");
            walk.space(row.locator("input[type=checkbox]"));
            walk.back(page.getByTestId("keys-revoke")).key("Enter");
            AccountKeys.dialog(page).waitFor();
            walk.escape().heldBy(page.getByTestId("keys-revoke"));
            walk.menu(row, "Limits and metadata");
            AccountKeys.dialog(page).waitFor();
            walk.escape().heldBy(row.locator("button[data-key]"));
            for (String left : List.of("1 key", "0 keys")) {
              walk.menu(row, "Revoke");
              AccountKeys.dialog(page).waitFor();
              walk.press(AccountKeys.dialog(page).locator("footer button").first()).closed();
              AdminKeys.total(page, left);
              walk.heldBy(page.locator(".bw-keys-notice"));
            }
          }
        });
  }

  private static Page.GetByRoleOptions name(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private static Locator.WaitForOptions detached() {
    return new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED);
  }

  private static void visit(Consumer<Page> steps) {
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      steps.accept(context.newPage());
    }
  }
}
