package dev.bulwark.revocation.writer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** R3, R13: for how long a database that has taken over may lack the last rows. */
class SeenServersTest {

  private static final long NOW = Long.MAX_VALUE - 5;
  private static final long SETTLED = NOW + TimeUnit.SECONDS.toNanos(15);

  private final SeenServers seen = new SeenServers();

  @Test
  void theFirstOneHasAllRows() {
    assertThat(seen.isSettled("a", NOW)).as("of a node that has just started").isTrue();
    assertThat(seen.note("a", NOW)).isFalse();
    assertThat(seen.isSettled("a", NOW)).isTrue();
  }

  @Test
  void anotherOneHasThemWhenAllNodesHaveNoticedIt() {
    seen.note("a", NOW);
    assertThat(seen.isSettled("b", NOW)).as("not noticed yet").isFalse();
    assertThat(seen.note("b", NOW)).isTrue();
    assertThat(seen.isSettled("b", SETTLED - 1)).isFalse();
    assertThat(seen.isSettled("b", SETTLED)).isTrue();
  }

  @Test
  void serversThatAnswerInTurnSettleOnce() {
    seen.note("a", NOW);
    seen.note("b", NOW);
    assertThat(seen.note("a", NOW + 1)).isFalse();
    assertThat(seen.note("b", SETTLED)).isFalse();
    assertThat(seen.isSettled("a", NOW + 1)).isTrue();
    assertThat(seen.isSettled("b", SETTLED)).isTrue();
  }
}
