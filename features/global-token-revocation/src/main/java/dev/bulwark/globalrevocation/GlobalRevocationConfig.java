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
 * @param rejectedPerMinute requests from one address whose caller is rejected, in any minute; 0
 *     (any number) to {@value Limits#MAX_LIMIT}
 */
record GlobalRevocationConfig(int rejectedPerMinute) {

  private static final Option<Integer> REJECTED_PER_MINUTE =
      Option.number(
          "rejected-callers-per-minute",
          0,
          Limits.MAX_LIMIT,
          60,
          "Requests from one address without a token that may call, in any minute; 0 for any"
              + " number. Callers that are accepted have no limit.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          "spi-realm-restapi-extension--global-token-revocation--", REJECTED_PER_MINUTE);

  static GlobalRevocationConfig of(Config.Scope scope) {
    return new GlobalRevocationConfig(OPTIONS.read(scope, REJECTED_PER_MINUTE));
  }

  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }

  Limits limits() {
    return new Limits(rejectedPerMinute, 0, Duration.ofMinutes(1));
  }
}
