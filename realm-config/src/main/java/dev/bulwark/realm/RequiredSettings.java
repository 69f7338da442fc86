package dev.bulwark.realm;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an identity provider of the shipped realm cannot do without once it is switched on.
 *
 * <p>Its client id and secret have empty defaults, for it is off by default: switched on without
 * them it would be a button that leads nowhere.
 */
final class RequiredSettings {

  private static final Set<String> PROVIDERS = Set.of("google", "github");

  private RequiredSettings() {}

  /**
   * The variables that a provider lacks.
   *
   * @param providerId Keycloak's kind of provider; those that are not Google or GitHub lack nothing
   * @param alias its name in the realm, which the variables begin with
   */
  static Set<String> missing(String providerId, String alias, Map<String, String> config) {
    if (!PROVIDERS.contains(providerId)) {
      return Set.of();
    }
    String prefix = alias.toUpperCase(Locale.ROOT);
    Set<String> missing = new TreeSet<>();
    if (config.getOrDefault("clientId", "").isBlank()) {
      missing.add(prefix + "_CLIENT_ID");
    }
    if (config.getOrDefault("clientSecret", "").isBlank()) {
      missing.add(prefix + "_CLIENT_SECRET");
    }
    return missing;
  }
}
