package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.options.MapScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

/**
 * B7, R8: Keycloak 26.6 runs post-processors of tokens in no order (keycloak#50268). The ledger
 * could write down the id that a token had before its claim, so no part of the module is loaded.
 */
class OlderKeycloakTest {

  /** New in 26.7, as the order is. */
  private static final String NEW = "org.keycloak.services.resources.ShutdownDelayInitiatedEvent";

  @ParameterizedTest
  @ValueSource(
      classes = {
        TokenStatusProviderFactory.class,
        StatusClaimProviderFactory.class,
        StatusListDiscovery.OpenId.class,
        StatusListDiscovery.OAuth.class
      })
  void isLoadedOnlyWherePostProcessorsHaveAnOrder(Class<?> factory) throws Exception {
    assertThat(isSupported(factory)).isTrue();
    assertThat(isSupported(new OlderKeycloak().loadClass(factory.getName()))).isFalse();
  }

  private static boolean isSupported(Class<?> factory) throws ReflectiveOperationException {
    return ((EnvironmentDependentProviderFactory) factory.getConstructor().newInstance())
        .isSupported(MapScope.of());
  }

  /** Loads the bundle's classes anew, on a Keycloak that lacks the new type. */
  private static final class OlderKeycloak extends ClassLoader {

    OlderKeycloak() {
      super(OlderKeycloakTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals(NEW)) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("dev.bulwark.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
