package dev.bulwark.options;

import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/** All options of one provider. Immutable. */
public final class ProviderOptions {

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
    if (options.stream().noneMatch(known -> known.name().equals(option.name()))) {
      throw new IllegalStateException("Option " + prefix + option.name() + " is not declared");
    }
    return option.valueOf(prefix, scope.get(option.name()));
  }

  /** Returns the options for Keycloak's {@code getConfigMetadata}. */
  public List<ProviderConfigProperty> metadata() {
    return options.stream().map(Option::describe).toList();
  }
}
