package dev.bulwark.testing;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;

/** Options of one provider from a map, as Keycloak hands them to a factory. */
public final class MapScope extends Config.AbstractScope {
  private final Map<String, String> options;

  private MapScope(Map<String, String> options) {
    this.options = options;
  }

  /** Returns a scope of names and values in turn. */
  public static MapScope of(String... namesAndValues) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      options.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return new MapScope(options);
  }

  @Override
  public @Nullable String get(String key) {
    return options.get(key);
  }

  @Override
  public Config.Scope scope(String... scope) {
    return this;
  }

  @Override
  public Config.Scope root() {
    return this;
  }

  @Override
  @Deprecated
  public Set<String> getPropertyNames() {
    return options.keySet();
  }
}
