package dev.bulwark.revocation.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaidCutOffsTest {

  private static final Endings SCOPES = new Endings("TEST", 1_000_000);

  private final LaidCutOffs cutOffs = new LaidCutOffs();

  @Test
  void aNotBeforeIsLaidOnceAfterItWasCommitted() {
    Ending realm = SCOPES.realmNotBefore("r", 100);
    Ending client = SCOPES.clientNotBefore("r", "c", 100);
    assertThat(cutOffs.without(List.of(realm, client))).containsExactly(realm, client);
    assertThat(cutOffs.without(List.of(realm)))
        .as("a rolled-back one does not count")
        .containsExactly(realm);
    cutOffs.committed(List.of(realm));
    assertThat(cutOffs.without(List.of(realm, client))).containsExactly(client);
    assertThat(cutOffs.without(List.of(SCOPES.realmNotBefore("r", 101)))).hasSize(1);
    assertThat(cutOffs.without(List.of(SCOPES.realmNotBefore("q", 100)))).hasSize(1);
  }

  @Test
  void whateverAlsoVerifiesIsLaidEachTime() {
    Ending logout = SCOPES.realm("r", 100);
    cutOffs.committed(List.of(logout, SCOPES.realmNotBefore("r", 100)));
    assertThat(cutOffs.without(List.of(logout))).containsExactly(logout);
  }

  /** Taken back and set again, it ends the tokens issued in between. */
  @Test
  void aNotBeforeThatLiesAheadIsLaidEachTime() {
    Ending ahead = SCOPES.clientNotBefore("r", "c", 1_001);
    cutOffs.committed(List.of(ahead));
    assertThat(cutOffs.without(List.of(ahead))).containsExactly(ahead);
    Ending passed = new Endings("TEST", 1_001_000).clientNotBefore("r", "c", 1_001);
    cutOffs.committed(List.of(passed));
    assertThat(cutOffs.without(List.of(ahead))).isEmpty();
  }
}
