package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.faults.NodePair;
import dev.bulwark.it.support.Realm;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R1 with two nodes whose clocks are five seconds apart: nothing escapes, nothing dies early. */
@Tag("full")
class TwoClocksIT {

  private static final int SECONDS_AHEAD = 5;

  @Test
  void anythingAtEitherNode() throws Exception {
    try (NodePair pair =
            NodePair.start(
                "clocks",
                (name, spec) -> name.endsWith("-2") ? FakeClock.ahead(spec, SECONDS_AHEAD) : spec);
        RevokedKeys keys = new RevokedKeys(pair.redis().url())) {
      TwoNodeRealm realm = TwoNodeRealm.create(pair, "clocks");
      long first = issuedAt(realm.first());
      assertThat(issuedAt(realm.second()) - first)
          .as("the clocks are apart")
          .isGreaterThanOrEqualTo(SECONDS_AHEAD);
      RandomRun run =
          new RandomRun("TwoClocksIT", realm.nodes(), keys, Optional.of(pair.database()))
              .withClocksApart(Duration.ofSeconds(SECONDS_AHEAD));
      TokenBook book = run.forAbout(Duration.ofMinutes(1));
      assertThat(book.issued()).isGreaterThan(60);
      assertThat(book.dead()).isGreaterThan(20);
    }
  }

  private static long issuedAt(PathRealm realm) {
    return Realm.claims(realm.service().text("access_token")).get("iat").asLong();
  }
}
