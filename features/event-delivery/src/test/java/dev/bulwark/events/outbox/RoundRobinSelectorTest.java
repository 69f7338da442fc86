package dev.bulwark.events.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.events.outbox.RoundRobinSelector.Row;
import dev.bulwark.events.outbox.RoundRobinSelector.Selection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinSelectorTest {

  private static final long NOW = 1000;
  private static final int MAX = 8;

  private final List<Row> table = new ArrayList<>();
  private int rowsRead;

  /** Ids tell the order: of a key, the earlier has the lower one. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, 1 2 3 4 5",
        "a, 2 3 1 5 4",
        "b, 3 1 2 4 5",
        "bb, 3 1 2 4 5",
        "c, 1 2 3 4 5",
        "z, 1 2 3 4 5"
      })
  void theKeysTakeTurns(@Nullable String last, String ids) {
    add("a", 1, 4);
    add("b", 2, 5);
    add("c", 3);
    assertThat(select(last)).isEqualTo(new Selection(numbers(ids), false));
  }

  @Test
  void theFirstEventsOfAllKeysComeBeforeTheSecondOnes() {
    add("a", 1, 2, 3, 4);
    add("b", 5, 6);
    add("c", 7);
    assertThat(select("a").ids()).containsExactly(5L, 7L, 1L, 6L, 2L, 3L, 4L);
  }

  @Test
  void oneKeyAloneHasTheWholeRound() {
    add("a", LongStream.range(0, 100).toArray());
    assertThat(select(null)).isEqualTo(new Selection(range(0, MAX), true));
    assertThat(select("a")).isEqualTo(new Selection(range(0, MAX), true));
  }

  /** The first rows of the table are all of one key. */
  @ParameterizedTest
  @ValueSource(longs = {0, NOW + 1})
  void aKeyWithManyEventsTakesNoRoomFromOthers(long firstIsDue) {
    table.add(new Row(0, "b", firstIsDue));
    add("b", LongStream.range(1, 10_000).toArray());
    add("a", 20_000);
    add("c", 20_001);
    assertThat(select(null).ids()).contains(20_000L, 20_001L);
    assertThat(select("b").ids()).contains(20_000L, 20_001L);
  }

  @Test
  void allEventsOfAKeyWaitForItsFirst() {
    table.add(new Row(1, "a", NOW + 1));
    add("a", 2, 3);
    add("b", 4);
    table.add(new Row(5, "c", NOW));
    assertThat(select(null)).isEqualTo(new Selection(List.of(4L, 5L), false));
  }

  /** Two requests of a user at once: the lower number was committed after the higher one. */
  @Test
  void whatIsBeforeAWaitingEventIsSent() {
    add("a", 1);
    table.add(new Row(2, "a", NOW + 1));
    add("a", 3);
    assertThat(select(null)).isEqualTo(new Selection(List.of(1L), false));
  }

  @Test
  void nothingIsLeftOutWhenEachRoundSendsSome() {
    for (int key = 0; key < 100; key++) {
      add("key-%02d".formatted(key), key);
    }
    Set<Long> sent = new HashSet<>();
    @Nullable String last = null;
    for (int round = 0; round < 100 / 5; round++) {
      // The receiver takes none, and the round ends after five of eight.
      long id = select(last).ids().get(4);
      sent.addAll(select(last).ids().subList(0, 5));
      last = "key-%02d".formatted(id);
    }
    assertThat(sent).hasSize(100);
  }

  @Test
  void fewRowsAreReadHoweverManyWait() {
    for (int key = 0; key < 1000; key++) {
      add("key-%03d".formatted(key), key * 1000L, key * 1000L + 1);
    }
    add("key-500", LongStream.range(2_000_000, 2_100_000).toArray());
    Selection selection = select("key-499");
    assertThat(selection.ids()).hasSize(MAX).contains(500_000L, 501_000L);
    assertThat(selection.more()).isTrue();
    assertThat(rowsRead).isLessThanOrEqualTo(3 * MAX);
  }

  @Test
  void anEmptyTableIsNoWork() {
    assertThat(select(null)).isEqualTo(new Selection(List.of(), false));
    assertThat(select("a")).isEqualTo(new Selection(List.of(), false));
  }

  private void add(String key, long... ids) {
    LongStream.of(ids).forEach(id -> table.add(new Row(id, key, 0)));
  }

  private Selection select(@Nullable String last) {
    table.sort(Comparator.comparing(Row::orderKey).thenComparing(Row::id));
    return RoundRobinSelector.select(this::read, last, NOW, MAX);
  }

  private List<Row> read(String after, @Nullable String upTo, int max) {
    List<Row> rows =
        table.stream()
            .filter(row -> row.orderKey().compareTo(after) > 0)
            .filter(row -> upTo == null || row.orderKey().compareTo(upTo) <= 0)
            .limit(max)
            .toList();
    rowsRead += rows.size();
    return rows;
  }

  private static List<Long> numbers(String text) {
    return List.of(text.split(" ")).stream().map(Long::valueOf).toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
