package dev.bulwark.checker.statuslist;

import static dev.bulwark.checker.statuslist.StatusListConformanceTest.ISSUER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.statuslist.SlowServer.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** R8: checks while Keycloak answers late or not at all. */
@Timeout(60)
class StatusListOutageTest {

  private static final String LIST = ISSUER + "/token-status/Xk3fA9-_bQ2mZ7cd";
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Set<Thread.State> WAITS =
      Set.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private final SlowServer server = new SlowServer();
  private final StatusListChecker checker = new StatusListChecker(ISSUER, server, server);

  @AfterEach
  void endThreads() {
    server.goOn();
  }

  private static Object status(String uri) {
    return Map.of("status_list", Map.of("uri", uri, "idx", 7));
  }

  private static FutureTask<Verdict> start(
      StatusListChecker checker, String uri, List<Thread> threads) {
    FutureTask<Verdict> check = new FutureTask<>(() -> checker.check(status(uri)));
    Thread thread = new Thread(check);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return check;
  }

  /** 20 callers at the same time, 19 of which come while the first request is under way. */
  private List<Verdict> verdictsOfManyCallers() throws Exception {
    server.held = Held.LISTS;
    List<Thread> threads = new ArrayList<>();
    List<FutureTask<Verdict>> checks = new ArrayList<>();
    checks.add(start(checker, LIST, threads));
    server.awaitRequest();
    for (int i = 0; i < 19; i++) {
      checks.add(start(checker, LIST, threads));
    }
    await().until(() -> threads.stream().allMatch(each -> WAITS.contains(each.getState())));
    server.goOn();
    List<Verdict> verdicts = new ArrayList<>();
    for (FutureTask<Verdict> check : checks) {
      verdicts.add(check.get());
    }
    return verdicts;
  }

  @Test
  void callersThatWaitForAnAttemptThatFailsMakeNoneOfTheirOwn() throws Exception {
    server.list = null;
    server.takes = TIMEOUT;
    assertThat(verdictsOfManyCallers()).hasSize(20).containsOnly(Verdict.UNKNOWN);
    assertThat(server.requests()).isEqualTo(1);
  }

  @Test
  void callersThatWaitForAFetchThatIsSlowerThanTheTtlMakeNoneOfTheirOwn() throws Exception {
    server.takes = TIMEOUT;
    assertThat(verdictsOfManyCallers()).hasSize(20).containsOnly(Verdict.LIVE);
    assertThat(server.requests()).isEqualTo(1);
  }

  @Test
  void thePauseBeginsWhenTheAttemptHasEnded() {
    server.list = null;
    server.takes = TIMEOUT;
    assertThat(checker.check(status(LIST))).isEqualTo(Verdict.UNKNOWN);
    server.later(Duration.ofMillis(499));
    assertThat(checker.check(status(LIST))).isEqualTo(Verdict.UNKNOWN);
    assertThat(server.requests()).isEqualTo(1);
    server.later(Duration.ofMillis(1));
    checker.check(status(LIST));
    assertThat(server.requests()).isEqualTo(2);
  }

  @Test
  void whileOneCallerFetchesTheOthersUseTheListThatIsHeld() throws Exception {
    assertThat(checker.check(status(LIST))).isEqualTo(Verdict.LIVE);
    server.later(Duration.ofSeconds(2));
    server.held = Held.LISTS;
    FutureTask<Verdict> first = start(checker, LIST, new ArrayList<>());
    server.awaitRequest();
    assertThat(assertTimeoutPreemptively(SOON, () -> checker.check(status(LIST))))
        .isEqualTo(Verdict.LIVE);
    server.goOn();
    assertThat(first.get()).isEqualTo(Verdict.LIVE);
    assertThat(server.requests()).isEqualTo(2);
  }

  /** The application gives one request up; the next one need not wait for the pause. */
  @Test
  void aCallerThatIsInterruptedIsNoOutage() throws Exception {
    server.held = Held.LISTS;
    List<Thread> threads = new ArrayList<>();
    FutureTask<Verdict> first = start(checker, LIST, threads);
    server.awaitRequest();
    threads.get(0).interrupt();
    assertThat(first.get()).isEqualTo(Verdict.UNKNOWN);
    server.held = Held.NOTHING;
    assertThat(checker.check(status(LIST))).isEqualTo(Verdict.LIVE);
  }

  @Test
  void whoWaitsForACallerThatIsInterruptedTakesItsTurn() throws Exception {
    server.held = Held.LISTS;
    List<Thread> threads = new ArrayList<>();
    FutureTask<Verdict> first = start(checker, LIST, threads);
    server.awaitRequest();
    List<FutureTask<Verdict>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(start(checker, LIST, threads));
    }
    await().until(() -> threads.stream().allMatch(each -> WAITS.contains(each.getState())));
    server.held = Held.NOTHING;
    threads.get(0).interrupt();
    // Another may have fetched the list before it looks for the last time.
    assertThat(first.get()).isIn(Verdict.UNKNOWN, Verdict.LIVE);
    for (FutureTask<Verdict> other : others) {
      assertThat(other.get()).isEqualTo(Verdict.LIVE);
    }
    assertThat(server.requests()).isEqualTo(2);
  }

  /** Its own time limit is not that of the caller that it waits for. */
  @Test
  void whoWaitsAndIsInterruptedGoesOnAtOnce() throws Exception {
    server.held = Held.LISTS;
    List<Thread> threads = new ArrayList<>();
    FutureTask<Verdict> first = start(checker, LIST, threads);
    server.awaitRequest();
    FutureTask<Verdict> second = start(checker, LIST, threads);
    await().until(() -> WAITS.contains(threads.get(1).getState()));
    threads.get(1).interrupt();
    assertThat(second.get()).isEqualTo(Verdict.UNKNOWN);
    server.goOn();
    assertThat(first.get()).isEqualTo(Verdict.LIVE);
  }

  @Test
  void aCallerDoesNotWaitForEverForAList() throws Exception {
    rejectsWhileHeldUp(Held.LISTS, LIST);
  }

  @Test
  void aCallerDoesNotWaitForEverForTheKeys() throws Exception {
    rejectsWhileHeldUp(Held.KEYS, LIST + "x");
  }

  /** One request is held up; a check of a token of the other list comes to its end. */
  private void rejectsWhileHeldUp(Held held, String other) throws Exception {
    StatusListChecker impatient =
        new StatusListChecker(ISSUER, server, server, Duration.ofMillis(10));
    server.held = held;
    FutureTask<Verdict> first = start(impatient, LIST, new ArrayList<>());
    server.awaitRequest();
    assertThat(assertTimeoutPreemptively(SOON, () -> impatient.check(status(other))))
        .isEqualTo(Verdict.UNKNOWN);
    server.goOn();
    assertThat(first.get()).isEqualTo(Verdict.LIVE);
  }
}
