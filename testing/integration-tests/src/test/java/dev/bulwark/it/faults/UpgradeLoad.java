package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Logins, refreshes and logouts, one after the other in each of two threads, at the nodes in turn.
 * As a load balancer does, it sends nothing more to a node that leaves, and waits for what it has
 * sent. Each answer has to be the expected one.
 */
final class UpgradeLoad implements AutoCloseable {

  private static final int THREADS = 2;

  /** Turns of a thread that a step of the upgrade waits for. */
  private static final long MORE = 20;

  private final ReadWriteLock sending = new ReentrantReadWriteLock(true);
  private final List<URI> nodes = new CopyOnWriteArrayList<>();
  private final List<IssuedTokens> realms = new ArrayList<>();
  private final List<AtomicLong> turns = new ArrayList<>();
  private final List<Future<?>> threads = new ArrayList<>();
  private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
  private volatile boolean ended;

  private UpgradeLoad(FaultServer one, FaultServer two) {
    nodes.add(one.keycloak().url());
    nodes.add(two.keycloak().url());
  }

  /**
   * Starts it.
   *
   * @param realm makes the realm of the thread of a number
   */
  static UpgradeLoad start(FaultServer one, FaultServer two, IntFunction<IssuedTokens> realm) {
    UpgradeLoad load = new UpgradeLoad(one, two);
    for (int number = 0; number < THREADS; number++) {
      IssuedTokens tokens = realm.apply(number);
      AtomicLong done = new AtomicLong();
      load.realms.add(tokens);
      load.turns.add(done);
      load.threads.add(load.executor.submit(() -> load.run(tokens, done)));
    }
    return load;
  }

  List<IssuedTokens> realms() {
    return realms;
  }

  /** Sends nothing more to the node, and returns when it has answered all that was sent. */
  void leaves(FaultServer node) {
    sending.writeLock().lock();
    try {
      nodes.remove(node.keycloak().url());
    } finally {
      sending.writeLock().unlock();
    }
  }

  void joins(FaultServer node) {
    nodes.add(node.keycloak().url());
  }

  /** Waits until each thread has done twenty more turns at the nodes that are there now. */
  void awaitMore(Duration atMost) {
    List<Long> before = turns.stream().map(AtomicLong::get).toList();
    await("load goes on")
        .atMost(atMost)
        .until(
            () -> {
              for (int i = 0; i < THREADS; i++) {
                if (threads.get(i).isDone()) {
                  // It ends early by a failure only.
                  threads.get(i).get();
                }
                if (turns.get(i).get() < before.get(i) + MORE) {
                  return false;
                }
              }
              return true;
            });
  }

  /** Stops it; fails if one of its answers was not the expected one. */
  void end() {
    ended = true;
    for (Future<?> thread : threads) {
      try {
        thread.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (ExecutionException e) {
        throw new AssertionError("load", e.getCause());
      }
    }
    assertThat(turns).allSatisfy(done -> assertThat(done.get()).isPositive());
  }

  @Override
  public void close() {
    ended = true;
    executor.shutdown();
  }

  private void run(IssuedTokens tokens, AtomicLong done) {
    while (!ended) {
      long turn = done.get();
      Response session = atNode(turn, tokens, () -> tokens.login("ann"));
      Response refreshed = atNode(turn + 1, tokens, () -> tokens.refresh(session));
      if (turn % 3 != 0) {
        atNode(
            turn,
            tokens,
            () -> {
              tokens.logout(refreshed);
              return refreshed;
            });
      }
      done.incrementAndGet();
    }
  }

  private Response atNode(long turn, IssuedTokens tokens, Supplier<Response> request) {
    sending.readLock().lock();
    try {
      tokens.useServer(nodes.get((int) (turn % nodes.size())));
      return request.get();
    } finally {
      sending.readLock().unlock();
    }
  }
}
