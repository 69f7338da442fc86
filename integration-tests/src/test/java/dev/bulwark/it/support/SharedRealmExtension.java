package dev.bulwark.it.support;

import dev.bulwark.server.RealmFile;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

final class SharedRealmExtension implements BeforeAllCallback {

  @Override
  public void beforeAll(ExtensionContext context) {
    AdminApi admin = TestStack.get().admin();
    admin.delete("/realms/app");
    admin
        .post("/realms", RealmFile.development().resolve(RealmFile.developmentEnvironment()).json())
        .expect(201);
  }
}
