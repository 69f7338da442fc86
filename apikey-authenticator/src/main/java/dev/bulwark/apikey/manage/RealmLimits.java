package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.limit.KeyLife;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.factory.RealmSwitches;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ModelValidationException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionConfigModel;

/**
 * The limits of a realm, from the configuration of its required action {@code create-api-key}.
 *
 * @param maxKeys most keys that one owner has at once, 0 (nobody makes any) to 10,000
 * @param maxLifeDays longest life of a key in days, 0 (any) to 3,650
 * @param prefix prefix of new keys
 * @param scopes client scopes that keys may carry; empty for every one of the realm's own
 * @param rateLimit of keys without one of their own; null for none
 * @param ownersLimit whether owners may set the rate limit of their keys
 * @param ownersNetworks whether owners may set the allowed networks of their keys
 * @param ownersMetadata whether owners may set the metadata of their keys
 */
public record RealmLimits(
    int maxKeys,
    int maxLifeDays,
    String prefix,
    Set<String> scopes,
    @Nullable RateLimit rateLimit,
    boolean ownersLimit,
    boolean ownersNetworks,
    boolean ownersMetadata) {

  /** Id of the required action that holds the limits. */
  public static final String ACTION = RealmSwitches.API_KEYS;

  public static final String MAX_KEYS = "max-keys";
  public static final String MAX_LIFE_DAYS = "max-life-days";
  public static final String PREFIX = "prefix";
  public static final String SCOPES = "scopes";
  public static final String RATE_LIMIT_REQUESTS = "rate-limit-requests";
  public static final String RATE_LIMIT_SECONDS = "rate-limit-seconds";
  public static final String OWNERS_LIMIT = "owner-rate-limit";
  public static final String OWNERS_NETWORKS = "owner-networks";
  public static final String OWNERS_METADATA = "owner-metadata";

  public static final int DEFAULT_MAX_KEYS = 50;
  public static final int DEFAULT_MAX_LIFE_DAYS = 366;
  public static final int DEFAULT_RATE_LIMIT_SECONDS = 60;

  /** How long keys may live. */
  public KeyLife life() {
    return new KeyLife(maxLifeDays);
  }

  /** The limits of a realm; defaults where its required action is not configured. */
  public static RealmLimits of(RealmModel realm) {
    RequiredActionConfigModel config = realm.getRequiredActionConfigByAlias(ACTION);
    Map<String, String> values =
        config == null || config.getConfig() == null ? Map.of() : config.getConfig();
    return of(values);
  }

  /**
   * Reads limits.
   *
   * @throws ModelValidationException naming the setting and the range allowed
   */
  public static RealmLimits of(Map<String, String> values) {
    String prefix = blankToNull(values.get(PREFIX));
    if (prefix != null && !ApiKeyFormat.isPrefix(prefix)) {
      throw new ModelValidationException(
          PREFIX + " must be 2 to 16 lower-case letters and digits, a letter first");
    }
    Set<String> scopes = new LinkedHashSet<>();
    String list = blankToNull(values.get(SCOPES));
    if (list != null) {
      // The admin console joins the values of a list with ##.
      scopes.addAll(Arrays.asList(list.trim().split("##|[\\s,]+")));
    }
    return new RealmLimits(
        number(values, MAX_KEYS, DEFAULT_MAX_KEYS, 0, 10_000),
        number(values, MAX_LIFE_DAYS, DEFAULT_MAX_LIFE_DAYS, 0, 3_650),
        prefix == null ? ApiKeyFormat.DEFAULT_PREFIX : prefix,
        scopes,
        rateLimit(values),
        flag(values, OWNERS_LIMIT),
        flag(values, OWNERS_NETWORKS),
        flag(values, OWNERS_METADATA));
  }

  private static @Nullable RateLimit rateLimit(Map<String, String> values) {
    int requests = number(values, RATE_LIMIT_REQUESTS, 0, 0, RateLimit.MAX_REQUESTS);
    int seconds =
        number(values, RATE_LIMIT_SECONDS, DEFAULT_RATE_LIMIT_SECONDS, 1, RateLimit.MAX_SECONDS);
    return requests == 0 ? null : new RateLimit(requests, seconds);
  }

  /** True unless it is set to {@code false}. */
  private static boolean flag(Map<String, String> values, String name) {
    String value = blankToNull(values.get(name));
    if (value == null || value.trim().equals("true")) {
      return true;
    }
    if (!value.trim().equals("false")) {
      throw new ModelValidationException(name + " must be true or false");
    }
    return false;
  }

  private static int number(
      Map<String, String> values, String name, int defaultValue, int min, int max) {
    String value = blankToNull(values.get(name));
    if (value == null) {
      return defaultValue;
    }
    if (!value.trim().matches("[0-9]{1,9}")
        || Integer.parseInt(value.trim()) < min
        || Integer.parseInt(value.trim()) > max) {
      throw new ModelValidationException(name + " must be a whole number, " + min + " to " + max);
    }
    return Integer.parseInt(value.trim());
  }

  private static @Nullable String blankToNull(@Nullable String value) {
    return value == null || value.isBlank() ? null : value;
  }
}
