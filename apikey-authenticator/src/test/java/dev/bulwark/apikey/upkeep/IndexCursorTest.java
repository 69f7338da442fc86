package dev.bulwark.apikey.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexCursorTest {

  @Test
  void phasesFollowEachOther() {
    IndexCursor cursor = IndexCursor.START;
    assertThat(cursor.toString()).isEqualTo("local:");
    cursor = cursor.next().orElseThrow();
    assertThat(cursor.toString()).isEqualTo("federated:");
    cursor = cursor.next().orElseThrow();
    assertThat(cursor.toString()).isEqualTo("orphans:");
    assertThat(cursor.next()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"local:", "federated:0b1c-2", "orphans:x"})
  void textsAreReadBack(String text) {
    assertThat(IndexCursor.parse(text).orElseThrow().toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "local", "LOCAL:", "other:", "local:a b", "local:' or 1=1"})
  void othersAreNot(String text) {
    assertThat(IndexCursor.parse(text)).isEmpty();
  }
}
