package dev.bulwark.apikey.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** K9: a row whose owner cannot be read stops the work on no other row. */
class RowByRowTest {

  private final RowByRow worker = new RowByRow("The test");
  private final List<String> list = new ArrayList<>();
  private final Set<String> broken = new HashSet<>();
  private final List<String> tried = new ArrayList<>();

  private void fill(int from, int to) {
    IntStream.range(from, to).forEach(number -> list.add("row-" + number));
  }

  private List<String> page(int first, int max) {
    return List.copyOf(
        list.subList(Math.min(first, list.size()), Math.min(first + max, list.size())));
  }

  private boolean remove(String id) {
    tried.add(id);
    if (broken.contains(id)) {
      throw new IllegalStateException("the owner of " + id + " cannot be read");
    }
    return list.remove(id);
  }

  private RowByRow.Result run() {
    tried.clear();
    return worker.run(this::page, this::remove);
  }

  @Test
  void oneThatFailsStopsNoOther() {
    fill(0, 120);
    broken.addAll(List.of("row-0", "row-77"));
    assertThat(run()).isEqualTo(new RowByRow.Result(118, 2));
    assertThat(list).containsExactly("row-0", "row-77");
    broken.clear();
    assertThat(run()).isEqualTo(new RowByRow.Result(2, 0));
    assertThat(list).isEmpty();
  }

  /** A user store is unreachable: a run ends in time, and the next goes on behind its users. */
  @Test
  void manyThatFailEndARunAndBlockNoOther() {
    fill(0, 60);
    broken.addAll(list);
    fill(60, 70);
    assertThat(run()).isEqualTo(new RowByRow.Result(0, 50));
    assertThat(run()).isEqualTo(new RowByRow.Result(10, 10));
    assertThat(list).hasSize(60);
    broken.clear();
    assertThat(run()).isEqualTo(new RowByRow.Result(60, 0));
  }

  @Test
  void aRowThatStaysIsTriedOnceARun() {
    fill(0, 100);
    RowByRow.Result result =
        worker.run(
            this::page,
            id -> {
              tried.add(id);
              return false;
            });
    assertThat(result).isEqualTo(new RowByRow.Result(0, 0));
    assertThat(tried).hasSize(100).doesNotHaveDuplicates();
  }
}
