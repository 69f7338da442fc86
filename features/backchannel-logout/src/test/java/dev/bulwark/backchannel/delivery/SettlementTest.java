package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.backchannel.delivery.Settlement.Sent;
import dev.bulwark.backchannel.outbox.Cause;
import dev.bulwark.backchannel.outbox.EndedClientSession;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.LogoutReceiver;
import dev.bulwark.backchannel.outbox.NoticeState;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** R9: what follows from the answers of a receiver. */
class SettlementTest {

  private static final long NOW = 1_000_000;

  private final Settlement settlement = new Settlement(() -> 1);
  private final LogoutReceiver receiver = new LogoutReceiver("client", "realm");

  private int sessions;

  private Sent sent(int status) {
    return new Sent(
        new LogoutNotice(
            new EndedClientSession("realm", "client", "s" + sessions++, "user", false, 0, "{}"),
            Cause.LOGOUT,
            0),
        Answer.of(status, null));
  }

  @Test
  void whatIsAcknowledgedIsDelivered() {
    Sent sent = sent(204);
    settlement.settle(receiver, List.of(sent), NOW);
    assertThat(sent.notice().getState()).isEqualTo(NoticeState.DELIVERED);
    assertThat(receiver.getFailures()).isZero();
  }

  @Test
  void aReceiverThatIsAwayIsLeftAloneForLongerEachTime() {
    Sent sent = sent(503);
    settlement.settle(receiver, List.of(sent), NOW);
    assertThat(receiver.getNextAt()).isEqualTo(NOW + 1_000);
    settlement.settle(receiver, List.of(sent), NOW + 1_000);
    assertThat(receiver.getNextAt()).isEqualTo(NOW + 3_000);
    assertThat(receiver.getFailingSince()).isEqualTo(NOW);
    assertThat(receiver.getReason()).isEqualTo("status 503");
    // It counts against no notice.
    assertThat(sent.notice().getAttempts()).isZero();
    settlement.settle(receiver, List.of(sent(200)), NOW + 3_000);
    assertThat(receiver.getFailures()).isZero();
    assertThat(receiver.getFailingSince()).isZero();
  }

  @Test
  void aRejectedNoticeWaitsByItself() {
    Sent rejected = sent(400);
    settlement.settle(receiver, List.of(sent(200), rejected), NOW);
    assertThat(rejected.notice().getAttempts()).isEqualTo(1);
    assertThat(rejected.notice().getReason()).isEqualTo("status 400");
    assertThat(receiver.getNextAt()).isZero();
  }

  @Test
  void oneRejectionAloneDoesNotStopTheOthers() {
    settlement.settle(receiver, List.of(sent(400)), NOW);
    assertThat(receiver.getNextAt()).isZero();
  }

  @Test
  void aReceiverThatRejectsEveryNoticeIsLeftAlone() {
    settlement.settle(receiver, Collections.nCopies(Settlement.FAILURE_THRESHOLD, sent(500)), NOW);
    assertThat(receiver.getNextAt()).isEqualTo(NOW + 1_000);
    assertThat(receiver.getReason()).isEqualTo("status 500");
  }

  @Test
  void aNoticeThatFailsWhileOthersAreAcceptedDoesNotHoldThem() {
    Sent failed = sent(504);
    receiver.recordFailure(NOW, NOW, "status 504");
    receiver.recordFailure(NOW, NOW, "status 504");
    settlement.settle(receiver, List.of(sent(200), failed), NOW);
    assertThat(failed.notice().getAttempts()).isEqualTo(1);
    assertThat(receiver.getFailures()).isEqualTo(1);
    assertThat(receiver.getNextAt()).isEqualTo(NOW + 1_000);
  }

  /** Others are tried before it: it may be this one that the receiver does not accept. */
  @Test
  void aNoticeThatIsNotAcceptedIsPutBehindTheOthers() {
    Sent failed = sent(404);
    settlement.settle(receiver, List.of(failed), NOW);
    assertThat(failed.notice().getNextAt()).isEqualTo(NOW + 1_000).isEqualTo(receiver.getNextAt());
    assertThat(failed.notice().getReason()).isEqualTo("status 404");
    assertThat(failed.notice().getState()).isEqualTo(NoticeState.WAITING);
    assertThat(failed.notice().getAttempts()).isZero();
  }

