package dev.bulwark.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** L1: what strangers can make wait holds a quarter of the worker threads. */
class WorkerThreadsTest {

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "8, 1, 1", "12, 2, 1", "50, 8, 4", "64, 11, 5", "200, 34, 16"})
  void theSharesOfAPool(int pool, int logins, int lists) {
    assertThat(WorkerThreads.of(pool)).isEqualTo(new WorkerThreads(logins, lists));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 15, 16, 49, 50, 51, 200, 1000})
  void theirSumIsAQuarter(int pool) {
    WorkerThreads shares = WorkerThreads.of(pool);
    assertThat(shares.logins() + shares.lists()).isEqualTo(pool / 4);
  }
}
