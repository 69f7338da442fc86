package dev.bulwark.it.support;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** B3: no class sees what the class before it has left. That others may is shown by all of them. */
class SharedRealmUseTest {

  @Test
  void aClassThatDoesNotImportTheRealmIsRefused() {
    assertThatThrownBy(SharedRealmUse::check)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("@SharedRealm");
  }
}
