package dev.bulwark.revocation.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdSupplyTest {

  private static final long NOW = 2_000_000_000;

  private final IdSupply supply = new IdSupply();
  private long nanos;

  @Test
  void aPrefixIsSuppliedFromItsSecondTokenOn() {
    assertThat(supply.take("onrtac:", NOW + 900)).isNull();
    assertThat(supply.isShort()).isTrue();
    assertThat(reserve()).hasSize(2).allMatch(block -> block.prefix().equals("onrtac:"));
    assertThat(take("onrtac:").jti()).startsWith("onrtac:");
    assertThat(supply.take("trrtcc:", NOW + 900)).isNull();
  }

  @Test
  void everyIdIsTakenOnce() {
    supply.take("a:", NOW);
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      if (supply.isShort()) {
        nanos += Duration.ofMinutes(1).toNanos();
        reserve();
      }
      assertThat(taken.add(take("a:").jti())).isTrue();
    }
  }

  @Test
  void blocksGrowWhereTheyAreUsedUpAtOnce() {
    supply.take("a:", NOW);
    int size = reserve().get(0).size();
    List<Integer> sizes = new ArrayList<>();
    while (sizes.size() < 6) {
      if (supply.take("a:", NOW) == null || supply.isShort()) {
        reserve().forEach(block -> sizes.add(block.size()));
      }
    }
    assertThat(sizes.get(0)).isEqualTo(2 * size);
    assertThat(sizes).isSorted().allMatch(some -> some <= 4_096);
  }

  @Test
  void noTokenOutlivesItsBlock() {
    supply.take("a:", NOW);
    long end = reserve().get(0).maxExpiresAt();
    assertThat(supply.take("a:", end + 1)).isNull();
    assertThat(supply.take("a:", end)).isNotNull();
  }

  @Test
  void anOldBlockIsReplacedAndGoesWhenItsTokensAreSettled() {
    supply.take("a:", NOW);
    reserve();
    ReservedId id = take("a:");
    List<Reservation> next = supply.wanted("me", NOW + 3_700, nanos);
    assertThat(next).hasSize(2);
    assertThat(supply.spent()).hasSize(1).doesNotContain(id.block());
    assertThat(id.block().settle(id.index())).isTrue();
    assertThat(id.block().settle(id.index())).as("again").isFalse();
    assertThat(supply.spent()).hasSize(2).contains(id.block());
    supply.forget(supply.spent());
    assertThat(supply.spent()).isEmpty();
  }

  @Test
  void discardedBlocksGiveNoMoreIds() {
    supply.take("a:", NOW);
    reserve();
    ReservedId id = take("a:");
    supply.discard();
    assertThat(supply.take("a:", NOW)).isNull();
    assertThat(supply.stuck(Duration.ZERO)).containsExactly(id);
    reserve();
    assertThat(take("a:").block()).isNotEqualTo(id.block());
  }

  @Test
  void aPrefixThatNobodyAsksForReservesNothing() {
    supply.take("a:", NOW);
    reserve();
    assertThat(supply.wanted("me", NOW + 7_000, nanos)).isEmpty();
  }

  private ReservedId take(String prefix) {
    ReservedId id = supply.take(prefix, NOW + 900);
    return Objects.requireNonNull(id, "an id of " + prefix);
  }

  private List<Reservation> reserve() {
    List<Reservation> wanted = supply.wanted("me", NOW, nanos);
    wanted.forEach(supply::add);
    return wanted;
  }
}
