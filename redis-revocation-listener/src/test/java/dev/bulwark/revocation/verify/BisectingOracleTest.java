package dev.bulwark.revocation.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BisectingOracleTest {

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private long now;
  private int asked;
  private final InstantSource time = () -> Instant.ofEpochMilli(now);
  private final Clock clock = time.withZone(ZoneOffset.UTC);

  /** Letters are tokens: d is dead, a alive, x cannot be judged. */
  @ParameterizedTest
  @CsvSource({
    "'', 0, 0",
    "d, 1, 0",
    "x, 0, 1",
    "adad, 2, 0",
    "xdadad, 3, 1",
    "dadadx, 3, 1",
    "ddxdxxd, 4, 3",
    "xxxxx, 0, 5",
  })
  void whatCannotBeJudgedKeepsNoneOfTheOthers(String letters, int dead, int undecided) {
    BisectingOracle.Answer answer =
        oracle(() -> new IllegalStateException("user store away")).ask(tokens(letters));
    assertThat(answer.dead())
        .hasSize(dead)
        .allMatch(token -> token.jti().startsWith("d"), "only dead ones");
    assertThat(answer.undecided()).isEqualTo(undecided);
    assertThat(registry.get("bulwark.revocation.undecided").counter().count()).isEqualTo(undecided);
  }

  @ParameterizedTest
  @ValueSource(strings = {"xd", "dx"})
  void aBrokenUserStoreIsNoReasonToStop(String letters) {
    BisectingOracle.Answer answer =
        oracle(() -> new NoClassDefFoundError("com/example/Store")).ask(tokens(letters));
    assertThat(answer.dead()).hasSize(1);
    assertThat(answer.undecided()).isEqualTo(1);
  }

  @Test
  void aUserStoreThatTakesItsTimeIsGivenUp() {
    BisectingOracle.Answer answer =
        oracle(
                () -> {
                  now += BisectingOracle.SEARCH_TIMEOUT.toMillis() / 4;
                  return new IllegalStateException("time-out");
                })
            .ask(tokens("dx".repeat(500)));
    assertThat(answer.undecided() + answer.dead().size()).isLessThanOrEqualTo(1000);
    assertThat(answer.undecided()).isGreaterThanOrEqualTo(500);
    assertThat(asked).isLessThan(20);
  }

  private BisectingOracle oracle(Supplier<Throwable> failure) {
    TokenOracle oracle =
        tokens -> {
          asked++;
          Set<LedgerToken> dead = new HashSet<>();
          for (LedgerToken token : tokens) {
            if (token.jti().startsWith("x")) {
              Throwable thrown = failure.get();
              if (thrown instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) thrown;
            }
            if (token.jti().startsWith("d")) {
              dead.add(token);
            }
          }
          return dead;
        };
    return new BisectingOracle(oracle, new RevocationMetrics(registry, clock), clock);
  }

  private static List<LedgerToken> tokens(String letters) {
    List<LedgerToken> tokens = new ArrayList<>();
    for (int i = 0; i < letters.length(); i++) {
      tokens.add(
          new LedgerToken(
              letters.charAt(i) + "-" + i,
              SessionType.ONLINE,
              "realm",
              "user",
              "client",
              "session",
              null,
              1,
              2));
    }
    return tokens;
  }
}
