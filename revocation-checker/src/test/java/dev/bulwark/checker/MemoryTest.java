package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryTest {

  private final Memory memory = new Memory(2);

  @Test
  void whatWasUsedLeastRecentlyIsForgotten() {
    memory.note("a", new Reading(false, 1));
    memory.note("b", new Reading(false, 1));
    assertThat(memory.of("a")).isNotNull();
    memory.note("c", new Reading(false, 1));
    assertThat(memory.of("b")).isNull();
    assertThat(memory.of("a")).isNotNull();
    assertThat(memory.of("c")).isNotNull();
  }

  @Test
  void revokedStaysRevoked() {
    memory.note("a", new Reading(true, 5));
    memory.note("a", new Reading(false, 9));
    assertThat(memory.of("a")).isEqualTo(new Reading(true, 5));
    memory.note("b", new Reading(true, Reading.NEVER));
    assertThat(memory.of("b")).as("true, though Redis is not fed").isNotNull();
  }

  @Test
  void anAnswerThatSaysLessChangesNothing() {
    memory.note("a", new Reading(false, 5));
    memory.note("a", new Reading(false, 4));
    memory.note("a", new Reading(false, Reading.NEVER));
    assertThat(memory.of("a")).isEqualTo(new Reading(false, 5));
    memory.note("a", new Reading(false, 6));
    assertThat(memory.of("a")).isEqualTo(new Reading(false, 6));
    memory.note("b", new Reading(false, Reading.NEVER));
    assertThat(memory.of("b")).isNull();
  }
}
