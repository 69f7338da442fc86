package dev.bulwark.it.revocation;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.BusyLoops;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Actors that act together until a checkpoint, again and again. */
final class RandomRun {

  private static final int ACTORS = 6;

  /** Without and with refresh tokens that work once. */
  private static final int LEAST_CHECKPOINTS = 2;

  private static final Duration BETWEEN_CHECKPOINTS = Duration.ofSeconds(8);

  private final String name;
  private final long seed = Long.getLong("bulwark.seed", System.nanoTime());
  private final TokenBook book;
  private final RandomWorld world;

  /**
   * A run that has not begun.
   *
   * @param name printed with its seed and its figures
   * @param nodes the same realm, at each node
   * @param database asked for the reasons of a failure; may be empty
   */
  RandomRun(
      String name, List<PathRealm> nodes, RevokedKeys keys, Optional<DatabaseProcess> database) {
    this.name = name;
    Endings endings = new Endings();
    Excuses excuses = new Excuses();
    this.book = new TokenBook(nodes, keys::contains, endings, excuses, database);
    this.world = RandomWorld.of(nodes, book, endings, excuses);
  }

  RandomWorld world() {
    return world;
  }

  /** Expects one node's clock to be ahead of the test's. */
  RandomRun withClocksApart(Duration time) {
    world.excuses().clocksApart(time);
    return this;
  }

  /** Runs for a time, two checkpoints at least, and for as long as the last of them takes. */
  TokenBook forAbout(Duration time) throws Exception {
    System.out.println(name + ": -Dbulwark.seed=" + seed);
    ExecutorService threads = Executors.newFixedThreadPool(ACTORS);
    try (BusyLoops load = BusyLoops.start()) {
      List<RandomActor> actors = new ArrayList<>();
      for (int i = 0; i < ACTORS; i++) {
        actors.add(new RandomActor(world, seed, i));
      }
      Instant end = Instant.now().plus(time);
      for (int checkpoint = 0;
          checkpoint < LEAST_CHECKPOINTS || Instant.now().isBefore(end);
          checkpoint++) {
        world.rotate(checkpoint % 2 == 1);
        actTogether(threads, actors);
        book.check(seed);
      }
      return book;
    } finally {
      System.out.println(name + ": " + book.summary());
      threads.shutdownNow();
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
