package dev.bulwark.it.support;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

final class SharedRealmExtension implements BeforeAllCallback {

  @Override
  public void beforeAll(ExtensionContext context) {
    if (!TestStack.begin()) {
      TestStack.get().importRealmAnew();
    }
  }
}
