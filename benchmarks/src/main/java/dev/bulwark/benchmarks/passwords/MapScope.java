package dev.bulwark.benchmarks.passwords;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;

/** Options of one provider from a map, as Keycloak hands them to a factory. */
final class MapScope extends Config.AbstractScope {

  private final Map<String, String> options;

  MapScope(Map<String, String> options) {
    this.options = Map.copyOf(options);
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
