package dev.bulwark.revocation.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** R3: a node is busy only if the database says so of its name. */
class NodePresenceTest {

  private final NodeName name = new NodeName();
  private final NodePresence presence = new NodePresence(name);

  @Test
  void aNodeWithATokenOnItsWayStaysBusy() {
    beBusy();
    assertThat(presence.begin()).isTrue();
    assertThat(presence.stopBeingBusy()).isFalse();
    assertThat(presence.isBusy()).isTrue();
    presence.end();
    assertThat(presence.stopBeingBusy()).isTrue();
    assertThat(presence.isBusy()).isFalse();
  }

  /** It was frozen, and wakes up with a token on its way: its new name is idle in the database. */
  @Test
  void aTokenOnItsWayDoesNotMakeALostNodeBusy() {
    beBusy();
    assertThat(presence.begin()).isTrue();
    presence.lost();
    assertThat(presence.stopBeingBusy()).isFalse();
    assertThat(presence.isBusy()).isFalse();
    presence.beat(System.nanoTime());
    assertThat(presence.begin()).as("others do not wait for its rows").isFalse();
  }

  /** The database was told so of the old name. */
  @Test
  void aNodeThatIsLostMeanwhileIsNotBusy() {
    String as = name.get();
    presence.lost();
    assertThat(presence.becomeBusy(as)).isFalse();
    assertThat(presence.isBusy()).isFalse();
    assertThat(presence.becomeBusy(name.get())).isTrue();
    assertThat(presence.isBusy()).isTrue();
  }

  private void beBusy() {
    presence.beat(System.nanoTime());
    assertThat(presence.becomeBusy(name.get())).isTrue();
  }
}
