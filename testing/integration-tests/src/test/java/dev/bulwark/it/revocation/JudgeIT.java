package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1, R2: the judge, which decides whether a token is revoked, says of every token what
 * introspection says, in each state that one or two changes lead to.
 */
@Tag("full")
class JudgeIT {

  private static final String PROVIDER =
      "/dev/bulwark/revocation/judgement/JudgementResource.class";

  /** A death that comes after the answer to its cause, such as that of an account's tokens. */
  private static final Duration A_MOMENT = Duration.ofSeconds(5);

  private static RedisProcess redis;
  private static OwnServer server;

  private final List<String> faults = new ArrayList<>();
  private int states;
  private int dead;

  @BeforeAll
  static void start() throws IOException {
    redis = RedisProcess.start();
    server =
        OwnServer.start(
            TestStack.manyFromOneAddress(TestStack.spec("judge", redis.url()))
                .usedByMany()
                .provider(provider()));
  }

  /** The jar of the provider that asks the judge. */
  private static Path provider() throws IOException {
    URL inJar = Objects.requireNonNull(JudgeIT.class.getResource(PROVIDER));
    URL jar = ((JarURLConnection) inJar.openConnection()).getJarFileURL();
    return Path.of(jar.getPath());
  }

  @AfterAll
  static void close() {
    server.close();
    redis.close();
  }

  @Test
  void twoReversibleChanges() {
    int tokens = 0;
    for (int i = 0; i < Fact.REVERSIBLE.size(); i++) {
      Fact first = Fact.REVERSIBLE.get(i);
      // Some changes end a token for good.
      try (JudgedRealm realm = new JudgedRealm(server)) {
        assertThat(first.tryOn(realm)).as(first.name()).isTrue();
        compareWithEach(
            Fact.REVERSIBLE.subList(i + 1, Fact.REVERSIBLE.size()), realm, first.name());
        first.undoOn(realm);
        compare(realm, "after " + first.name());
        tokens = realm.size();
      }
    }
    report(tokens);
    assertThat(states).isGreaterThan(800);
  }

  @Test
  void afterAChangeThatIsFinal() {
    int tokens = 0;
    for (Fact last : Fact.FINAL) {
      try (JudgedRealm realm = new JudgedRealm(server)) {
        assertThat(last.tryOn(realm)).as(last.name()).isTrue();
        compareWithEach(Fact.REVERSIBLE, realm, last.name());
        tokens = realm.size();
      }
    }
    report(tokens);
    assertThat(states).isGreaterThan(800);
  }

  /** Compares as it is, and with each of the changes. */
  private void compareWithEach(List<Fact> facts, JudgedRealm realm, String state) {
    compare(realm, state);
    for (Fact fact : facts) {
      if (fact.tryOn(realm)) {
        compare(realm, state + ", " + fact.name());
        fact.undoOn(realm);
      }
    }
  }

  private void compare(JudgedRealm realm, String state) {
    states++;
    Set<String> deadNow = realm.dead();
    dead += deadNow.size();
    if (!realm.differences(deadNow).isEmpty()) {
      try {
        await().atMost(A_MOMENT).until(() -> realm.differences(realm.dead()).isEmpty());
      } catch (ConditionTimeoutException e) {
        faults.add(state + ": " + realm.differences(realm.dead()));
        System.out.println(faults.get(faults.size() - 1));
      }
    }
  }

  private void report(int tokens) {
    System.out.printf("%d states, %d judgements, %d of them dead%n", states, states * tokens, dead);
    assertThat(faults).isEmpty();
  }
}
