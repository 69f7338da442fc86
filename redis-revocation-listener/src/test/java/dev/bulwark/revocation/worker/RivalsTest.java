package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** R3, R5: another installation on the same Redis, and a late node of the own one. */
class RivalsTest {

  private final Rivals rivals = new Rivals();

  private static Moment at(long seconds) {
    return new Moment(seconds * 1_000_000_000, -seconds);
  }

  @Test
  void aLateNodeOfTheOwnInstallationIsNone() {
    assertThat(rivals.present(at(0))).isFalse();
    assertThat(rivals.seen(at(0))).isFalse();
    assertThat(rivals.present(at(1))).isFalse();
    assertThat(rivals.seen(at(60))).as("another, a minute later").isFalse();
    assertThat(rivals.present(at(60))).isFalse();
  }

  @Test
  void whoeverDoesSoTwiceIsOne() {
    rivals.seen(at(0));
    assertThat(rivals.seen(at(59))).as("reported once").isTrue();
    assertThat(rivals.present(at(59))).isTrue();
    assertThat(rivals.seen(at(60))).isFalse();
    assertThat(rivals.present(at(119))).isTrue();
    assertThat(rivals.present(at(120))).as("a minute without it").isFalse();
    assertThat(rivals.present(at(121))).isFalse();
  }

  @Test
  void itIsReportedAgainWhenItComesBack() {
    rivals.seen(at(0));
    rivals.seen(at(1));
    assertThat(rivals.present(at(61))).isFalse();
    assertThat(rivals.seen(at(100))).isFalse();
    assertThat(rivals.present(at(100))).isFalse();
    assertThat(rivals.seen(at(101))).isTrue();
  }
}
