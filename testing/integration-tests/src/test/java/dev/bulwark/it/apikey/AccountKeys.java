package dev.bulwark.it.apikey;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.themes.ThemedPages;

/** The page "API keys" of the account console, in English or German. */
public final class AccountKeys {

  static final String PATH = "content/api-keys";

  private final ThemedPages pages;

  public AccountKeys(Realm realm) {
    this.pages = new ThemedPages(realm);
  }

  /** Opens the page, logged in as the user, and waits for its list. */
  public void open(Page page, String user) {
    pages.account(page, PATH, user);
    loaded(page);
  }

  /** Waits until the page has keys, or says that there are none. */
  public static void loaded(Page page) {
    page.waitForSelector("main [data-testid=keys-create]");
  }

  public static Locator dialog(Page page) {
    return page.getByRole(AriaRole.DIALOG);
  }

  /** Opens the form for a new key. */
  public static void create(Page page) {
    page.getByTestId("keys-create").click();
    dialog(page).waitFor();
  }

  public static Locator row(Page page, String name) {
    return page.locator("[data-testid=keys] tbody tr")
        .filter(new Locator.FilterOptions().setHasText(name));
  }

  /** Chooses what to do with a key, by its place in the menu. */
  public static void act(Page page, Locator row, String action) {
    row.locator("button.pf-v5-c-menu-toggle").click();
    page.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName(action).setExact(true))
        .click();
  }

  /** Presses the button that does what the dialog is for. */
  public static void confirm(Page page) {
    dialog(page).locator("footer button").first().click();
  }

  public static void fill(Page page, String name, String scope) {
    dialog(page).locator("input[type=text]").fill(name);
    dialog(page).locator("label", new Locator.LocatorOptions().setHasText(scope)).click();
  }

  /** Opens the fields for the rate limit, the networks and the metadata of a new key. */
  static void openLimits(Page page) {
    page.getByTestId("keys-limits").click();
    dialog(page).locator("textarea").first().waitFor();
  }

  /** Fills the fields for the rate limit, the networks and the metadata of a key. */
  static void fillLimits(
      Page page, String requests, String seconds, String networks, String metadata) {
    dialog(page).locator("input[type=number]").fill(requests);
    dialog(page).locator("select").selectOption(seconds);
    dialog(page).locator("textarea").first().fill(networks);
    dialog(page).locator("textarea").last().fill(metadata);
  }

  /** The key that the page shows this once. */
  public static String shown(Page page) {
    Locator key = dialog(page).locator("input.bw-keys-code, .bw-keys-code input").first();
    key.waitFor();
    return key.inputValue();
  }
}
