package dev.bulwark.revocation;

import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.time.Duration;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The options of {@code spi-events-listener--redis-revocation}.
 *
 * @param interval time between two rounds of the background work
 * @param reconcileInterval time between two rounds of the reconciler
 * @param comparisonInterval time between two comparisons of the whole ledger with Keycloak's tables
 * @param pushWait how long a response waits at most for its revocations to be in Redis
 * @param ledgerTimeout how long a token response waits at most for its ledger row
 * @param completeLife how long {@code revocation:complete} stays in Redis without being renewed
 * @param expiryGrace how much longer a key stays in Redis than its token lives
 * @param refreshInterval time in which every revoked token is written to Redis again
 * @param everywhere whether revocation is on in every realm
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
    boolean everywhere) {

  private static final String PREFIX =
      "spi-events-listener--" + RevocationListenerProviderFactory.ID + "--";

  /** Well within the lease of the background work, which is renewed along with it. */
  private static final Duration KEEPER_INTERVAL = Duration.ofSeconds(1);

  private static final Option<Duration> INTERVAL =
      Option.millis(
          "interval", 100, 10_000, 1000, "Time between two rounds of the background work.");
  private static final Option<Duration> RECONCILE_INTERVAL =
      Option.millis(
          "reconcile-interval",
          500,
          60_000,
          3000,
          "Time between two rounds of the reconciler, which finds tokens that ended without an"
              + " event.");
  private static final Option<Duration> COMPARISON_INTERVAL =
      Option.millis(
          "comparison-interval",
          1_000,
          3_600_000,
          600_000,
          "Time between two comparisons of all issued tokens with Keycloak's tables, which find"
              + " what was changed in the database itself.");
  private static final Option<Duration> LEDGER_TIMEOUT =
      Option.millis(
          "ledger-timeout",
          1_000,
          30_000,
          2000,
          "How long a token response waits at most for its row in the ledger, rounded up to"
              + " seconds. After that it is 503 and has no token.");
  private static final Option<Duration> PUSH_WAIT =
      Option.millis(
          "push-wait",
          0,
          10_000,
          2000,
          "How long the response to a logout waits at most for Redis. It does not wait while Redis"
              + " is known to be unreachable.");
  private static final Option<Duration> EXPIRY_GRACE =
      Option.millis(
          "expiry-grace",
          0,
          600_000,
          60_000,
          "How much longer a key stays in Redis than its token lives, for clocks that differ.");
  private static final Option<Duration> REFRESH_INTERVAL =
      Option.millis(
          "refresh-interval",
          1_000,
          3_600_000,
          600_000,
          "Time in which every revoked token is written to Redis again, in case Redis has lost a"
              + " key, 2000 keys a second at most.");
  private static final Option<Duration> COMPLETE_LIFE =
      Option.millis(
          "complete-life",
          2_000,
          3_600_000,
          10_000,
          "How long the key `revocation:complete` stays in Redis when no node renews it. It bounds"
              + " how long applications trust a Redis that Keycloak does not reach.");

  private static final Option<Boolean> EVERYWHERE =
      Option.flag(
          "everywhere",
          false,
          "Whether revocation is on in every realm, also in those that do not list the event"
              + " listener `"
              + RevocationListenerProviderFactory.ID
              + "`.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          PREFIX,
          INTERVAL,
          RECONCILE_INTERVAL,
          COMPARISON_INTERVAL,
          LEDGER_TIMEOUT,
          PUSH_WAIT,
          EXPIRY_GRACE,
          REFRESH_INTERVAL,
          COMPLETE_LIFE,
          EVERYWHERE);

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static RevocationConfig from(Config.Scope scope) {
    return new RevocationConfig(
        OPTIONS.read(scope, INTERVAL),
        OPTIONS.read(scope, RECONCILE_INTERVAL),
        OPTIONS.read(scope, COMPARISON_INTERVAL),
        OPTIONS.read(scope, PUSH_WAIT),
        OPTIONS.read(scope, LEDGER_TIMEOUT),
        OPTIONS.read(scope, COMPLETE_LIFE),
        OPTIONS.read(scope, EXPIRY_GRACE),
        OPTIONS.read(scope, REFRESH_INTERVAL),
        OPTIONS.read(scope, EVERYWHERE));
  }

  /** Returns the time between two renewals of {@code revocation:complete}. */
  Duration keeperInterval() {
    Duration quarter = completeLife.dividedBy(4);
    return quarter.compareTo(KEEPER_INTERVAL) < 0 ? quarter : KEEPER_INTERVAL;
  }

  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
