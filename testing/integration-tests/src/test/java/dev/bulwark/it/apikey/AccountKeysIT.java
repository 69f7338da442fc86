package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ForcedColors;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.KeyboardWalk;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** K11: the page of the account console on which owners manage their keys. */
@SharedRealm
@Tag("slow")
class AccountKeysIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final AccountKeys KEYS_PAGE = new AccountKeys(REALM);

  private static Chromium chromium;

  private final AdminApi admin = STACK.admin();
  private final Keys keys = new Keys(REALM);

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

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  void everyStateInEveryLook(Look look) {
    everyState(look, look.options(), "keys-" + look.name().toLowerCase(Locale.ROOT));
  }

  /** As narrow as a page at 400 %, and in the colours that Windows forces upon it. */
  @Tag("full")
  @Test
  void everyStateAt320PixelsInForcedColors() {
    everyState(
        Look.PHONE_LIGHT,
        Look.PHONE_LIGHT.options().setViewportSize(320, 640).setForcedColors(ForcedColors.ACTIVE),
        "keys-narrow");
  }

  private void everyState(Look look, Browser.NewContextOptions options, String user) {
    KeyPages.createUser(admin, user);
    boolean german = look.isGerman();
    try (BrowserContext context = chromium.newContext(options)) {
      Page page = context.newPage();
      KEYS_PAGE.open(page, user);
      assertThat(page.title()).isEqualTo(german ? "API-Schlüssel – Konto" : "API keys – Account");
      Inspection.inspectStrictly(page, look, "keys-empty");

      AccountKeys.create(page);
      Inspection.inspectStrictly(page, look, "keys-create");
      AccountKeys.confirm(page);
      page.locator("#" + focused(page) + "[aria-invalid=true]").waitFor();
      Inspection.inspectStrictly(page, look, "keys-create-error");
      AccountKeys.openLimits(page);
      Inspection.inspectStrictly(page, look, "keys-create-limits");
      AccountKeys.fillLimits(page, "0", "60", "example.org", "no value");
      AccountKeys.fill(
          page,
          german ? "Nachtjob der Buchhaltung" : "Nightly job of the accounts",
          german ? "Aufgaben lesen" : "Read tasks");
      AccountKeys.confirm(page);
      await().until(() -> focused(page).endsWith("-requests"));
      Inspection.inspectStrictly(page, look, "keys-create-limits-error");
      AccountKeys.fillLimits(
          page, "1000", "3600", "127.0.0.0/8\n2001:db8::/32", "team=billing\nenv=prod");
      AccountKeys.confirm(page);
      assertThat(keys.isGood(AccountKeys.shown(page))).isTrue();
      Inspection.inspectStrictly(page, look, "keys-shown");
      AccountKeys.confirm(page);

      Locator row = AccountKeys.row(page, german ? "Nachtjob" : "Nightly");
      AccountKeys.act(page, row, german ? "Umbenennen" : "Rename");
      Inspection.inspectStrictly(page, look, "keys-rename");
      page.keyboard().press("Escape");
      AccountKeys.act(page, row, german ? "Einschränkungen und Metadaten" : "Limits and metadata");
      Inspection.inspectStrictly(page, look, "keys-edit");
      page.keyboard().press("Escape");
      AccountKeys.act(page, row, german ? "Löschen" : "Delete");
      Inspection.inspectStrictly(page, look, "keys-delete");
      page.keyboard().press("Escape");
      AccountKeys.act(page, row, german ? "Ersetzen" : "Replace");
      Inspection.inspectStrictly(page, look, "keys-replace");
      AccountKeys.confirm(page);
      AccountKeys.shown(page);
      AccountKeys.confirm(page);
      page.locator(".bw-keys-mark.bw-keys-ending").waitFor();
      assertThat(page.locator(".bw-keys-mark.bw-keys-new").count()).isOne();
      AccountKeys.act(page, row.first(), german ? "Deaktivieren" : "Deactivate");
      page.locator(".bw-keys-inactive").waitFor();
      Inspection.inspectStrictly(page, look, "keys-list");

      page.locator("input[type=text]").first().fill("zzz");
      page.locator("[role=status] h2").waitFor();
      Inspection.inspectStrictly(page, look, "keys-no-match");
    }
  }

  /** A word that no line has room for. */
  @Tag("full")
  @Test
  void longNamesAt320Pixels() {
    String name = "n".repeat(100);
    KeyPages.createUser(admin, "long-names");
    keys.made("long-names", name, "tasks:read");
    Look look = Look.PHONE_NARROW;
    try (BrowserContext context = chromium.newContext(look.options())) {
      Page page = context.newPage();
      KEYS_PAGE.open(page, "long-names");
      Inspection.inspectStrictly(page, look, "keys-long");
      Locator row = AccountKeys.row(page, name);
      AccountKeys.act(page, row, "Ersetzen");
      AccountKeys.confirm(page);
      AccountKeys.shown(page);
      Inspection.inspectStrictly(page, look, "keys-long-shown");
      AccountKeys.confirm(page);
      AccountKeys.act(page, row.first(), "Löschen");
      AccountKeys.dialog(page).waitFor();
      Inspection.inspectStrictly(page, look, "keys-long-delete");
      AccountKeys.confirm(page);
      page.locator(".bw-keys-notice .pf-v5-c-alert").waitFor();
      Inspection.inspectStrictly(page, look, "keys-long-deleted");
      page.locator("input[type=text]").first().fill("z".repeat(100));
      page.locator("[role=status] h2").waitFor();
      Inspection.inspectStrictly(page, look, "keys-long-no-match");
    }
  }

  private static String focused(Page page) {
    return ((String) page.evaluate("() => CSS.escape(document.activeElement.id)"));
  }

  @Test
  void createdRenamedReplacedSwitchedOffAndOnAndDeleted() {
    KeyPages.createUser(admin, "keeper");
    visit(
        page -> {
          KEYS_PAGE.open(page, "keeper");
          AccountKeys.create(page);
          AccountKeys.fill(page, "old name", "Read tasks");
          AccountKeys.confirm(page);
          String old = AccountKeys.shown(page);
          assertThat(AccountKeys.dialog(page).locator("textarea").inputValue()).contains(old);
          AccountKeys.confirm(page);
          JsonNode made = listed("keeper").get(0);
          assertThat(Instant.parse(made.get("expiresAt").asText()))
              .as("the default")
              .isBetween(
                  Instant.now().plus(Duration.ofDays(30)).minusSeconds(120),
                  Instant.now().plus(Duration.ofDays(30)));
          assertThat(made.get("scopes").toString()).isEqualTo("[\"tasks:read\"]");

          AccountKeys.act(page, AccountKeys.row(page, "old name"), "Rename");
          AccountKeys.dialog(page).locator("input").fill("new name");
          AccountKeys.confirm(page);
          AccountKeys.row(page, "new name").waitFor();

          AccountKeys.act(page, AccountKeys.row(page, "new name"), "Deactivate");
          page.locator(".bw-keys-inactive").waitFor();
          assertThat(keys.isGood(old)).isFalse();
          AccountKeys.act(page, AccountKeys.row(page, "new name"), "Activate");
          page.locator(".bw-keys-inactive").waitFor(detached());
          assertThat(keys.isGood(old)).isTrue();

          AccountKeys.act(page, AccountKeys.row(page, "new name"), "Replace");
          assertThat(AccountKeys.dialog(page).locator("select").inputValue()).isEqualTo("3600");
          AccountKeys.confirm(page);
          String replacement = AccountKeys.shown(page);
          assertThat(AccountKeys.dialog(page).innerText()).contains("The old key works until");
          AccountKeys.confirm(page);
          assertThat(keys.isGood(old)).as("for an hour").isTrue();
          assertThat(keys.isGood(replacement)).isTrue();
          page.locator(".bw-keys-ending").waitFor();

          Locator rows = AccountKeys.row(page, "new name");
          AccountKeys.act(page, rows.filter(with("works until")), "Delete");
          assertThat(AccountKeys.dialog(page).innerText()).contains("stop working");
          AccountKeys.confirm(page);
          page.locator(".bw-keys-ending").waitFor(detached());
          assertThat(page.locator(".bw-keys-notice").innerText()).contains("has been deleted");
          assertThat(keys.isGood(old)).isFalse();
          assertThat(keys.isGood(replacement)).isTrue();
        });
  }

  /** K10. */
  @Test
  void ownersSetLimitsNetworksAndMetadata() {
    KeyPages.createUser(admin, "careful");
    visit(
        page -> {
          KEYS_PAGE.open(page, "careful");
          AccountKeys.create(page);
          AccountKeys.fill(page, "restricted", "Read tasks");
          AccountKeys.openLimits(page);
          AccountKeys.fillLimits(page, "100", "60", "192.0.2.0/24", "team=billing");
          AccountKeys.confirm(page);
          AccountKeys.shown(page);
          AccountKeys.confirm(page);
          Locator row = AccountKeys.row(page, "restricted");
          row.waitFor();
          assertThat(row.innerText())
              .contains(
                  "Requests: at most 100 per minute", "Only from 192.0.2.0/24", "team: billing");
          JsonNode made = listed("careful").get(0);
          assertThat(made.get("rateLimit").toString())
              .isEqualTo("{\"requests\":100,\"seconds\":60}");
          assertThat(made.get("allowedNetworks").toString()).isEqualTo("[\"192.0.2.0/24\"]");
          assertThat(made.get("metadata").toString()).isEqualTo("{\"team\":\"billing\"}");

          AccountKeys.act(page, row, "Limits and metadata");
          assertThat(AccountKeys.dialog(page).locator("input[type=number]").inputValue())
              .isEqualTo("100");
          AccountKeys.fillLimits(page, "", "60", "192.0.2.0/33", "env=prod");
          AccountKeys.confirm(page);
          await().until(() -> focused(page).endsWith("-networks"));
          AccountKeys.fillLimits(page, "", "60", "::1\n127.0.0.1", "env=prod");
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).waitFor(detached());
          row.getByText("env: prod").waitFor();
          JsonNode changed = listed("careful").get(0);
          assertThat(changed.get("rateLimit").isNull()).isTrue();
          assertThat(changed.get("allowedNetworks").toString())
              .isEqualTo("[\"::1\",\"127.0.0.1\"]");
          assertThat(changed.get("metadata").toString()).isEqualTo("{\"env\":\"prod\"}");
        });
  }

  /** K10: the realm may reserve them; the page shows what an administrator has set. */
  @Test
  void aRealmThatReservesThemOffersNone() {
    KeyPages.createUser(admin, "restricted-owner");
    String id = keys.made("restricted-owner", "by admin", "tasks:read").get("id").asText();
    admin
        .patch(
            "/realms/app/api-keys/" + id,
            Json.object("rateLimit", Map.of("requests", 5, "seconds", 86400)))
        .expect(200);
    KeyPages.limits(
        admin,
        Json.object(
            "owner-rate-limit", "false", "owner-networks", "false", "owner-metadata", "false"));
    try {
      visit(
          page -> {
            KEYS_PAGE.open(page, "restricted-owner");
            Locator row = AccountKeys.row(page, "by admin");
            row.waitFor();
            assertThat(row.innerText()).contains("Requests: at most 5 per day");
            row.locator("button.pf-v5-c-menu-toggle").click();
            page.getByRole(AriaRole.MENUITEM).first().waitFor();
            assertThat(page.getByRole(AriaRole.MENUITEM).allInnerTexts())
                .contains("Rename")
                .doesNotContain("Limits and metadata");
            page.keyboard().press("Escape");
            AccountKeys.create(page);
            assertThat(AccountKeys.dialog(page).locator("textarea").count()).isZero();
          });
    } finally {
      KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
    }
  }

  @Test
  void aKeyIsShownOnceAndIsNotInThePageThatIsLeft() {
    KeyPages.createUser(admin, "once-only");
    visit(
        page -> {
          KEYS_PAGE.open(page, "once-only");
          AccountKeys.create(page);
          AccountKeys.fill(page, "once", "Read tasks");
          AccountKeys.confirm(page);
          String key = AccountKeys.shown(page);
          page.keyboard().press("Escape");
          assertThat(AccountKeys.shown(page)).as("not lost by a key press").isEqualTo(key);
          assertThat(
                  page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])"))
              .asString()
              .doesNotContain(key);
          page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pagehide'))");
          assertThat(page.content()).doesNotContain(key);
          assertThat(AccountKeys.dialog(page).count()).isZero();
        });
  }

  /** Closed by Escape, the dialog would leave a key that nobody has seen. */
  @Test
  void aReplacementThatIsBeingMadeIsShownWhateverIsPressed() {
    KeyPages.createUser(admin, "impatient");
    keys.made("impatient", "turned", "tasks:read");
    visit(
        page -> {
          KEYS_PAGE.open(page, "impatient");
          AccountKeys.act(page, AccountKeys.row(page, "turned"), "Replace");
          List<Route> held = AdminKeys.holdPosts(page, "/rotate");
          AccountKeys.confirm(page);
          page.waitForCondition(() -> !held.isEmpty());
          page.keyboard().press("Escape");
          assertThat(AccountKeys.dialog(page).locator("select").count()).as("still open").isOne();
          held.get(0).resume();
          assertThat(keys.isGood(AccountKeys.shown(page))).isTrue();
        });
  }

  @Test
  void aResponseThatIsLostMakesNoSecondKey() {
    KeyPages.createUser(admin, "bad-line");
    visit(
        page -> {
          KEYS_PAGE.open(page, "bad-line");
          AccountKeys.create(page);
          AccountKeys.fill(page, "lost", "Read tasks");
          page.route(
              url -> url.endsWith("/api-keys"),
              route -> {
                route.fetch();
                route.abort();
              },
              new Page.RouteOptions().setTimes(1));
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).getByText("delete this key if it is in the list").waitFor();
        });
    assertThat(listed("bad-line")).as("made once").hasSize(1);
  }

  @Test
  void aKeyThatIsDeletedElsewhereIsDeleted() {
    KeyPages.createUser(admin, "two-tabs");
    String id = keys.made("two-tabs", "gone already", "tasks:read").get("id").asText();
    visit(
        page -> {
          KEYS_PAGE.open(page, "two-tabs");
          AccountKeys.act(page, AccountKeys.row(page, "gone already"), "Delete");
          admin.delete("/realms/app/api-keys/" + id).expect(204);
          AccountKeys.confirm(page);
          page.getByText("has been deleted").waitFor();
          assertThat(AccountKeys.row(page, "gone already").count()).isZero();
        });
  }

  @Test
  void withoutItsTextsThePageOffersToTryAgain() {
    KeyPages.createUser(admin, "no-texts");
    visit(
        page -> {
          KEYS_PAGE.open(page, "no-texts");
          page.route(url -> url.matches(".*/resources/app/account/[a-z]+"), Route::abort);
          page.reload();
          Locator again = page.locator("main .pf-v5-c-alert button");
          again.waitFor();
          assertThat(again.innerText()).isEqualTo("Try again");
          page.unrouteAll();
          again.click();
          AccountKeys.loaded(page);
        });
  }

  /** The page has a token that would not expire for minutes. */
  @Test
  void theEndOfTheSessionElsewhereIsTold() {
    KeyPages.createUser(admin, "ended");
    keys.made("ended", "of the session", "tasks:read");
    visit(
        page -> {
          // The console looks for the cookie of the session every five seconds. Keycloak removes
          // the
          // cookie, and the console leaves for the sign-in. Its request to begin gets no answer.
          page.route("**/login-status-iframe.html/init*", route -> {});
          KEYS_PAGE.open(page, "ended");
          KeyPages.endSessions(admin, "app", "ended");
          AccountKeys.act(page, AccountKeys.row(page, "of the session"), "Delete");
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).getByText("Your session has ended").waitFor();
        });
    assertThat(listed("ended")).hasSize(1);
  }

  /** No key has to be deleted to replace one at once. */
  @Test
  void tooManyReplacedKeysAreTold() {
    KeyPages.createUser(admin, "replacer");
    String id = keys.made("replacer", "turned", "tasks:read").get("id").asText();
    String overlap = Json.object("overlapSeconds", 3600);
    keys.send("POST", "/" + id + "/rotate", keys.token("replacer"), overlap).expect(201);
    KeyPages.limits(admin, Json.object("max-keys", "1"));
    try {
      visit(
          page -> {
            KEYS_PAGE.open(page, "replacer");
            AccountKeys.act(page, AccountKeys.row(page, "turned").first(), "Replace");
            AccountKeys.confirm(page);
            AccountKeys.dialog(page).getByText("Too many of your keys work").waitFor();
            AccountKeys.dialog(page).locator("select").selectOption("0");
            AccountKeys.confirm(page);
            assertThat(keys.isGood(AccountKeys.shown(page))).isTrue();
          });
    } finally {
      KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
    }
  }

  /** Keys alone: no step loses the focus. Both keys have one name, so the same words are told. */
  @Test
  void everythingByKeyboard() {
    KeyPages.createUser(admin, "typist");
    visit(
        page -> {
          KEYS_PAGE.open(page, "typist");
          Locator rows = AccountKeys.row(page, "by keyboard");
          Locator notice = page.locator(".bw-keys-notice");
          Locator create = page.getByTestId("keys-create");
          try (KeyboardWalk walk = new KeyboardWalk(page, Look.DESKTOP_LIGHT)) {
            for (int made = 1; made <= 2; made++) {
              walk.back(create).key("Enter");
              AccountKeys.dialog(page).waitFor();
              page.keyboard().type("by keyboard");
              walk.key("Tab").key("Space").key("Enter");
              AccountKeys.shown(page);
              walk.press(AccountKeys.dialog(page).locator("footer button")).closed();
              assertThat(rows.count()).isEqualTo(made);
              walk.heldBy(rows.first().locator("button[data-key]"));
            }
            walk.menu(rows.first(), "Rename");
            AccountKeys.dialog(page).waitFor();
            walk.escape().heldBy(rows.first().locator("button[data-key]"));
            for (int left = 1; left >= 0; left--) {
              walk.menu(rows.first(), "Delete");
              AccountKeys.dialog(page).waitFor();
              await().until(() -> walk.focusedText().equals("Cancel"));
              walk.press(AccountKeys.dialog(page).locator("footer button").first()).closed();
              await().until(() -> KeyboardWalk.hasFocus(notice));
              assertThat(rows.count()).isEqualTo(left);
            }
            walk.press(notice.locator("button")).heldBy(create);
          }
        });
  }

  @Test
  void whatIsDoneIsToldWhereTheListCannotBeLoadedAgain() {
    KeyPages.createUser(admin, "stale-list");
    keys.made("stale-list", "gone", "tasks:read");
    visit(
        page -> {
          List<String> errors = new ArrayList<>();
          page.onPageError(errors::add);
          KEYS_PAGE.open(page, "stale-list");
          page.route(url -> url.contains("/api-keys?"), Route::abort);
          AccountKeys.act(page, AccountKeys.row(page, "gone"), "Delete");
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).waitFor(detached());
          page.getByText("The list could not be loaded again").waitFor();
          assertThat(page.locator(".bw-keys-notice").innerText()).contains("has been deleted");

          AccountKeys.create(page);
          AccountKeys.fill(page, "made", "Read tasks");
          AccountKeys.confirm(page);
          AccountKeys.shown(page);
          AccountKeys.confirm(page);
          page.getByText("has been deleted").waitFor(detached());
          page.getByText("The list could not be loaded again").waitFor();
          assertThat(errors).isEmpty();
        });
  }

  @Test
  void whyTheListCannotBeLoadedAgainIsTold() {
    KeyPages.createUser(admin, "too-fast");
    keys.made("too-fast", "gone", "tasks:read");
    visit(
        page -> {
          KEYS_PAGE.open(page, "too-fast");
          page.route(
              url -> url.contains("/api-keys?"),
              route ->
                  route.fulfill(
                      new Route.FulfillOptions()
                          .setStatus(429)
                          .setContentType("application/problem+json")
                          .setBody(Json.object("error", "slow_down", "detail", ""))));
          AccountKeys.act(page, AccountKeys.row(page, "gone"), "Delete");
          AccountKeys.confirm(page);
          page.getByText("Try again in a minute. The list could not be loaded again").waitFor();
        });
  }

  /** The new list comes after the dialog is closed, and leaves the focus where the user has it. */
  @Test
  void aNewListLeavesTheFocusToAUserWhoTypes() {
    KeyPages.createUser(admin, "quick");
    keys.made("quick", "job one", "tasks:read");
    visit(
        page -> {
          KEYS_PAGE.open(page, "quick");
          AccountKeys.create(page);
          AccountKeys.fill(page, "job two", "Read tasks");
          AccountKeys.confirm(page);
          AccountKeys.shown(page);
          List<Route> held = new ArrayList<>();
          page.route(url -> url.contains("/api-keys?"), held::add);
          AccountKeys.confirm(page);
          page.waitForCondition(() -> !held.isEmpty());
          Locator search = page.locator("main input[type=text]").first();
          search.click();
          page.keyboard().type("jo");
          held.get(0).resume();
          AccountKeys.row(page, "job two").waitFor();
          page.keyboard().type("b two");
          await().until(() -> AccountKeys.row(page, "job one").count() == 0);
          assertThat(search.inputValue()).isEqualTo("job two");
        });
  }

  @Test
  void fiftyKeysInPagesAndFoundByTheirText() {
    KeyPages.createUser(admin, "collector");
    String token = keys.token("collector");
    for (int i = 1; i <= 50; i++) {
      keys.create(
              token, Keys.body("job-" + i + "x", null, i % 2 == 0 ? "tasks:read" : "tasks:write"))
          .expect(201);
    }
    visit(
        page -> {
          KEYS_PAGE.open(page, "collector");
          assertThat(page.locator("[data-testid=keys] tbody tr").count()).isEqualTo(10);
          assertThat(page.locator("main").innerText()).contains("50 of at most 50 keys");
          Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "keys-fifty");
          page.getByRole(AriaRole.BUTTON, name("Next page")).first().click();
          assertThat(page.locator("[data-testid=keys] tbody tr").first().innerText())
              .contains("job-40x");
          page.locator("input[type=text]").first().fill("job-7x");
          await()
              .untilAsserted(
                  () ->
                      assertThat(page.locator("[data-testid=keys] tbody tr").allInnerTexts())
                          .singleElement()
                          .asString()
                          .contains("job-7x"));
          page.locator("input[type=text]").first().fill("read tasks");
          await()
              .until(() -> page.locator(".pf-v5-c-pagination").first().innerText().contains("25"));

          AccountKeys.create(page);
          AccountKeys.fill(page, "one too many", "Read tasks");
          AccountKeys.confirm(page);
          AccountKeys.dialog(page).locator(".pf-v5-c-alert").waitFor();
          assertThat(AccountKeys.dialog(page).innerText()).contains("maximum number of keys (50)");
          Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "keys-create-refused");
        });
  }

  /** The page asks nobody but this server, and Keycloak's menu leads to it. */
  @Test
  void theMenuLeadsToThePageAndNothingIsLoadedFromElsewhere() {
    KeyPages.createUser(admin, "visitor");
    List<String> hosts = new ArrayList<>();
    visit(
        page -> {
          page.onRequest(request -> hosts.add(URI.create(request.url()).getAuthority()));
          List<String> errors = new ArrayList<>();
          page.onPageError(errors::add);
          page.onConsoleMessage(
              message -> {
                if (message.type().equals("error")) {
                  errors.add(message.text());
                }
              });
          new dev.bulwark.it.themes.ThemedPages(REALM).account(page, "", "visitor");
          page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("API keys")).click();
          AccountKeys.loaded(page);
          assertThat(page.url()).endsWith("/account/" + AccountKeys.PATH);
          page.reload();
          AccountKeys.loaded(page);
          assertThat(errors).isEmpty();
        });
    assertThat(hosts).isNotEmpty().allMatch(STACK.url().getAuthority()::equals);
  }

  private JsonNode listed(String user) {
    return keys.send("GET", "", keys.token(user), null).expect(200).json();
  }

  private static Locator.FilterOptions with(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  private static Page.GetByRoleOptions name(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private static Locator.WaitForOptions detached() {
    return new Locator.WaitForOptions()
        .setState(com.microsoft.playwright.options.WaitForSelectorState.DETACHED);
  }

  /** A realm that is not the shipped one: theme, required action and a scope are all it needs. */
  @Test
  void inARealmWithAnotherName() {
    String name = "second_firm-2";
    admin.makeRealm(
        """
            {"realm": "%s", "enabled": true, "accountTheme": "bulwark", "loginTheme": "bulwark",
             "users": [{"username": "zoe", "enabled": true, "email": "zoe@example.org",
               "emailVerified": true, "firstName": "Zoe", "lastName": "Two",
               "credentials": [{"type": "password", "value": "%s"}],
               "clientRoles": {"account": ["manage-account", "view-profile"]}}]}
            """
            .formatted(name, Realm.PASSWORD));
    try {
      admin
          .post(
              "/realms/" + name + "/client-scopes",
              Json.object(
                  "name",
                  "things:read",
                  "description",
                  "Read things",
                  "protocol",
                  "openid-connect"))
          .expect(201);
      visit(
          page -> {
            new AccountKeys(new Realm(STACK.url(), name)).open(page, "zoe");
            assertThat(page.url()).contains("/realms/" + name + "/account/content/api-keys");
            AccountKeys.create(page);
            AccountKeys.fill(page, "of another realm", "Read things");
            AccountKeys.confirm(page);
            assertThat(AccountKeys.shown(page)).startsWith("atk_");
            assertThat(AccountKeys.dialog(page).locator("textarea").inputValue()).contains(name);
            AccountKeys.confirm(page);
            AccountKeys.row(page, "of another realm").waitFor();
            Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "keys-other-realm");
          });
      assertThat(admin.get("/realms/" + name + "/api-keys").expect(200).json()).hasSize(1);
    } finally {
      admin.delete("/realms/" + name).expect(204);
    }
  }

  private static void visit(Consumer<Page> steps) {
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      steps.accept(context.newPage());
    }
  }
}
