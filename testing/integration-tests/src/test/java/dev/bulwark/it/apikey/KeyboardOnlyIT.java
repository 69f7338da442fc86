package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.KeyboardWalk;
import dev.bulwark.it.themes.Look;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * K11, B5: every state of the pages of API keys by the keyboard alone, whose focus is always
 * somewhere and seen.
 */
@Tag("full")
@SharedRealm
class KeyboardOnlyIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final AccountKeys OWNERS = new AccountKeys(REALM);
  private static final AdminKeys ADMINISTRATORS = new AdminKeys(REALM);

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
  @EnumSource(
      value = Look.class,
      names = {"DESKTOP_LIGHT", "PHONE_DARK"})
  void anOwnerFromTheFirstKeyToTheLast(Look look) {
    String user = "keyboard-" + look.name().toLowerCase(Locale.ROOT);
    KeyPages.createUser(admin, user);
    try (BrowserContext context = chromium.newContext(look.options())) {
      Page page = context.newPage();
      OWNERS.open(page, user);
      try (KeyboardWalk walk = new KeyboardWalk(page, look)) {
        walk.press(page.getByTestId("keys-create")).dialog().picture("keys-create");
        fillWithEveryError(page, walk);
        shownAndCopied(page, walk);
        renamed(page, walk, look);
        limited(page, walk, look);
        replaced(page, walk, look);
        deactivatedAndActivated(page, walk, look);
        bothDeleted(page, walk, look);
        walk.picture("keys-empty-again")
            .press(page.locator(".bw-keys-notice button"))
            .heldBy(page.getByTestId("keys-create"));
      }
    }
  }

  private static void fillWithEveryError(Page page, KeyboardWalk walk) {
    Locator dialog = AccountKeys.dialog(page);
    Locator name = dialog.locator("input[type=text]");
    Locator scope = dialog.locator("input[type=checkbox]").first();
    walk.to(name).key("Enter").heldBy(name);
    walk.write(name, "by keyboard").key("Enter").heldBy(scope);
    walk.key("Space");
    Locator days = dialog.locator("input[type=radio]:checked");
    // From 30 days to 90, and to a date, which is missing.
    walk.to(days).key("ArrowDown").key("ArrowDown").key("Enter");
    Locator date = dialog.locator("input[type=date]");
    walk.heldBy(date).picture("keys-create-errors");
    walk.back(days).key("ArrowUp");
    walk.press(page.getByTestId("keys-limits")).held();
    Locator requests = dialog.locator("input[type=number]");
    walk.write(requests, "0");
    walk.write(dialog.locator("textarea").first(), "example.org");
    walk.write(dialog.locator("textarea").last(), "no value");
    walk.back(requests).key("Enter").heldBy(requests);
    walk.write(requests, "1000");
    walk.choose(dialog.locator("select"), 1);
    walk.write(dialog.locator("textarea").first(), "127.0.0.0/8");
    walk.write(dialog.locator("textarea").last(), "team=billing");
    walk.press(confirm(page));
  }

  private static void shownAndCopied(Page page, KeyboardWalk walk) {
    String key = AccountKeys.shown(page);
    // The dialog ignores Escape, and still keeps the focus in it.
    walk.dialog().key("Escape").dialog().picture("keys-shown");
    assertThat(AccountKeys.shown(page)).as("not lost by a key press").isEqualTo(key);
    walk.press(AccountKeys.dialog(page).locator(".bw-keys-copy button").first()).held();
    walk.press(confirm(page)).closed().heldBy(menu(page, 0)).picture("keys-first");
  }

  private static void renamed(Page page, KeyboardWalk walk, Look look) {
    walk.menu(row(page, 0), look.isGerman() ? "Umbenennen" : "Rename").dialog();
    walk.escape().heldBy(menu(page, 0));
    walk.menu(row(page, 0), look.isGerman() ? "Umbenennen" : "Rename").dialog();
    Locator name = AccountKeys.dialog(page).locator("input");
    walk.write(name, "").key("Enter").heldBy(name);
    walk.write(name, "of one name").key("Enter").closed();
    told(page, walk);
  }

  private static void limited(Page page, KeyboardWalk walk, Look look) {
    walk.menu(
        row(page, 0), look.isGerman() ? "Einschränkungen und Metadaten" : "Limits and metadata");
    walk.dialog();
    Locator networks = AccountKeys.dialog(page).locator("textarea").first();
    walk.write(networks, "192.0.2.0/33").press(confirm(page)).heldBy(networks);
    walk.picture("keys-edit-error");
    walk.write(networks, "192.0.2.0/24").press(confirm(page)).closed();
    told(page, walk);
  }

  private static void replaced(Page page, KeyboardWalk walk, Look look) {
    walk.menu(row(page, 0), look.isGerman() ? "Ersetzen" : "Replace").dialog();
    Locator overlap = AccountKeys.dialog(page).locator("select");
    walk.choose(overlap, 1);
    assertThat(overlap.inputValue()).as("a day").isEqualTo("86400");
    walk.press(confirm(page));
    AccountKeys.shown(page);
    walk.dialog().press(confirm(page)).closed();
    assertThat(rows(page).count()).isEqualTo(2);
    walk.heldBy(menu(page, 0)).picture("keys-replaced");
  }

  private static void deactivatedAndActivated(Page page, KeyboardWalk walk, Look look) {
    walk.menu(row(page, 0), look.isGerman() ? "Deaktivieren" : "Deactivate");
    told(page, walk);
    walk.menu(row(page, 0), look.isGerman() ? "Aktivieren" : "Activate");
    told(page, walk);
  }

  /** The old one and the new one: both have one name, so the page says the same twice. */
  private static void bothDeleted(Page page, KeyboardWalk walk, Look look) {
    String item = look.isGerman() ? "Löschen" : "Delete";
    Locator cancel = AccountKeys.dialog(page).locator("footer button").last();
    walk.menu(row(page, 1), item).dialog().heldBy(cancel).picture("keys-delete");
    walk.escape().heldBy(menu(page, 1));
    for (int last = 1; last >= 0; last--) {
      walk.menu(row(page, last), item);
      await().until(() -> KeyboardWalk.hasFocus(cancel));
      // As by Enter that is still held down.
      walk.key("Enter").closed().menu(row(page, last), item);
      await().until(() -> KeyboardWalk.hasFocus(cancel));
      walk.back(confirm(page)).key("Enter").closed();
      assertThat(rows(page).count()).isEqualTo(last);
      told(page, walk);
    }
  }

  @Test
  void anOwnerOfManyKeys() {
    KeyPages.createUser(admin, "keyboard-many");
    String token = keys.token("keyboard-many");
    for (int i = 1; i <= 21; i++) {
      keys.create(token, Keys.body("job-" + i + "x", null, "tasks:read")).expect(201);
    }
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      OWNERS.open(page, "keyboard-many");
      try (KeyboardWalk walk = new KeyboardWalk(page, Look.DESKTOP_LIGHT)) {
        Locator search = page.locator("main input[type=text]").first();
        walk.write(search, "job-7x").held();
        await().until(() -> rows(page).count() == 1);
        walk.press(page.locator("main button[aria-label='Clear the search']")).heldBy(search);
        toTheLastPageAndBack(page, walk, page.locator("#keys-top-top-pagination"));
        toTheLastPageAndBack(page, walk, page.locator("#keys-bottom-bottom-pagination"));
        Locator perPage = page.locator("#keys-top-top-toggle");
        walk.press(perPage);
        await().until(() -> walk.focusedText().equals("10 per page"));
        walk.key("ArrowDown").key("ArrowDown");
        assertThat(walk.focusedText()).isEqualTo("50 per page");
        walk.key("Enter").heldBy(perPage);
        assertThat(rows(page).count()).isEqualTo(21);
      }
    }
  }

  private static void toTheLastPageAndBack(Page page, KeyboardWalk walk, Locator pages) {
    Locator next = pages.locator("[data-action=next]");
    Locator previous = pages.locator("[data-action=previous]");
    walk.press(next).heldBy(next);
    walk.key("Enter").heldBy(previous).picture("keys-last-page");
    assertThat(rows(page).count()).isEqualTo(1);
    walk.key("Enter").heldBy(previous);
    walk.key("Enter").heldBy(next);
    assertThat(rows(page).count()).isEqualTo(10);
  }

  @Test
  void anOwnerWhoseListFails() {
    KeyPages.createUser(admin, "keyboard-fails");
    keys.made("keyboard-fails", "there", "tasks:read");
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      OWNERS.open(page, "keyboard-fails");
      try (KeyboardWalk walk = new KeyboardWalk(page, Look.DESKTOP_LIGHT)) {
        page.route(url -> url.contains("/api-keys?"), Route::abort);
        walk.menu(row(page, 0), "Deactivate");
        told(page, walk);
        walk.picture("keys-list-failed");
        page.reload();
        Locator again = page.locator("main .pf-v5-c-alert button");
        again.waitFor();
        walk.to(again).picture("keys-failed");
        page.unrouteAll();
        walk.key("Enter");
        AccountKeys.loaded(page);
      }
    }
  }

  @Test
  void anAdministrator() {
    KeyPages.createUser(admin, "keyboard-owner");
    for (String name : List.of("ko-same", "ko-same", "ko-fails", "ko-first")) {
      keys.made("keyboard-owner", name, "tasks:read");
    }
    AdminKeys.createAdministrator(
        admin,
        "keyboard-admin",
        "view-users",
        "view-clients",
        "query-clients",
        "manage-users",
        "manage-clients");
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      ADMINISTRATORS.signIn(page, "keyboard-admin", Realm.PASSWORD);
      page.navigate(ADMINISTRATORS.address() + "&search=ko-");
      AdminKeys.total(page, "4 keys");
      try (KeyboardWalk walk = new KeyboardWalk(page, Look.DESKTOP_LIGHT)) {
        walk.key("Tab");
        assertThat(walk.focusedText()).isEqualTo("Skip to content");
        walk.key("Enter").heldBy(page.locator("#main"));
        filteredAndReset(page, walk);
        revokedInPart(page, walk);
        for (String left : List.of("2 keys", "1 key")) {
          walk.menu(AdminKeys.row(page, "ko-same").first(), "Revoke").dialog();
          walk.press(confirm(page)).closed();
          AdminKeys.total(page, left);
          told(page, walk);
        }
        edited(page, walk);
        madeForAClient(page, walk);
        signedOutAndBack(page, walk);
      }
    }
  }

  private static void filteredAndReset(Page page, KeyboardWalk walk) {
    for (String filter : List.of("owner", "state", "expires", "unused", "sort")) {
      walk.choose(page.locator("select[name=" + filter + "]"), 1).held();
    }
    AdminKeys.total(page, "0 keys");
    Locator search = page.locator("[role=search] input[type=text]");
    walk.press(page.locator(".bw-admin-reset")).heldBy(search);
    walk.write(search, "ko-");
    // The search begins some time after the last letter, and ends the choice of keys.
    page.waitForFunction("() => new URLSearchParams(location.search).get('search') === 'ko-'");
    AdminKeys.total(page, "4 keys");
    walk.held();
  }

  /**
   * The second of four cannot be revoked, and the dialog is closed: the page says how far it came.
   */
  private static void revokedInPart(Page page, KeyboardWalk walk) {
    AtomicInteger sent = new AtomicInteger();
    page.route(
        url -> url.contains("/api-keys/"),
        route -> {
          if (sent.incrementAndGet() == 2) {
            route.abort();
          } else {
            route.resume();
          }
        });
    walk.space(page.locator("#keys-all"));
    walk.back(page.getByTestId("keys-revoke")).key("Enter").dialog();
    walk.escape().heldBy(page.getByTestId("keys-revoke"));
    walk.key("Enter").dialog().press(confirm(page));
    AccountKeys.dialog(page).locator(".pf-v5-c-alert").waitFor();
    walk.held().picture("admin-revoked-in-part").escape();
    AdminKeys.total(page, "3 keys");
    told(page, walk);
    walk.picture("admin-stopped");
    page.unrouteAll();
  }

  private static void edited(Page page, KeyboardWalk walk) {
    Locator row = AdminKeys.row(page, "ko-").first();
    walk.menu(row, "Revoke").dialog();
    walk.escape().heldBy(row.locator("button[data-key]"));
    walk.menu(row, "Limits and metadata").dialog();
    walk.escape().heldBy(row.locator("button[data-key]"));
    walk.menu(row, "Limits and metadata").dialog();
    walk.press(confirm(page)).closed();
    told(page, walk);
  }

  private void madeForAClient(Page page, KeyboardWalk walk) {
    Locator dialog = AccountKeys.dialog(page);
    Locator create = page.getByTestId("keys-create");
    Locator clients = dialog.locator("input[type=radio]");
    walk.press(create);
    clients.first().waitFor();
    walk.dialog().press(confirm(page)).heldBy(clients.first());
    walk.write(dialog.locator("input[type=text]"), "tasks-service");
    await().until(() -> clients.count() == 1);
    walk.space(clients).press(confirm(page));
    dialog.getByText("tasks:read").first().waitFor();
    walk.dialog().write(dialog.locator("input[type=text]"), "ko-for a client");
    walk.space(dialog.locator("input[type=checkbox]").first());
    List<Route> held = AdminKeys.holdCreations(page);
    walk.key("Enter");
    page.waitForCondition(() -> !held.isEmpty());
    walk.key("Escape").picture("admin-create-busy");
    held.get(0).resume();
    assertThat(keys.isGood(AccountKeys.shown(page))).isTrue();
    page.unrouteAll();
    walk.dialog().press(confirm(page)).closed().heldBy(create);
    AdminKeys.total(page, "2 keys");
  }

  private void signedOutAndBack(Page page, KeyboardWalk walk) {
    KeyPages.endSessions(admin, "master", "keyboard-admin");
    walk.menu(AdminKeys.row(page, "ko-fails"), "Revoke").dialog().press(confirm(page));
    Locator signIn = page.getByTestId("sign-in");
    signIn.waitFor();
    walk.heldBy(signIn).picture("admin-signed-out");
    Page other = page.context().newPage();
    ADMINISTRATORS.signIn(other, "keyboard-admin", Realm.PASSWORD);
    other.close();
    page.bringToFront();
    page.evaluate("() => window.dispatchEvent(new Event('focus'))");
    AdminKeys.total(page, "2 keys");
    walk.heldBy(page.locator("#main"));
  }

  /** The notice has the focus, which tells it to a screen reader. */
  private static void told(Page page, KeyboardWalk walk) {
    await().until(() -> KeyboardWalk.hasFocus(page.locator(".bw-keys-notice")));
    walk.heldBy(page.locator(".bw-keys-notice"));
  }

  private static Locator rows(Page page) {
    return page.locator("[data-testid=keys] tbody tr");
  }

  private static Locator row(Page page, int number) {
    return rows(page).nth(number);
  }

  private static Locator menu(Page page, int number) {
    return row(page, number).locator("button[data-key]");
  }

  /** The button that does what the dialog is for. */
  private static Locator confirm(Page page) {
    return AccountKeys.dialog(page).locator("footer button").first();
  }
}
