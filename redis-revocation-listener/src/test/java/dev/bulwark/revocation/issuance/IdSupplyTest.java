package dev.bulwark.revocation.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.issuance.IdSupply.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdSupplyTest {

  private static final long NOW = 2_000_000_000;

  private long nanos;
  private final IdSupply supply = new IdSupply(() -> nanos);

  @Test
  void aPrefixIsSuppliedFromItsSecondTokenOn() {
    assertThat(take("onrtac:", NOW + 900)).isNull();
    assertThat(supply.isShort()).isTrue();
    assertThat(reserve()).hasSize(2).allMatch(block -> block.prefix().equals("onrtac:"));
    assertThat(take("onrtac:").jti()).startsWith("onrtac:");
    assertThat(take("trrtcc:", NOW + 900)).isNull();
  }

  @Test
  void everyIdIsTakenOnce() {
    take("a:", NOW);
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
    take("a:", NOW);
    int size = reserve().get(0).size();
    List<Integer> sizes = new ArrayList<>();
    while (sizes.size() < 6) {
      if (take("a:", NOW) == null || supply.isShort()) {
        reserve().forEach(block -> sizes.add(block.size()));
      }
    }
    assertThat(sizes.get(0)).isEqualTo(2 * size);
    assertThat(sizes).isSorted().allMatch(some -> some <= 4_096);
  }

  @Test
  void noTokenOutlivesItsBlock() {
    take("a:", NOW);
    long end = reserve().get(0).maxExpiresAt();
    assertThat(take("a:", end + 1)).isNull();
    assertThat(take("a:", end)).isNotNull();
  }

  @Test
  void anOldBlockIsReplacedAndGoesWhenItsTokensAreSettled() {
    take("a:", NOW);
    reserve();
    ReservedId id = take("a:");
    List<Wanted> next = supply.wanted("me", NOW + 3_700);
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
    take("a:", NOW);
    reserve();
    ReservedId id = take("a:");
    supply.discard();
    assertThat(take("a:", NOW)).isNull();
    nanos++;
    assertThat(supply.stuck(Duration.ZERO)).containsExactly(id);
    reserve();
    assertThat(take("a:").block()).isNotEqualTo(id.block());
  }

  /** R3: a failover is no reason to reserve more, or for tokens that nobody asks for. */
  @Test
  void discardedBlocksAreReplacedByAsManyIdsWhereTheyWereUsed() {
    take("a:", NOW);
    take("b:", NOW);
    int size = reserve().get(0).size();
    take("a:");
    supply.discard();
    assertThat(reserve())
        .hasSize(2)
        .allMatch(block -> block.prefix().equals("a:") && block.size() == size);
    assertThat(take("b:", NOW)).isNull();
    assertThat(supply.isShort()).isTrue();
    assertThat(reserve()).hasSize(2).allMatch(block -> block.prefix().equals("b:"));
  }

  /** R3: it has no time for all of them between two beats. */
  @Test
  void blocksThatAreNotReservedInTimeAreWantedAgain() {
    take("a:", NOW);
    List<Wanted> late = supply.wanted("me", NOW);
    assertThat(supply.isShort()).isFalse();
    supply.putOff(late.subList(1, 2));
    assertThat(supply.isShort()).isTrue();
    supply.add(late.get(0).kind(), new IdBlock(late.get(0).reservation()));
    assertThat(reserve())
        .singleElement()
        .returns(late.get(0).reservation().size(), Reservation::size);
  }

  /** R3: each round has time for one block, and what there was is used up before the next. */
  @Test
  void kindsTakeTurnsWhereNotAllAreReservedInTime() {
    List<String> prefixes = List.of("a:", "b:", "c:", "d:");
    List<String> reserved = new ArrayList<>();
    for (int round = 0; round < prefixes.size(); round++) {
      supply.discard();
      prefixes.forEach(prefix -> take(prefix, NOW));
      List<Wanted> wanted = supply.wanted("me", NOW);
      Wanted first = wanted.get(0);
      supply.add(first.kind(), new IdBlock(first.reservation()));
      supply.putOff(wanted.subList(1, wanted.size()));
      reserved.add(first.reservation().prefix());
    }
    assertThat(reserved).containsExactlyInAnyOrderElementsOf(prefixes);
  }

  /** R3: it may fail each time, and the others must get theirs. */
  @Test
  void aKindThatFailsIsWantedAgainAfterTheOthers() {
    take("a:", NOW);
    take("b:", NOW);
    List<Wanted> wanted = supply.wanted("me", NOW);
    Wanted first = wanted.get(0);
    assertThat(first.reservation().prefix()).isEqualTo("a:");
    supply.failed(first);
    supply.putOff(wanted.stream().filter(one -> !one.kind().equals(first.kind())).toList());
    assertThat(reserve())
        .extracting(Reservation::prefix)
        .startsWith("b:")
        .containsExactlyInAnyOrder("a:", "a:", "b:", "b:");
  }

  /** R8: each window of a list is a kind of its own, until its tokens have expired. */
  @Test
  void aBlockWithPlacesEndsWithTheWindowOfItsList() {
    IdKind kind = new IdKind("a:", "realm", NOW + 900);
    supply.take(kind, NOW + 800);
    assertThat(reserve()).hasSize(2).allMatch(block -> block.maxExpiresAt() == NOW + 900);
    ReservedId id = Objects.requireNonNull(supply.take(kind, NOW + 900));
    assertThat(supply.take(kind, NOW + 901)).isNull();
    assertThat(supply.take(new IdKind("a:", "realm", NOW + 1_200), NOW + 1_000)).isNull();
    assertThat(supply.take(new IdKind("a:", "other", NOW + 900), NOW + 800)).isNull();

    assertThat(reserve(NOW + 899)).as("those of the other two kinds").hasSize(4);
    assertThat(supply.take(kind, NOW + 900)).isNotNull();
    reserve(NOW + 900);
    assertThat(supply.take(kind, NOW + 900)).as("over").isNull();
    assertThat(supply.spent()).doesNotContain(id.block());
  }

  /** A server of many realms with status lists. */
  @Test
  void kindsWithPlacesLeaveRoomForTheOthers() {
    for (int realm = 0; realm < IdSupply.MAX_LISTED + 200; realm++) {
      supply.take(new IdKind("a:", "realm-" + realm, NOW + 900), NOW + 800);
    }
    assertThat(reserve()).hasSize(2 * IdSupply.MAX_LISTED);
    supply.take(IdKind.plain("a:"), NOW + 800);
    assertThat(reserve()).hasSize(2);
    assertThat(take("a:").jti()).startsWith("a:");
  }

  @Test
  void aBlockOfALongWindowIsReplacedLikeAnyOther() {
    IdKind kind = new IdKind("a:", "realm", NOW + 86_400);
    supply.take(kind, NOW + 900);
    long end = reserve().get(0).maxExpiresAt();
    assertThat(end).isEqualTo(NOW + IdSupply.LIFE.toSeconds());
    assertThat(supply.take(kind, NOW + 900)).isNotNull();
    reserve(end - 900);
    assertThat(supply.take(kind, end)).isNotNull();
    assertThat(supply.take(kind, end + 1)).isNotNull();
  }

  @Test
  void aPrefixThatNobodyAsksForReservesNothing() {
    take("a:", NOW);
    reserve();
    assertThat(supply.wanted("me", NOW + 7_000)).isEmpty();
  }

  private ReservedId take(String prefix) {
    return Objects.requireNonNull(take(prefix, NOW + 900), "an id of " + prefix);
  }

  private @Nullable ReservedId take(String prefix, long expiresAt) {
    return supply.take(IdKind.plain(prefix), expiresAt);
  }

  private List<Reservation> reserve() {
    return reserve(NOW);
  }

  private List<Reservation> reserve(long now) {
    List<Wanted> wanted = supply.wanted("me", now);
    wanted.forEach(one -> supply.add(one.kind(), new IdBlock(one.reservation())));
    return wanted.stream().map(Wanted::reservation).toList();
  }
}
