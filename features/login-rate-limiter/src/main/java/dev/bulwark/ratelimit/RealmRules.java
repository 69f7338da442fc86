package dev.bulwark.ratelimit;

import dev.bulwark.limit.Limits;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a realm: the server's options, or where the realm has them its attributes {@code
 * loginRateLimiter.addressLimit}, {@code .accountLimit}, {@code .clientLimit}, {@code
 * .clientAddressLimit}, {@code .networkLimit}, {@code .userCodeLimit}, {@code .deviceLimit}, {@code
 * .windowSeconds} and {@code .returnOnSuccess}. An attribute that is not allowed does not count, so
 * that a slip in a realm neither opens it nor locks everybody out.
 *
 * @param limits how many login attempts
 * @param clientLimits how many wrong client secrets; an account is a client
 * @param returnOnSuccess whether a login that succeeds gives its slot back
 * @param networkLimit how many attempts from one /48 of IPv6; 0 for any number
 * @param userCodeLimit how many wrong user codes from one address; 0 for any number
 * @param deviceLimit how many attempts at a user on a known device; 0 for any number
 */
record RealmRules(
    Limits limits,
    Limits clientLimits,
    boolean returnOnSuccess,
    int networkLimit,
    int userCodeLimit,
    int deviceLimit) {

  static final String PREFIX = "loginRateLimiter.";

  private static final Logger LOG = Logger.getLogger(RealmRules.class);
  private static final int MAX_WARNINGS = 100;
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  /**
   * Reads the rules of a realm.
   *
   * @param attributes the realm's attributes by name; null for one that it does not have
   */
  static RealmRules of(
      LoginRateLimiterConfig config, Function<String, @Nullable String> attributes) {
    int perAddress =
        number(attributes, "addressLimit", 0, Limits.MAX_LIMIT, config.limits().perAddress());
    int perAccount =
        number(attributes, "accountLimit", 0, Limits.MAX_LIMIT, config.limits().perAccount());
    Limits ofClients = config.clientLimits();
    int perClient = number(attributes, "clientLimit", 0, Limits.MAX_LIMIT, ofClients.perAccount());
    int perClientAddress =
        number(attributes, "clientAddressLimit", 0, Limits.MAX_LIMIT, ofClients.perAddress());
    int seconds =
        number(
            attributes,
            "windowSeconds",
            1,
            (int) Limits.MAX_WINDOW.toSeconds(),
            (int) config.limits().window().toSeconds());
    return new RealmRules(
        new Limits(perAddress, perAccount, Duration.ofSeconds(seconds)),
        new Limits(perClientAddress, perClient, Duration.ofSeconds(seconds)),
        flag(attributes, "returnOnSuccess", config.returnOnSuccess()),
        number(attributes, "networkLimit", 0, Limits.MAX_LIMIT, config.networkLimit()),
        number(attributes, "userCodeLimit", 0, Limits.MAX_LIMIT, config.userCodeLimit()),
        number(attributes, "deviceLimit", 0, Limits.MAX_LIMIT, config.known().deviceLimit()));
  }

  /**
   * Whether a realm has limits and known devices at all: the attribute {@code .enabled}, or the
   * option of the server.
   */
  static boolean isOn(
      LoginRateLimiterConfig config, Function<String, @Nullable String> attributes) {
    return flag(attributes, "enabled", config.everywhere());
  }

  private static int number(
      Function<String, @Nullable String> attributes,
      String name,
      int min,
      int max,
      int defaultValue) {
    String value = attributes.apply(PREFIX + name);
    if (value == null || value.isBlank()) {
      return defaultValue;
    }
    try {
      int number = Integer.parseInt(value.trim());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Logged below.
    }
    warn(name, value, min + " to " + max, defaultValue);
    return defaultValue;
  }

  /** Read at every attempt, but logged once. */
  private static void warn(String name, String value, String allowed, Object defaultValue) {
    if (WARNED.size() < MAX_WARNINGS && WARNED.add(name + "=" + value)) {
      LOG.warnf(
          "The realm attribute %s%s must be %s. The value of the server "
              + "option applies instead: %s",
          PREFIX, name, allowed, defaultValue);
    }
  }

  private static boolean flag(
      Function<String, @Nullable String> attributes, String name, boolean defaultValue) {
    String value = attributes.apply(PREFIX + name);
    if (value == null || value.isBlank()) {
      return defaultValue;
    }
    return switch (value.trim()) {
      case "true" -> true;
      case "false" -> false;
      default -> {
        warn(name, value, "true or false", defaultValue);
        yield defaultValue;
      }
    };
  }
}
