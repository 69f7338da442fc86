package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.notify.WaitingMails.Attempt;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WaitingMailsTest {

  private static final long NOW = 1_700_000_000_000L;

  private final WaitingMails waiting = new WaitingMails();

  @Test
  void mailsOfARealmGoInOrderAndRealmsInTurn() {
    waiting.add(mail("a", "1"));
    waiting.add(mail("a", "2"));
    waiting.add(mail("b", "3"));
    waiting.add(mail("a", "4"));
    assertThat(List.of(user(NOW), user(NOW), user(NOW), user(NOW)))
        .containsExactly("1", "3", "2", "4");
    assertThat(waiting.poll(NOW)).isNull();
    assertThat(waiting.dueIn(NOW)).isNull();
    assertThat(waiting.size()).isZero();
  }

  /** A tenant whose mail server never answers must not hold up another one's mails. */
  @Test
  void aRealmWhoseServerFailsPausesAndOthersGoOn() {
    waiting.add(mail("down", "1"));
    waiting.add(mail("down", "2"));
    waiting.add(mail("up", "3"));
    Attempt first = next(NOW);
    assertThat(waiting.failed(first, NOW)).isTrue();
    assertThat(user(NOW)).isEqualTo("3");
    assertThat(waiting.poll(NOW)).isNull();
    assertThat(waiting.dueIn(NOW)).isEqualTo(WaitingMails.FIRST_PAUSE.toMillis());

    long later = NOW + WaitingMails.FIRST_PAUSE.toMillis();
    assertThat(waiting.poll(later - 1)).isNull();
    // The one that failed is behind the other: one that always fails holds up none.
    Attempt second = next(later);
    assertThat(second.mail().userId()).isEqualTo("2");
    waiting.failed(second, later);
    assertThat(waiting.dueIn(later)).isEqualTo(2 * WaitingMails.FIRST_PAUSE.toMillis());
    waiting.succeeded("down");
    assertThat(waiting.dueIn(later)).isZero();
  }

  /** Its recipient or its text was not accepted, or its user store was unreachable. */
  @Test
  void aMailThatFailsForAReasonOfItsOwnWaitsAlone() {
    waiting.add(mail("a", "1"));
    waiting.add(mail("a", "2"));
    assertThat(waiting.delay(next(NOW), NOW)).isTrue();
    assertThat(user(NOW)).isEqualTo("2");
    assertThat(waiting.poll(NOW)).isNull();
    assertThat(waiting.size()).isOne();
    assertThat(waiting.dueIn(NOW)).isEqualTo(WaitingMails.FIRST_PAUSE.toMillis());

    long later = NOW + WaitingMails.FIRST_PAUSE.toMillis();
    assertThat(waiting.poll(later - 1)).isNull();
    waiting.add(mail("a", "3"));
    assertThat(waiting.dueIn(later - 1)).isZero();
    assertThat(user(later)).as("one that was due before").isEqualTo("3");
    Attempt again = next(later);
    assertThat(again.mail().userId()).isEqualTo("1");
    assertThat(waiting.size()).isZero();
    waiting.delay(again, later);
    assertThat(waiting.dueIn(later)).isEqualTo(2 * WaitingMails.FIRST_PAUSE.toMillis());
  }

  @Test
  void aDelayIsOverAtTheEndOfAPauseAtTheEarliest() {
    waiting.add(mail("a", "1"));
    waiting.add(mail("a", "2"));
    Attempt alone = next(NOW);
    Attempt ofServer = next(NOW);
    waiting.delay(alone, NOW);
    waiting.failed(ofServer, NOW + 5000);
    long end = NOW + 5000 + WaitingMails.FIRST_PAUSE.toMillis();
    assertThat(waiting.poll(end - 1)).isNull();
    assertThat(waiting.dueIn(end - 1)).isOne();
    assertThat(List.of(user(end), user(end))).containsExactly("2", "1");
  }

  @Test
  void waitsGrowToABound() {
    Duration longest = Duration.ofMinutes(15);
    assertThat(WaitingMails.backoff(0, longest)).isEqualTo(Duration.ofSeconds(15));
    assertThat(WaitingMails.backoff(3, longest)).isEqualTo(Duration.ofMinutes(2));
    assertThat(WaitingMails.backoff(6, longest)).isEqualTo(longest);
    assertThat(WaitingMails.backoff(1_000_000, longest)).isEqualTo(longest);
  }

  @Test
  void aMailIsTriedAgainForADay() {
    Attempt attempt = new Attempt(mail("a", "1"), 0);
    long end = NOW + WaitingMails.MAX_AGE.toMillis();
    assertThat(waiting.failed(attempt, end - 1)).isTrue();
    assertThat(waiting.failed(attempt, end)).isFalse();
    assertThat(waiting.delay(attempt, end - 1)).isTrue();
    assertThat(waiting.delay(attempt, end)).isFalse();
    assertThat(waiting.size()).isEqualTo(2);
  }

  @Test
  void theOldestIsKnown() {
    assertThat(waiting.oldest()).isNull();
    waiting.add(mail("a", "1", NOW - 1000));
    waiting.add(mail("b", "2", NOW - 3000));
    waiting.add(mail("b", "3", NOW - 2000));
    assertThat(waiting.oldest()).isEqualTo(NOW - 3000);
    next(NOW);
    waiting.delay(next(NOW), NOW);
    assertThat(waiting.oldest()).as("without the one that waits alone").isEqualTo(NOW - 2000);
    waiting.failed(next(NOW), NOW);
    assertThat(waiting.oldest()).as("with one whose server fails").isEqualTo(NOW - 2000);
  }

  /** Somebody who changes keys in a loop must not crowd out the mail about another account. */
  @Test
  void oneUserTakesNoMoreThanAShare() {
    for (int i = 0; i < WaitingMails.MAX_PER_USER; i++) {
      assertThat(waiting.add(mail("a", "greedy"))).isTrue();
    }
    assertThat(waiting.add(mail("a", "greedy"))).isFalse();
    assertThat(waiting.delay(new Attempt(mail("a", "greedy"), 0), NOW)).isFalse();
    assertThat(waiting.add(mail("a", "other"))).isTrue();
    assertThat(waiting.add(mail("b", "greedy"))).as("of another realm").isTrue();
    waiting.poll(NOW);
    assertThat(waiting.add(mail("a", "greedy"))).as("after one was sent").isTrue();
  }

  @Test
  void allTogetherAreBounded() {
    for (int i = 0; i < WaitingMails.CAPACITY; i++) {
      assertThat(waiting.add(mail("a", "user" + i))).isTrue();
    }
    assertThat(waiting.add(mail("b", "one more"))).isFalse();
    assertThat(waiting.size()).isEqualTo(WaitingMails.CAPACITY);
  }

  @Test
  void aLoopOfChangesOfOneKindHidesNoOtherKind() {
    MailRates rates = new MailRates();
    Notification keys = mail("a", "1");
    for (int i = 0; i < MailRates.MAX_PER_HOUR; i++) {
      assertThat(rates.take(keys, NOW + i)).isTrue();
    }
    assertThat(rates.take(keys, NOW + 1000)).isFalse();
    assertThat(rates.take(keys.about(Occasion.PASSWORD_CHANGED), NOW + 1000)).isTrue();
    assertThat(rates.take(mail("a", "2"), NOW + 1000)).isTrue();
    assertThat(rates.take(keys, NOW + Duration.ofHours(1).toMillis())).isTrue();
    assertThat(rates.take(keys, NOW + Duration.ofHours(1).toMillis())).isFalse();
  }

  private String user(long now) {
    return next(now).mail().userId();
  }

  private Attempt next(long now) {
    return Objects.requireNonNull(waiting.poll(now));
  }

  private static Notification mail(String realm, String user) {
    return mail(realm, user, NOW);
  }

  private static Notification mail(String realm, String user, long millis) {
    return new Notification(
        Occasion.API_KEY_CHANGED, realm, user, millis, null, null, null, null, null, null);
  }
}
