package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1 and R2 against whatever comes: threads log in, refresh, exchange, revoke and log out, and
 * administrators end users, clients and sessions under them. At every checkpoint each token ever
 * issued is in Redis if and only if introspection says that it is dead. {@code -Dbulwark.seed=N}
 * has every thread make the choices of an earlier run.
 */
class RandomPathsIT {

  private static final int ACTORS = 6;
  private static final int USERS = 8;
  private static final Duration BETWEEN_CHECKPOINTS = Duration.ofSeconds(8);

  @Test
  void halfAMinute() throws Exception {
    run(Duration.ofSeconds(24));
  }

  @Test
  @Tag("full")
  void fiveMinutes() throws Exception {
    run(Duration.ofMinutes(5));
  }

  private static void run(Duration time) throws Exception {
    long seed = Long.getLong("bulwark.seed", System.nanoTime());
    System.out.println("RandomPathsIT: -Dbulwark.seed=" + seed);
    TestStack stack = TestStack.get();
    PathRealm realm = PathRealm.create(stack.url(), stack.admin(), "random-paths");
    ExecutorService threads = Executors.newFixedThreadPool(ACTORS);
    try (RevokedKeys keys = new RevokedKeys(stack.redis().url())) {
      realm.addAudience("cli", "other");
      TokenBook book = new TokenBook(realm, keys);
      RandomActor.World world = RandomActor.World.of(realm, book, USERS);
      List<RandomActor> actors = new ArrayList<>();
      for (int i = 0; i < ACTORS; i++) {
        actors.add(new RandomActor(world, seed, i));
      }
      Instant end = Instant.now().plus(time);
      while (Instant.now().isBefore(end)) {
        actTogether(threads, actors);
        book.check(seed);
      }
      System.out.println("RandomPathsIT: " + book.summary());
      assertThat(book.issued()).isGreaterThan(60);
      assertThat(book.dead()).isGreaterThan(20);
    } finally {
      threads.shutdownNow();
      realm.delete();
    }
  }

  private static void actTogether(ExecutorService threads, List<RandomActor> actors)
      throws Exception {
    Instant until = Instant.now().plus(BETWEEN_CHECKPOINTS);
    List<Future<?>> running = new ArrayList<>();
    for (RandomActor actor : actors) {
      running.add(
          threads.submit(
              () -> {
                while (Instant.now().isBefore(until)) {
                  actor.act();
                }
              }));
    }
    for (Future<?> future : running) {
      future.get();
    }
  }
}