  @Test
  void anUnreachableReceiverCountsAgainstNoNotice() {
    Sent sent = sent(503);
    for (int i = 0; i < 20; i++) {
      settlement.settle(receiver, List.of(sent), NOW);
    }
    assertThat(receiver.getFailures()).isEqualTo(20);
    assertThat(sent.notice().getAttempts()).isZero();
    assertThat(sent.notice().getNextAt()).isEqualTo(NOW + 60_000);
  }

  @Test
  void aNoticeThatFailsAgainThoughOthersAreAcceptedWaitsByItself() {
    Sent failed = sent(404);
    settlement.settle(receiver, List.of(failed), NOW);
    settlement.settle(receiver, List.of(sent(200)), NOW);
    settlement.settle(receiver, List.of(failed), NOW);
    assertThat(failed.notice().getAttempts()).isEqualTo(1);
    assertThat(failed.notice().getNextAt()).isEqualTo(NOW + 1_000);
    assertThat(receiver.getNextAt()).as("others are sent meanwhile").isZero();
    assertThat(receiver.getFailures()).isZero();
  }

  @Test
  void aNoticeThatFailsAgainBesideOneThatIsAcceptedWaitsByItself() {
    Sent failed = sent(404);
    settlement.settle(receiver, List.of(failed), NOW);
    settlement.settle(receiver, List.of(sent(200), failed), NOW);
    assertThat(failed.notice().getAttempts()).isEqualTo(1);
    assertThat(receiver.getNextAt()).isZero();
    assertThat(receiver.getFailures()).isZero();
  }

  /** As after a long outage: each notice of the backlog has failed before. A round sends four. */
  @Test
  void aReceiverThatIsAwayAgainAfterARoundIsLeftAlone() {
    List<Sent> backlog = failedBefore(2 * Settlement.FAILURE_THRESHOLD);
    settlement.settle(receiver, List.of(sent(200)), NOW);
    assertThat(receiver.getFailures()).isZero();
    settlement.settle(receiver, backlog.subList(0, 4), NOW);
    List<Sent> next = backlog.subList(4, 8);
    settlement.settle(receiver, next, NOW);
    assertThat(receiver.getNextAt()).isEqualTo(NOW + 1_000);
    assertThat(receiver.getReason()).isEqualTo("status 504");
    assertThat(next)
        .allSatisfy(
            sent -> {
              assertThat(sent.notice().getAttempts()).isZero();
              assertThat(sent.notice().getNextAt()).isEqualTo(NOW + 1_000);
            });
    settlement.settle(receiver, backlog.subList(8, 9), NOW + 1_000);
    assertThat(receiver.getNextAt()).as("longer each time").isEqualTo(NOW + 3_000);
  }

  @Test
  void aFewNoticesThatFailAgainWaitByThemselvesHoweverOften() {
    List<Sent> failed = failedBefore(Settlement.FAILURE_THRESHOLD - 1);
    settlement.settle(receiver, List.of(sent(200)), NOW);
    for (int attempt = 1; attempt <= 3; attempt++) {
      settlement.settle(receiver, failed, NOW);
      assertThat(receiver.getNextAt()).isZero();
      int attempts = attempt;
      assertThat(failed)
          .allSatisfy(sent -> assertThat(sent.notice().getAttempts()).isEqualTo(attempts));
    }
  }

  @Test
  void aDeliveryInBetweenShowsThatTheReceiverIsThere() {
    List<Sent> failed = failedBefore(Settlement.FAILURE_THRESHOLD + 1);
    for (Sent each : failed) {
      settlement.settle(receiver, List.of(sent(200)), NOW);
      settlement.settle(receiver, List.of(each), NOW);
      assertThat(receiver.getNextAt()).isZero();
    }
  }

  private List<Sent> failedBefore(int count) {
    List<Sent> failed = Stream.generate(() -> sent(504)).limit(count).toList();
    settlement.settle(receiver, failed, NOW);
    return failed;
  }

  @Test
  void aReceiverThatAsksForAPauseHasIt() {
    Sent failed = sent(503);
    settlement.settle(receiver, List.of(failed), NOW);
    settlement.settle(receiver, List.of(sent(200)), NOW);
    Sent again = new Sent(failed.notice(), Answer.of(503, "20"));
    settlement.settle(receiver, List.of(again), NOW);
    assertThat(receiver.getNextAt()).isEqualTo(NOW + 20_000);
    assertThat(failed.notice().getAttempts()).isZero();
  }
}
