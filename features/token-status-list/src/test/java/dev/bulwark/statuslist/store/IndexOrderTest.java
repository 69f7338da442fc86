package dev.bulwark.statuslist.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** R8: indexes are random, and each is given out once. */
class IndexOrderTest {

  private static final String SECRET = "000102030405060708090a0b0c0d0e0f";
  private static final String OTHER = "100102030405060708090a0b0c0d0e0f";

  @Test
  void everyPositionHasAnIndexOfItsOwn() {
    IndexOrder order = new IndexOrder(SECRET);
    BitSet seen = new BitSet(IndexOrder.SIZE);
    for (int i = 0; i < IndexOrder.SIZE; i++) {
      seen.set(order.index(i));
    }
    assertThat(seen.cardinality()).isEqualTo(IndexOrder.SIZE);
    assertThat(seen.length()).isEqualTo(IndexOrder.SIZE);
  }

  @Test
  void noTokenGetsADecoy() {
    IndexOrder order = new IndexOrder(SECRET);
    BitSet decoys = new BitSet(IndexOrder.SIZE);
    for (int i = 0; i < IndexOrder.DECOYS; i++) {
      decoys.set(order.decoy(i));
    }
    assertThat(decoys.cardinality()).isEqualTo(IndexOrder.DECOYS);
    for (int i = 0; i < IndexOrder.TOKENS; i++) {
      assertThat(decoys.get(order.index(i))).isFalse();
    }
  }

  /** Neighbors are about as far from each other as two random indexes: a third of the size. */
  @Test
  void neighborsAreFarFromEachOther() {
    IndexOrder order = new IndexOrder(SECRET);
    long distance = 0;
    for (int i = 1; i <= 10_000; i++) {
      distance += Math.abs(order.index(i) - order.index(i - 1));
    }
    assertThat(distance / 10_000.0 / IndexOrder.SIZE).isBetween(0.31, 0.36);
  }

  @Test
  void theSecretDeterminesTheOrder() {
    assertThat(new IndexOrder(SECRET).index(5)).isEqualTo(new IndexOrder(SECRET).index(5));
    int same = 0;
    IndexOrder one = new IndexOrder(SECRET);
    IndexOrder other = new IndexOrder(OTHER);
    for (int i = 0; i < 10_000; i++) {
      same += one.index(i) == other.index(i) ? 1 : 0;
    }
    assertThat(same).isLessThan(10);
  }
}
