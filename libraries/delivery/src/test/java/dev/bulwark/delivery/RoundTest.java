package dev.bulwark.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** B12, R9: how many messages of a round are sent. One at a time, so the numbers are exact. */
class RoundTest {

  private static final int MANY = 256;
  private static final Round.Limits ONE_AT_A_TIME =
      new Round.Limits(1, Duration.ofSeconds(5), Duration.ofSeconds(30));

  private final AtomicInteger requests = new AtomicInteger();
  private final ExecutorService one = Executors.newSingleThreadExecutor();

  /** Stands still, so that a slow machine ends no round; unless a test moves it. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

  /** The status of a request by its number, from 1 on. */
  private IntUnaryOperator status = number -> 204;

  private Duration requestDuration = Duration.ZERO;

  @AfterEach
  void end() {
    one.shutdownNow();
  }

  @Test
  void messagesInAnyOrderAreAllSentWhereTheyAreTaken() throws InterruptedException {
    assertThat(send(anyOrder("service", MANY))).isEqualTo(MANY);
  }

  /** Thousands may wait, and each of them is due again after 30 s. */
  @Test
  void ofAServiceWhoseMessagesAreRejectedAFewAreSent() throws InterruptedException {
    status = number -> 422;
    assertThat(send(anyOrder("service", MANY))).isEqualTo(Blame.FAILURE_THRESHOLD);
  }

  /** These say something about the receiver. */
  @Test
  void othersAreSentAfterThoseThatAreRejected() throws InterruptedException {
    status = number -> number <= Blame.FAILURE_THRESHOLD ? 422 : 204;
    List<Message<String>> messages = anyOrder("service", MANY);
    messages.add(ordered("user"));
    assertThat(send(messages)).isEqualTo(Blame.FAILURE_THRESHOLD + 1);
  }

  @Test
  void oneThatIsTakenIsEnoughForAllToBeSent() throws InterruptedException {
    status = number -> number == Blame.FAILURE_THRESHOLD ? 204 : 422;
    assertThat(send(anyOrder("service", MANY))).isEqualTo(MANY);
  }

  @Test
  void fiveRejectedSubjectsEndTheRound() throws InterruptedException {
    status = number -> 422;
    List<Message<String>> messages =
        IntStream.rangeClosed(0, Blame.FAILURE_THRESHOLD).mapToObj(i -> ordered("u" + i)).toList();
    assertThat(send(messages)).isEqualTo(Blame.FAILURE_THRESHOLD);
  }

  @Test
  void fiveFailuresEndTheRound() throws InterruptedException {
    status = number -> 503;
    assertThat(send(anyOrder("service", MANY))).isEqualTo(Blame.FAILURE_THRESHOLD);
  }

  @Test
  void theNextMessageOfASubjectWaitsForOneThatIsNotTaken() throws InterruptedException {
    status = number -> number == 2 ? 422 : 204;
    assertThat(send(List.of(ordered("ann"), ordered("ann"), ordered("ann"), ordered("ben"))))
        .isEqualTo(3);
  }

  @Test
  void noRequestBeginsAfterFiveSeconds() throws InterruptedException {
    requestDuration = Duration.ofSeconds(2);
    assertThat(send(anyOrder("service", MANY))).isEqualTo(3);
  }

  /** As while a name server does not answer, which no time limit of a request ends. */
  @Test
  void aRequestThatDoesNotEndHasNoAnswer() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    Round<String> round =
        new Round<>(
            content -> {
              never.await();
              return Answer.none("ended");
            },
            new Round.Limits(
                1, Duration.ZERO.plusMillis(1), Duration.ofSeconds(-5).plusMillis(200)),
            new SimpleMeterRegistry().timer("requests"),
            nanos::get);
    List<Sent<String>> sent = round.send(List.of(ordered("ann")), one);
    assertThat(sent).hasSize(1);
    assertThat(sent.get(0).answer().kind()).isEqualTo(Answer.Kind.UNREACHABLE);
    assertThat(sent.get(0).reason()).contains("in time");
  }

  private int send(List<Message<String>> messages) throws InterruptedException {
    List<Sent<String>> sent =
        new Round<String>(
                content -> {
                  nanos.addAndGet(requestDuration.toNanos());
                  return Answer.of(status.applyAsInt(requests.incrementAndGet()), null);
                },
                ONE_AT_A_TIME,
                new SimpleMeterRegistry().timer("requests"),
                nanos::get)
            .send(messages, one);
    assertThat(requests).hasValue(sent.size());
    return sent.size();
  }

  private static List<Message<String>> anyOrder(String subject, int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(i -> new Message<>("{}", subject, false, 0)).toList());
  }

  private static Message<String> ordered(String subject) {
    return new Message<>("{}", subject, true, 0);
  }
}
