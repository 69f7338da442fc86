package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void everyRowIsWrittenBeforeItsCallerReturns() throws Exception {
    Set<Integer> written = ConcurrentHashMap.newKeySet();
    AtomicInteger writes = new AtomicInteger();
    GroupCommit<Integer> commits =
        new GroupCommit<>(
            rows -> {
              writes.incrementAndGet();
              written.addAll(rows);
            },
            64,
            Duration.ofSeconds(10));
    List<Future<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      int row = i;
      callers.add(
          threads.submit(
              () -> {
                commits.write(row);
                return written.contains(row);
              }));
    }
    for (Future<Boolean> caller : callers) {
      assertThat(caller.get(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(written).hasSize(2000);
    assertThat(writes.get()).isLessThanOrEqualTo(2000);
  }

  @Test
  void rowsThatComeDuringAWriteGoOutTogether() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<List<Integer>> writes = new ArrayList<>();
    GroupCommit<Integer> commits =
        new GroupCommit<>(
            rows -> {
              writes.add(List.copyOf(rows));
              entered.countDown();
              release.await();
            },
            3,
            Duration.ofSeconds(30));
    List<Future<?>> callers = new ArrayList<>();
    callers.add(submit(commits, 0));
    entered.await();
    AtomicInteger joined = new AtomicInteger();
    for (int i = 1; i <= 5; i++) {
      int row = i;
      callers.add(
          threads.submit(
              () -> {
                joined.incrementAndGet();
                commits.write(row);
                return null;
              }));
    }
    await().until(() -> joined.get() == 5);
    release.countDown();
    for (Future<?> caller : callers) {
      caller.get(30, TimeUnit.SECONDS);
    }
    assertThat(writes.get(0)).containsExactly(0);
    assertThat(writes).allSatisfy(rows -> assertThat(rows).hasSizeLessThanOrEqualTo(3));
    assertThat(writes.stream().flatMap(List::stream)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
  }

  @Test
  void followersOfAFailedLeaderWriteForThemselves() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger writes = new AtomicInteger();
    Set<Integer> written = ConcurrentHashMap.newKeySet();
    GroupCommit<Integer> commits =
        new GroupCommit<>(
            rows -> {
              int number = writes.incrementAndGet();
              if (number == 1) {
                entered.countDown();
                release.await();
              } else if (rows.size() > 1) {
                throw new IllegalStateException("the database is away");
              }
              written.addAll(rows);
            },
            10,
            Duration.ofSeconds(30));
    Future<?> first = submit(commits, 0);
    entered.await();
    List<Future<?>> rest = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      rest.add(submit(commits, i));
    }
    await().until(() -> commits.joined() == 4);
    release.countDown();
    first.get(30, TimeUnit.SECONDS);
    int failed = 0;
    for (Future<?> caller : rest) {
      try {
        caller.get(30, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        failed++;
      }
    }
    assertThat(failed).as("only the leader sees its failure").isEqualTo(1);
    assertThat(written).hasSize(4);
  }

  @Test
  void aStuckLeaderHoldsNobodyUpForLong() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    Set<Integer> written = ConcurrentHashMap.newKeySet();
    GroupCommit<Integer> commits =
        new GroupCommit<>(
            rows -> {
              if (rows.contains(0)) {
                entered.countDown();
                release.await();
              }
              written.addAll(rows);
            },
            10,
            Duration.ofMillis(50));
    Future<?> stuck = submit(commits, 0);
    entered.await();
    submit(commits, 1).get(10, TimeUnit.SECONDS);
    submit(commits, 2).get(10, TimeUnit.SECONDS);
    assertThat(written).containsExactlyInAnyOrder(1, 2);
    release.countDown();
    stuck.get(10, TimeUnit.SECONDS);
  }

  @Test
  void anInterruptedLeaderLeavesNoBatchWithoutLeader() throws Exception {
    GroupCommit<Integer> commits = new GroupCommit<>(rows -> {}, 10, Duration.ofSeconds(30));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> commits.write(1)).isInstanceOf(InterruptedException.class);
    submit(commits, 2).get(5, TimeUnit.SECONDS);
  }

  private Future<?> submit(GroupCommit<Integer> commits, int row) {
    return threads.submit(
        () -> {
          commits.write(row);
          return null;
        });
  }
}
