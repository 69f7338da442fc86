package dev.bulwark.it.apikey;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.themes.ThemedPages;
import java.net.URI;

/** The administrators' page of API keys. */
final class AdminKeys {

  private final Realm realm;

  AdminKeys(Realm realm) {
    this.realm = realm;
  }

  String address() {
    return realm.url() + "/api-keys-admin";
  }

  /** A user of the realm {@code app} with roles of the Admin API. */
  static void createAdministrator(AdminApi admin, String name, String... roles) {
    KeyPages.createUser(admin, name);
    String management = admin.clientUuid("realm-management");
    for (String role : roles) {
      JsonNode found =
          admin.get("/realms/app/clients/" + management + "/roles/" + role).expect(200).json();
      admin
          .post(
              "/realms/app/users/" + admin.userId(name) + "/role-mappings/clients/" + management,
              "[" + found + "]")
          .expect(204);
    }
  }

  /** Signs in to the admin console, opens the page and waits for its list. */
  void open(Page page, String administrator, String query) {
    signIn(page, administrator);
    page.navigate(address() + query);
    loaded(page);
  }

  /** Signs in to the admin console of the realm. */
  void signIn(Page page, String administrator) {
    page.navigate(realm.url().replace("/realms/", "/admin/") + "/console/");
    page.waitForSelector("#kc-login");
    new ThemedPages(realm).signIn(page, administrator, Realm.PASSWORD);
    // Login pages are below /realms, whatever they are about.
    page.waitForURL(url -> URI.create(url).getPath().endsWith("/console/"));
  }

  static void loaded(Page page) {
    page.waitForSelector("[data-testid=keys-total]:not(:empty)");
  }

  static Locator row(Page page, String name) {
    return AccountKeys.row(page, name);
  }

  /** Waits until the list says how many keys it has. */
  static void total(Page page, String text) {
    page.waitForSelector("[data-testid=keys-total]:text-is('" + text + "')");
  }
}
