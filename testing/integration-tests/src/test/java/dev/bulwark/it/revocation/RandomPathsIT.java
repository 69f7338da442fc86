package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1 and R2 against whatever comes: threads log in, refresh, exchange, revoke and log out, and
 * administrators end users, clients and sessions under them. At every checkpoint each token ever
 * issued is in Redis, and in its token status list (R8), if and only if introspection says that it
 * is dead. {@code -Dbulwark.seed=N} has every thread make the choices of an earlier run, {@code
 * -Dbulwark.load=N} has N endless loops run beside it, {@code -Dbulwark.random.minutes=N} makes the
 * long run longer.
 */
class RandomPathsIT {

  /** Two checkpoints, without and with refresh tokens that work once. */
  @Test
  void aQuarterOfAMinute() throws Exception {
    run(Duration.ofSeconds(15));
  }

  @Test
  @Tag("full")
  void manyMinutes() throws Exception {
    run(Duration.ofMinutes(Long.getLong("bulwark.random.minutes", 5)));
  }

  private static void run(Duration time) throws Exception {
    TestStack stack = TestStack.get();
    PathRealm realm = create(stack, "random-paths");
    try (RevokedKeys keys = new RevokedKeys(stack.redis().url())) {
      RandomRun run = new RandomRun("RandomPathsIT", List.of(realm), keys, stack.database());
      run.world().trustProvider();
      // A third witness for them: their status lists.
      List.of("cli", "light").forEach(realm::addStatusLists);
      try (SideRealms sides = SideRealms.of(run.world(), name -> List.of(create(stack, name)))) {
        TokenBook book = run.forAbout(time);
        assertThat(book.issued()).isGreaterThan(60);
        assertThat(book.dead()).isGreaterThan(20);
        assertThat(book.listed()).as("tokens that the lists are asked about").isGreaterThan(20);
      }
    } finally {
      stack.admin().delete("/realms/random-paths-idp");
      realm.delete();
    }
  }

  private static PathRealm create(TestStack stack, String name) {
    return PathRealm.create(stack.url(), stack.admin(), name);
  }
}
