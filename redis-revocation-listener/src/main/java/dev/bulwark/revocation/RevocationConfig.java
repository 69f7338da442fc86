package dev.bulwark.revocation;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * The options of {@code spi-events-listener--redis-revocation}.
 *
 * @param interval time between two rounds of the background work, 100 ms to 10 s
 * @param reconcileInterval time between two rounds of the reconciler, 500 ms to 60 s
 * @param comparisonInterval time between two comparisons of the whole ledger with Keycloak's
 *     tables, 1 s to 1 h
 * @param pushWait how long a response waits at most for its revocations to be in Redis, 0 to 10 s
 * @param ledgerTimeout how long a token response waits at most for its ledger row, 1 to 30 s
 * @param completeLife how long {@code revocation:complete} stays in Redis without being renewed, 2
 *     s to 1 h
 * @param behind whether the ledger is written behind the response ({@code ledger=behind})
 */
record RevocationConfig(
    Duration interval,
    Duration reconcileInterval,
    Duration comparisonInterval,
    Duration pushWait,
    Duration ledgerTimeout,
    Duration completeLife,
    Duration expiryGrace,
    Duration refreshInterval,
    String site,
    boolean behind) {

  static final String OPTION_PREFIX =
      "spi-events-listener--" + RevocationListenerProviderFactory.ID + "--";

  private static final String STRICT = "strict";
  private static final String BEHIND = "behind";

  private static final Pattern SITE = Pattern.compile("[A-Za-z0-9-]{0,32}");

  /** Well within the lease of the background work, which is renewed along with it. */
  private static final Duration KEEPER_INTERVAL = Duration.ofSeconds(1);

  RevocationConfig {
    requireMillis("interval", interval, 100, 10_000);
    requireMillis("reconcile-interval", reconcileInterval, 500, 60_000);
    requireMillis("comparison-interval", comparisonInterval, 1_000, 3_600_000);
    requireMillis("push-wait", pushWait, 0, 10_000);
    requireMillis("ledger-timeout", ledgerTimeout, 1_000, 30_000);
    requireMillis("complete-life", completeLife, 2_000, 3_600_000);
    requireMillis("expiry-grace", expiryGrace, 0, 600_000);
    requireMillis("refresh-interval", refreshInterval, 1_000, 3_600_000);
    if (!SITE.matcher(site).matches()) {
      throw new IllegalArgumentException(
          OPTION_PREFIX + "site must be at most 32 letters, digits and '-', not '" + site + "'");
    }
  }

  static RevocationConfig from(Config.Scope scope) {
    return new RevocationConfig(
        millis(scope, "interval", 1000),
        millis(scope, "reconcile-interval", 3000),
        millis(scope, "comparison-interval", 600_000),
        millis(scope, "push-wait", 2000),
        millis(scope, "ledger-timeout", 2000),
        millis(scope, "complete-life", 10_000),
        millis(scope, "expiry-grace", 60_000),
        millis(scope, "refresh-interval", 600_000),
        scope.get("site", "").trim(),
        behind(scope.get("ledger", STRICT).trim()));
  }

  private static boolean behind(String value) {
    return switch (value) {
      case STRICT -> false;
      case BEHIND -> true;
      default ->
          throw new IllegalArgumentException(
              OPTION_PREFIX
                  + "ledger must be '"
                  + STRICT
                  + "' or '"
                  + BEHIND
                  + "', not '"
                  + value
                  + "'");
    };
  }

  /** Returns the time between two renewals of {@code revocation:complete}. */
  Duration keeperInterval() {
    Duration quarter = completeLife.dividedBy(4);
    return quarter.compareTo(KEEPER_INTERVAL) < 0 ? quarter : KEEPER_INTERVAL;
  }

  static List<ProviderConfigProperty> metadata() {
    return ProviderConfigurationBuilder.create()
        .property()
        .name("interval")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Time between two rounds of the background work, 100 to 10000 ms.")
        .defaultValue(1000)
        .add()
        .property()
        .name("reconcile-interval")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Time between two rounds of the reconciler, which finds tokens that died without an"
                + " event, 500 to 60000 ms.")
        .defaultValue(3000)
        .add()
        .property()
        .name("comparison-interval")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Time between two comparisons of all issued tokens with Keycloak's tables, which finds"
                + " what was changed in the database itself, 1000 to 3600000 ms.")
        .defaultValue(600_000)
        .add()
        .property()
        .name("push-wait")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "How long the response to a logout waits at most for Redis, 0 to 10000 ms. It does not"
                + " wait while Redis is known to be away.")
        .defaultValue(2000)
        .add()
        .property()
        .name("ledger-timeout")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "How long a token response waits at most for its row in the ledger, 1000 to 30000 ms,"
                + " rounded up to seconds. After that the row is written in the background.")
        .defaultValue(2000)
        .add()
        .property()
        .name("complete-life")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "How long the key revocation:complete stays in Redis when no node renews it, 2000 to"
                + " 3600000 ms. It bounds how long applications trust a Redis that Keycloak does"
                + " not reach.")
        .defaultValue(10_000)
        .add()
        .property()
        .name("expiry-grace")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "How much longer a key stays in Redis than its token lives, for clocks that differ, 0 to"
                + " 600000 ms.")
        .defaultValue(60_000)
        .add()
        .property()
        .name("refresh-interval")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Time in which every revoked token is written to Redis again, in case Redis has lost a"
                + " key, 1000 to 3600000 ms.")
        .defaultValue(600_000)
        .add()
        .property()
        .name("ledger")
        .type(ProviderConfigProperty.LIST_TYPE)
        .options(STRICT, BEHIND)
        .helpText(
            "When a token's row is written to the ledger: before its response (strict), or some"
                + " milliseconds after it, with an id that was reserved beforehand (behind).")
        .defaultValue(STRICT)
        .add()
        .property()
        .name("site")
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText(
            "Name of the site of this node, where each site has a Redis of its own: at most 32"
                + " letters, digits and '-'. Empty where there is one Redis only.")
        .add()
        .build();
  }

  private static Duration millis(Config.Scope scope, String option, int fallback) {
    String value = scope.get(option);
    if (value == null || value.isBlank()) {
      return Duration.ofMillis(fallback);
    }
    try {
      return Duration.ofMillis(Integer.parseInt(value.trim()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          OPTION_PREFIX + option + " must be a whole number, not '" + value + "'", e);
    }
  }

  private static void requireMillis(String option, Duration value, long min, long max) {
    if (value.toMillis() < min || value.toMillis() > max) {
      throw new IllegalArgumentException(
          OPTION_PREFIX
              + option
              + " must be "
              + min
              + " to "
              + max
              + " ms, not "
              + value.toMillis());
    }
  }
}
