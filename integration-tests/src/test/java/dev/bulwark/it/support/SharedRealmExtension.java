package dev.bulwark.it.support;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

final class SharedRealmExtension implements BeforeAllCallback, AfterAllCallback {

  @Override
  public void beforeAll(ExtensionContext context) {
    boolean begins = TestStack.begin();
    TestStack stack = TestStack.get();
    if (!begins) {
      importAnew(stack);
    }
    stack.realmIsNew(true);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    TestStack.get().realmIsNew(false);
  }

  private static void importAnew(TestStack stack) {
    AdminApi admin = stack.admin();
    // Keycloak deletes all client sessions of a realm by one statement, and stores sessions of the
    // class before in the background: the database can end the deletion to break a deadlock.
    await("the former realm is gone").atMost(SOON).until(() -> isGone(admin));
    admin.makeRealm(stack.realmToImport());
  }

  private static boolean isGone(AdminApi admin) {
    Response removed = admin.delete("/realms/app");
    if (removed.status() == 204 || removed.status() == 404) {
      return true;
    }
    System.out.printf("The realm was not deleted: %d %s%n", removed.status(), removed.body());
    return false;
  }
}
