package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** R8: of what the database had at different times, the latest is served. */
class SignedListsTest {

  private static final String URI = "https://sso.example.org/realms/app/token-status/a";
  private static final StatusList LIST = new StatusList("a", "realm", 0, "00");

  private long nanos = 77;
  private final SignedLists lists = new SignedLists(() -> nanos);
  private final List<SignedList> signed = new ArrayList<>();

  private static RevokedBits bits(int rows, long read) {
    return new RevokedBits(LIST, new int[rows], read);
  }

  private SignedList get(RevokedBits bits, long issuedAt) {
    return lists.get(URI, bits, issuedAt, this::sign);
  }

  private SignedList sign(RevokedBits bits, long issuedAt) {
    SignedList list = new SignedList(bits, issuedAt, "list." + bits.rows() + '.' + issuedAt);
    signed.add(list);
    return list;
  }

  @Test
  void aListIsSignedOnceForEachStateAndPeriod() {
    RevokedBits first = bits(1, 1);
    SignedList list = get(first, 10);
    assertThat(get(first, 10)).isSameAs(list);
    assertThat(get(first, 20)).isNotSameAs(list);
    get(bits(2, 2), 20);
    assertThat(signed).hasSize(3);
  }

  /** With a period of twenty minutes, say: the realm may have disabled the key meanwhile. */
  @Test
  void aListIsSignedAgainAfterAMinute() {
    RevokedBits first = bits(1, 1);
    SignedList list = get(first, 10);
    nanos += TimeUnit.SECONDS.toNanos(59);
    assertThat(get(first, 10)).isSameAs(list);
    nanos += TimeUnit.SECONDS.toNanos(1);
    SignedList again = get(bits(0, 0), 5);
    assertThat(again).isNotSameAs(list);
    assertThat(again.bits()).isSameAs(first);
    assertThat(again.issuedAt()).isEqualTo(10);
    assertThat(get(first, 10)).isSameAs(again);
    assertThat(signed).hasSize(2);
  }

  /** The database has failed over to one that lacks ten rows, and a token was revoked since. */
  @Test
  void aDatabaseThatHasLostRowsIsBelieved() {
    get(bits(1_000, 1), 10);
    RevokedBits after = bits(991, 2);
    assertThat(get(after, 10).bits()).isSameAs(after);
    assertThat(get(after, 20).bits()).isSameAs(after);
    RevokedBits later = bits(992, 3);
    assertThat(get(later, 20).bits()).isSameAs(later);
  }

  /** A request that has read before the failover, and signs after others that have read since. */
  @Test
  void whatWasReadEarlierDoesNotComeBack() {
    RevokedBits latest = bits(991, 2);
    get(latest, 10);
    assertThat(get(bits(1_000, 1), 10).bits()).isSameAs(latest);
    SignedList later = get(bits(1_000, 1), 20);
    assertThat(later.bits()).isSameAs(latest);
    assertThat(later.issuedAt()).isEqualTo(20);
  }

  /** Applications keep the list with the later {@code iat}. */
  @Test
  void newBitsDoNotGetAnEarlierTime() {
    get(bits(1_000, 1), 20);
    RevokedBits latest = bits(991, 2);
    SignedList list = get(latest, 10);
    assertThat(list.bits()).isSameAs(latest);
    assertThat(list.issuedAt()).isEqualTo(20);
  }

  /** The older of two reads ends later: its request waits for the lock, and signs nothing. */
  @Test
  void anOlderReadThatEndsLaterDoesNotWin() throws Exception {
    CountDownLatch signing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    RevokedBits latest = bits(991, 2);
    CompletableFuture<SignedList> one =
        CompletableFuture.supplyAsync(
            () ->
                lists.get(
                    URI,
                    latest,
                    10,
                    (bits, issuedAt) -> {
                      signing.countDown();
                      await(go);
                      return sign(bits, issuedAt);
                    }));
    await(signing);
    CompletableFuture<SignedList> other =
        CompletableFuture.supplyAsync(() -> get(bits(1_000, 1), 10));
    go.countDown();
    assertThat(one.get(30, TimeUnit.SECONDS).bits()).isSameAs(latest);
    assertThat(other.get(30, TimeUnit.SECONDS).bits()).isSameAs(latest);
    assertThat(get(latest, 10).bits()).isSameAs(latest);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
