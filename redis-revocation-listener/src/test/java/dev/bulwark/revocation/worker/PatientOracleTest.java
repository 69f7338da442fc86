package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatientOracleTest {

  private final MeterRegistry registry = new SimpleMeterRegistry();

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
    PatientOracle.Answer answer =
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
    PatientOracle.Answer answer =
        oracle(() -> new NoClassDefFoundError("com/example/Store")).ask(tokens(letters));
    assertThat(answer.dead()).hasSize(1);
    assertThat(answer.undecided()).isEqualTo(1);
  }

  private PatientOracle oracle(Supplier<Throwable> failure) {
    TokenOracle oracle =
        tokens -> {
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
    return new PatientOracle(oracle, new RevocationMetrics(registry, Clock.systemUTC()));
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
