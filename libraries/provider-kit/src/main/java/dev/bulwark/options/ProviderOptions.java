package dev.bulwark.options;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/** All options of one provider. Immutable. */
public final class ProviderOptions {

  /** Keycloak's option that switches a provider off. */
  private static final String ENABLED = "enabled";

  private final String prefix;
  private final List<Option<?>> options;

  /**
   * Declares the options of a provider.
   *
   * @param prefix as an administrator writes it, for example {@code spi-api-key--default--}
   * @param options in the order of the documentation
   */
  public ProviderOptions(String prefix, Option<?>... options) {
    this.prefix = prefix;
    this.options = List.of(options);
  }

  /**
   * Reads the value of an option.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   * @throws IllegalStateException for an option that was not declared: no table would have it
   */
  public <T> T read(Config.Scope scope, Option<T> option) {
    // By name: a range may depend on the value of another option.
    if (!isKnown(option.name())) {
      throw new IllegalStateException("Option " + prefix + option.name() + " is not declared");
    }
    return option.valueOf(prefix, scope.get(option.name()));
  }

  /**
   * Returns the full names of set options that are not among these. For a provider in place of one
   * of Keycloak's, of which a later Keycloak may read more options.
   */
  @SuppressWarnings("deprecation") // nothing else tells what is set
  public Set<String> unknown(Config.Scope scope) {
    return scope.getPropertyNames().stream()
        .map(property -> property.replaceFirst("^.*--", ""))
        .filter(name -> !isKnown(name) && !name.equals(ENABLED))
        .map(prefix::concat)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean isKnown(String name) {
    return options.stream().anyMatch(known -> known.name().equals(name));
  }

  /** Returns the options for Keycloak's {@code getConfigMetadata}. */
  public List<ProviderConfigProperty> metadata() {
    return options.stream().map(Option::describe).toList();
  }
}
