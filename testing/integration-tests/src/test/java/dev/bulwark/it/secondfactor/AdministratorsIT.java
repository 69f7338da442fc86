package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** T3: holders of every administrative role of the realm, however they were given it. */
@SharedRealm
class AdministratorsIT {

  private static final String SECRET = "KRUGS4ZANFZSAYJAON2HK4DJMQQHGZLD";

  private static Application application;

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Realm realm = stack.realm();
  private final People people = new People(admin);
  private final RoleGrants roles = new RoleGrants(admin);

  @BeforeAll
  static void start() {
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void close() {
    if (application != null) {
      application.close();
    }
  }

  @Test
  void everyRoleOfTheRealmManagementNeedsASecondFactor() {
    for (String role : new String[] {"realm-admin", "manage-users", "impersonation"}) {
      people.create("has-" + role);
      roles.management("has-" + role, role);
      assertSetUpIsDemanded("has-" + role);
    }
  }

  /** Directly, by a composite role of an application, and by a group's parent. */
  @Test
  void howTheRoleWasGivenDoesNotMatter() {
    people.create("by-composite");
    roles.composite("by-composite", "support", "query-users");
    assertSetUpIsDemanded("by-composite");

    people.create("by-group");
    roles.group("by-group", "desk", "query-users");
    assertSetUpIsDemanded("by-group");
  }

  @Test
  void aRoleThatAdministersNothingNeedsNone() {
    people.create("no-administrator");
    roles.realm("no-administrator", "offline_access");
    assertThat(logIn("no-administrator").parameters()).containsKey("code");
  }

  @Test
  void whoHasASecondFactorIsAskedForIt() {
    people.createWithAuthenticator("app-realm-admin", SECRET);
    roles.management("app-realm-admin", "realm-admin");
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = signIn(browser, "app-realm-admin");
    assertThat(page.response().body()).contains("kc-otp-login-form");
    page = browser.submit(page, Map.of("otp", new Authenticator(SECRET).code()));
    assertThat(page.parameters()).containsKey("code");
  }

  /** The shipped flow of the password grant, which the development realm leaves out. */
  @Test
  void thePasswordGrantOfAnAdministratorIsRefusedWithoutOne() {
    admin.put("/realms/app", Json.object("directGrantFlow", "direct grant")).expect(204);
    try {
      for (String role :
          new String[] {"realm-admin", "manage-users", "impersonation", "query-users"}) {
        people.create("grant-" + role);
        realm.login("grant-" + role, Realm.PASSWORD, "openid").expect(200);
        roles.management("grant-" + role, role);
        assertThat(
                realm
                    .login("grant-" + role, Realm.PASSWORD, "openid")
                    .expect(400)
                    .text("error_description"))
            .as(role)
            .isEqualTo("Account is not fully set up");
      }
    } finally {
      admin
          .put("/realms/app", Json.object("directGrantFlow", "direct grant for development"))
          .expect(204);
    }
  }

  private void assertSetUpIsDemanded(String name) {
    FormBrowser.Page page = logIn(name);
    assertThat(page.parameters()).as(name).doesNotContainKey("code");
    assertThat(page.response().body()).as(name).contains("kc-totp-settings");
    assertThat(people.sessions(name)).as(name).isZero();
  }

  private FormBrowser.Page logIn(String name) {
    return signIn(new FormBrowser(stack.url()), name);
  }

  private static FormBrowser.Page signIn(FormBrowser browser, String name) {
    return browser.submit(
        browser.open(application.login("openid")),
        Map.of("username", name, "password", Realm.PASSWORD));
  }
}
