package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.faults.NodePair;
import dev.bulwark.it.support.BusyLoops;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two nodes under traffic, of which something fails, and an application that asks all the time.
 * Afterwards Redis and introspection agree on every token that was issued.
 */
final class WitnessedRun {

  private final String name;
  private final NodePair pair;
  private final TwoNodeRealm realm;
  private final String witnessUrl;
  private final Supplier<String> redisUrl;

  /** The connections of before an outage are dead: these are made for the comparison. */
  private volatile @Nullable RevokedKeys keys;

  /** What fails, and comes back. */
  interface Fault {
    void happens(LoginTraffic traffic) throws Exception;
  }

  /**
   * A run that has not begun.
   *
   * @param name printed with the figures
   * @param witnessUrl of the Redis that the application asks, or of its Sentinels
   * @param redisUrl gives the server that has the keys in the end
   */
  WitnessedRun(
      String name,
      NodePair pair,
      TwoNodeRealm realm,
      String witnessUrl,
      Supplier<String> redisUrl) {
    this.name = name;
    this.pair = pair;
    this.realm = realm;
    this.witnessUrl = witnessUrl;
    this.redisUrl = redisUrl;
  }

  /** A fault that costs no token its life. */
  void through(Fault fault) throws Exception {
    assertThat(wrongAnswers(book(), fault)).as("VALID after the logout was confirmed").isEmpty();
  }

  /**
   * A fault in which Redis loses keys that it has acknowledged. The application may be told that a
   * token is valid until these are back.
   */
  void throughALossOfKeys(Fault fault) throws Exception {
    wrongAnswers(book(), fault);
  }

  private TokenBook book() {
    return new TokenBook(
        realm.nodes(),
        token -> Objects.requireNonNull(keys, "not before the comparison").contains(token),
        new Endings(),
        new Excuses(),
        Optional.of(pair.database()));
  }

  private List<String> wrongAnswers(TokenBook book, Fault fault) throws Exception {
    List<String> wrong;
    long answered;
    try (BusyLoops load = BusyLoops.start();
        Witness witness = new Witness(witnessUrl)) {
      awaitTrust(witness);
      try (LoginTraffic traffic = new LoginTraffic(realm, book, witness)) {
        traffic.goOnFor(Duration.ofSeconds(5));
        fault.happens(traffic);
        pair.awaitRedis(1);
        awaitTrust(witness);
        traffic.goOnFor(Duration.ofSeconds(5));
      }
      try (RevokedKeys now = new RevokedKeys(redisUrl.get())) {
        keys = now;
        book.check(0);
      }
      wrong = witness.wrongAnswers();
      answered = witness.answers();
      System.out.printf(
          "%s: %s; %d answers, %d wrong%n", name, book.summary(), witness.answers(), wrong.size());
    }
    assertThat(book.dead()).isGreaterThan(10);
    assertThat(answered).as("answers about confirmed logouts").isPositive();
    return wrong;
  }

  private static void awaitTrust(Witness witness) {
    await("the library trusts Redis").atMost(SOON).until(witness::trustsRedis);
  }
}
