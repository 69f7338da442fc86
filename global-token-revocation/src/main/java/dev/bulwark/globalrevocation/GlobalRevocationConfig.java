package dev.bulwark.globalrevocation;

import dev.bulwark.limit.Limits;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.time.Duration;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Options of the endpoint. Immutable.
 *
 * @param addressLimit requests from one address in any minute, 0 (any number) to {@value
 *     Limits#MAX_LIMIT}
 */
record GlobalRevocationConfig(int addressLimit) {

  private static final Option<Integer> ADDRESS_LIMIT =
      Option.number(
          "address-limit",
          0,
          Limits.MAX_LIMIT,
          600,
          "Requests from one address in any minute, rejected ones too; 0 for any number.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions("spi-realm-restapi-extension--global-token-revocation--", ADDRESS_LIMIT);

  static GlobalRevocationConfig of(Config.Scope scope) {
    return new GlobalRevocationConfig(OPTIONS.read(scope, ADDRESS_LIMIT));
  }

  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }

  Limits limits() {
    return new Limits(addressLimit, 0, Duration.ofMinutes(1));
  }
}
