package dev.bulwark.it.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** B1: a factory that no service file names would be in the jar, and Keycloak would not know it. */
class RegisteredFactoriesTest {

  @Test
  void everyFactoryIsInAServiceFile() throws Exception {
    Set<String> factories = new TreeSet<>();
    try (URLClassLoader loader = ServerClasses.loader()) {
      Class<?> factory = Class.forName("org.keycloak.provider.ProviderFactory", false, loader);
      for (String name : ServerClasses.own()) {
        Class<?> type = Class.forName(name, false, loader);
        if (factory.isAssignableFrom(type) && canBeMade(type)) {
          factories.add(name);
        }
      }
    }
    assertThat(factories).hasSizeGreaterThan(30);
    assertThat(ServerClasses.services()).containsAll(factories);
  }

  private static boolean canBeMade(Class<?> type) {
    return !Modifier.isAbstract(type.getModifiers())
        && Arrays.stream(type.getDeclaredConstructors())
            .mapToInt(Constructor::getParameterCount)
            .anyMatch(count -> count == 0);
  }
}
