package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ForcedColors;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** K11: the page of the account console on which owners manage their keys. */
@SharedRealm
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
  @EnumSource(Look.class)
  void everyStateInEveryLook(Look look) {
    everyState(look, look.options(), "keys-" + look.name().toLowerCase(Locale.ROOT));
  }

  /** As narrow as a page at 400 %, and in the colours that Windows forces upon it. */
  @Test
  void everyStateAt320PixelsInForcedColors() {
    everyState(
        Look.PHONE_LIGHT,
        Look.PHONE_LIGHT.options().setViewportSize(320, 640).setForcedColors(ForcedColors.ACTIVE),
        "keys-narrow");
  }

  private void everyState(Look look, Browser.NewContextOptions options, String user) {
    KeyPages.createUser(admin, user);
    boolean german = look.name().startsWith("PHONE");
    try (BrowserContext context = chromium.newContext(options)) {
      Page page = context.newPage();
      KEYS_PAGE.open(page, user);
      assertThat(page.title()).isEqualTo(german ? "API-Schlüssel – Konto" : "API keys – Account");
      inspect(page, look, "keys-empty");

      AccountKeys.create(page);
      inspect(page, look, "keys-create");
      AccountKeys.confirm(page);
      page.locator("#" + focused(page) + "[aria-invalid=true]").waitFor();
      inspect(page, look, "keys-create-error");
      AccountKeys.fill(
          page,
          german ? "Nachtjob der Buchhaltung" : "Nightly job of the accounts",
          german ? "Aufgaben lesen" : "Read tasks");
      AccountKeys.confirm(page);
      assertThat(keys.isGood(AccountKeys.shown(page))).isTrue();
      inspect(page, look, "keys-shown");
      AccountKeys.confirm(page);

      Locator row = AccountKeys.row(page, german ? "Nachtjob" : "Nightly");
      AccountKeys.act(page, row, german ? "Umbenennen" : "Rename");
      inspect(page, look, "keys-rename");
      page.keyboard().press("Escape");
      AccountKeys.act(page, row, german ? "Löschen" : "Delete");
      inspect(page, look, "keys-delete");
      page.keyboard().press("Escape");
      AccountKeys.act(page, row, german ? "Ersetzen" : "Replace");
      inspect(page, look, "keys-replace");
      AccountKeys.confirm(page);
      AccountKeys.shown(page);
      AccountKeys.confirm(page);
      page.locator(".bw-keys-mark.bw-keys-ending").waitFor();
      assertThat(page.locator(".bw-keys-mark.bw-keys-new").count()).isOne();
      AccountKeys.act(page, row.first(), german ? "Deaktivieren" : "Deactivate");
      page.locator(".bw-keys-inactive").waitFor();
      inspect(page, look, "keys-list");

      page.locator("input[type=text]").first().fill("zzz");
      page.locator("[role=status] h2").waitFor();
      inspect(page, look, "keys-no-match");
    }
  }

  private static void inspect(Page page, Look look, String name) {
    Inspection.inspect(page, look, name);
    assertThat(Inspection.violations(page)).as(name).isEmpty();
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

  @Test
  void anAnswerThatWasLostIsAskedForAgain() {
    KeyPages.createUser(admin, "bad-line");
    visit(
        page -> {
          KEYS_PAGE.open(page, "bad-line");
          AccountKeys.create(page);
          AccountKeys.fill(page, "lost and found", "Read tasks");
          page.route(
              url -> url.endsWith("/api-keys"),
              route -> {
                route.fetch();
                route.abort();
              },
              new Page.RouteOptions().setTimes(1));
          AccountKeys.confirm(page);
          assertThat(keys.isGood(AccountKeys.shown(page))).isTrue();
        });
    assertThat(listed("bad-line")).as("made once").hasSize(1);
  }

  /** Tab, Space, Enter and Escape only. */
  @Test
  void everythingByKeyboard() {
    KeyPages.createUser(admin, "typist");
    visit(
        page -> {
          KEYS_PAGE.open(page, "typist");
          page.getByTestId("keys-create").focus();
          page.keyboard().press("Enter");
          AccountKeys.dialog(page).waitFor();
          page.keyboard().type("by keyboard");
          page.keyboard().press("Tab");
          page.keyboard().press("Space");
          page.keyboard().press("Enter");
          AccountKeys.shown(page);
          for (int i = 0; i < 10 && !focusedText(page).equals("I have copied the key"); i++) {
            page.keyboard().press("Tab");
          }
          page.keyboard().press("Enter");
          AccountKeys.row(page, "by keyboard").waitFor();
          AccountKeys.row(page, "by keyboard").locator("button").focus();
          page.keyboard().press("Enter");
          page.getByRole(AriaRole.MENUITEM).first().waitFor();
          await().until(() -> focusedText(page).equals("Rename"));
          page.keyboard().press("Enter");
          AccountKeys.dialog(page).waitFor();
          page.keyboard().press("Escape");
          AccountKeys.dialog(page).waitFor(detached());
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
          assertThat(AccountKeys.dialog(page).innerText()).contains("limit of 50 keys");
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

  private static String focusedText(Page page) {
    return ((String) page.evaluate("() => document.activeElement.innerText ?? ''")).strip();
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

  private static void visit(Consumer<Page> steps) {
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      steps.accept(context.newPage());
    }
  }
}
