package dev.bulwark.revocation.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.revocation.writer.GroupCommit.Ticket;
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
                commits.await(commits.queue(row));
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
  void whatIsAnnouncedGoesOutWithTheFirstThatFinishes() throws Exception {
    List<List<Integer>> writes = new ArrayList<>();
    GroupCommit<Integer> commits =
        new GroupCommit<>(rows -> writes.add(List.copyOf(rows)), 3, Duration.ofSeconds(30));
    List<Ticket<Integer>> tickets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      tickets.add(commits.queue(i));
    }
    commits.await(tickets.get(1));
    assertThat(writes).containsExactly(List.of(0, 1, 2));
    commits.await(tickets.get(4));
    for (int i : new int[] {0, 2, 3}) {
      commits.await(tickets.get(i));
    }
    assertThat(writes).containsExactly(List.of(0, 1, 2), List.of(3, 4));
  }

  @Test
  void othersOfAFailedWriteWriteForThemselves() throws Exception {
    Set<Integer> written = ConcurrentHashMap.newKeySet();
    GroupCommit<Integer> commits =
        new GroupCommit<>(
            rows -> {
              if (rows.size() > 1) {
                throw new IllegalStateException("the database is away");
              }
              written.addAll(rows);
            },
            10,
            Duration.ofSeconds(30));
    List<Ticket<Integer>> tickets = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tickets.add(commits.queue(i));
    }
    assertThatThrownBy(() -> commits.await(tickets.get(0))).hasMessage("the database is away");
    for (int i = 1; i < 4; i++) {
      commits.await(tickets.get(i));
    }
    assertThat(written).containsExactlyInAnyOrder(1, 2, 3);
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
  void anInterruptedLeaderWritesAllTheSame() throws Exception {
    Set<Integer> written = ConcurrentHashMap.newKeySet();
    GroupCommit<Integer> commits = new GroupCommit<>(written::addAll, 10, Duration.ofSeconds(30));
    Thread.currentThread().interrupt();
    commits.await(commits.queue(1));
    assertThat(Thread.interrupted()).isTrue();
    submit(commits, 2).get(5, TimeUnit.SECONDS);
    assertThat(written).containsExactlyInAnyOrder(1, 2);
  }

  private Future<?> submit(GroupCommit<Integer> commits, int row) {
    return threads.submit(
        () -> {
          commits.await(commits.queue(row));
          return null;
        });
  }
}
