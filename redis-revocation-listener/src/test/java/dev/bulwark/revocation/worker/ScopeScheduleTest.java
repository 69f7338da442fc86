package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.Scopes;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeScheduleTest {

  private static final long T = 1_000_000;

  private final ScopeSchedule schedule = new ScopeSchedule();
  private final RevocationScope scope = new Scopes("TEST", T).realm("r");
  private final List<RevocationScope> all = List.of(scope);

  @Test
  void passesComeAtGrowingAgesAndEnd() {
    assertThat(schedule.due(all, T)).isEmpty();
    assertThat(schedule.due(all, T + 500)).containsExactly(scope);
    assertThat(schedule.passed(scope, T + 500)).isFalse();
    assertThat(schedule.due(all, T + 600)).isEmpty();
    assertThat(schedule.due(all, T + 2_100)).containsExactly(scope);
    assertThat(schedule.passed(scope, T + 2_100)).isFalse();
    assertThat(schedule.due(all, T + 60_000)).containsExactly(scope);
    assertThat(schedule.passed(scope, T + 60_000)).isTrue();
  }

  @Test
  void aPassThatFailedIsDueAgain() {
    assertThat(schedule.due(all, T + 500)).containsExactly(scope);
    assertThat(schedule.due(all, T + 600)).containsExactly(scope);
  }

  @Test
  void anOldScopeOfADeadNodeGetsOnePass() {
    assertThat(schedule.due(all, T + 3_600_000)).containsExactly(scope);
    assertThat(schedule.passed(scope, T + 3_600_000)).isTrue();
  }

  @Test
  void aPassThatTookLongDoesNotCountForLater() {
    assertThat(schedule.due(all, T + 59_000)).containsExactly(scope);
    // It began before the last age and ended after it: requests may have come in between.
    assertThat(schedule.passed(scope, T + 59_000)).isFalse();
    assertThat(schedule.due(all, T + 70_000)).containsExactly(scope);
  }
}
