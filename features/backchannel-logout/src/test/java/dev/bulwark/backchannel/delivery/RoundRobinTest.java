package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** R9: receivers with many notices do not keep the places of a node from the others. */
class RoundRobinTest {

  private final RoundRobin turns = new RoundRobin(2);

  @Test
  void asManyAsThereArePlacesAreServedAtOnce() {
    assertThat(turns.begin("a")).isTrue();
    assertThat(turns.begin("b")).isTrue();
    assertThat(turns.begin("c")).isFalse();
    assertThat(turns.next("b", false)).isEqualTo("c");
    assertThat(turns.next("a", false)).isNull();
    assertThat(turns.begin("d")).isTrue();
  }

  @Test
  void aReceiverHasOnePlaceAtMost() {
    assertThat(turns.begin("a")).isTrue();
    assertThat(turns.begin("a")).isFalse();
    assertThat(turns.next("a", false)).isNull();
    assertThat(turns.begin("a")).isTrue();
  }

  /** All places have receivers whose notices never end. */
  @Test
  void theOneThatHasWaitedLongestIsNext() {
    turns.begin("slow-1");
    turns.begin("slow-2");
    turns.begin("shop");
    turns.begin("bank");
    turns.begin("shop");
    List<String> order = new ArrayList<>();
    String served = "slow-1";
    for (int i = 0; i < 6; i++) {
      served = Objects.requireNonNull(turns.next(served, true));
      order.add(served);
    }
    assertThat(order).containsExactly("shop", "bank", "slow-1", "shop", "bank", "slow-1");
  }

  @Test
  void oneThatIsAloneGoesOn() {
    turns.begin("a");
    assertThat(turns.next("a", true)).isEqualTo("a");
    assertThat(turns.begin("a")).isFalse();
  }

  @Test
  void aPlaceThatWasGivenUpIsFree() {
    turns.begin("a");
    turns.begin("b");
    turns.begin("c");
    turns.end("a");
    assertThat(turns.begin("c")).isTrue();
    assertThat(turns.next("b", false)).as("it does not wait any more").isNull();
  }
}
