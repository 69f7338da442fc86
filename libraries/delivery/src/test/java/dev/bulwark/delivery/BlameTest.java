package dev.bulwark.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B12, R9: whether the receiver or the message is at fault. */
class BlameTest {

  private static final Answer DELIVERED = Answer.of(204, null);
  private static final Answer REJECTED = Answer.of(422, null);
  private static final Answer SERVER_ERROR = Answer.of(500, null);
  private static final Answer NO_ANSWER = Answer.none("connection refused");

  private static final Blame BLAME = new Blame(8, () -> 1);

  private record Held(String event, Duration delay, boolean counted) {}

  private record Result(
      List<String> delivered,
      List<Held> held,
      List<String> dead,
      boolean pause,
      @Nullable Duration retryAfter) {}

  private static Result judge(List<Sent<String>> round, int maxAttempts) {
    Blame.Judgement<String> judged = new Blame(maxAttempts, () -> 1).judge(round);
    assertThat(judged.delivered().size() + judged.held().size() + judged.dead().size())
        .isEqualTo(round.size() - judged.spared().size());
    return new Result(
        contents(judged.delivered()),
        judged.held().stream()
            .map(held -> new Held(held.sent().content(), held.delay(), held.counted()))
            .toList(),
        contents(judged.dead()),
        judged.pause(),
        judged.retryAfter());
  }

  private static List<String> contents(List<Sent<String>> sent) {
    return sent.stream().map(Sent::content).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "200, DELIVERED",
    "202, DELIVERED",
    "204, DELIVERED",
    "400, REJECTED",
    "413, REJECTED",
    "415, REJECTED",
    "422, REJECTED",
    "500, SERVER_ERROR",
    "502, SERVER_ERROR",
    "504, SERVER_ERROR",
    "503, UNREACHABLE",
    "429, UNREACHABLE",
    "401, UNREACHABLE",
    "403, UNREACHABLE",
    "404, UNREACHABLE",
    "410, UNREACHABLE",
    "301, UNREACHABLE",
    "307, UNREACHABLE"
  })
  void aStatusConcernsOneEventOrAll(int status, Answer.Kind kind) {
    assertThat(Answer.of(status, null).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"30, 30", "0, 0", "-, -", "soon, -", "-1, -", "99999999, -"})
  void onlySecondsAreReadOfRetryAfter(String header, Long seconds) {
    assertThat(Answer.of(503, header).retryAfter())
        .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
  }

  /** A database rejects NUL, and all events of the round would be sent again, each time. */
  @Test
  void aReasonHasNoControlCharacters() {
    assertThat(Answer.none("Invalid status line: \0\u001b[31m\n").reason())
        .isEqualTo("Invalid status line: ??[31m?");
    assertThat(Answer.unsendable("\r").reason()).isEqualTo("?");
  }

  @Test
  void aRefusalCountsWhereOthersAreTaken() {
    Result result =
        judge(
            List.of(
                sent("a", 0, DELIVERED),
                sent("b", 0, REJECTED),
                sent("c", 3, SERVER_ERROR),
                sent("d", 7, REJECTED),
                sent("e", 6, REJECTED)),
            8);
    assertThat(result.delivered()).containsExactly("a");
    assertThat(result.held())
        .containsExactly(
            new Held("b", Duration.ofSeconds(1), true),
            new Held("c", Duration.ofSeconds(8), true),
            new Held("e", Duration.ofSeconds(64), true));
    assertThat(result.dead()).containsExactly("d");
    assertThat(result.pause()).isFalse();
  }

  @Test
  void aBackoffHasAnEnd() {
    Result result = judge(List.of(sent("a", 0, DELIVERED), sent("b", 60, REJECTED)), 100);
    assertThat(result.held()).containsExactly(new Held("b", Duration.ofMinutes(5), true));
  }

  @ParameterizedTest
  @CsvSource({"0", "99"})
  void anOutageCostsNoEvent(int attempts) {
    for (Answer answer : List.of(REJECTED, SERVER_ERROR, NO_ANSWER)) {
      List<Sent<String>> round =
          IntStream.range(0, Blame.FAILURE_THRESHOLD)
              .mapToObj(i -> sent("a" + i, attempts, answer))
              .toList();
      Result result = judge(round, 8);
      assertThat(result.dead()).isEmpty();
      assertThat(result.held()).noneMatch(Held::counted);
      assertThat(result.pause()).isTrue();
    }
  }

  /** As when somebody guesses the secret of a service: its events leave in any order. */
  @Test
  void rejectedEventsOfOneServiceDoNotStopTheReceiver() {
    Result result = judge(ofService(REJECTED), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).hasSize(10).noneMatch(Held::counted);
    assertThat(judge(ofService(SERVER_ERROR), 8).pause()).as("no event is judged then").isTrue();
  }

  private static List<Sent<String>> ofService(Answer answer) {
    return IntStream.range(0, 10)
        .mapToObj(i -> new Sent<>(new Message<>("a" + i, "realm/clients/app/*", false, 0), answer))
        .toList();
  }

  /** It would keep back the events of others. */
  @Test
  void oneRefusedEventDoesNotStopTheReceiver() {
    Result result = judge(List.of(sent("a", 0, SERVER_ERROR)), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).containsExactly(new Held("a", Duration.ofSeconds(30), false));
  }

  /** A firewall before the receiver may reject what one event says, or never answer it. */
  @ParameterizedTest
  @CsvSource({"401", "403", "404", "408", "409", "410", "429", "503", "302"})
  void aFailureIsThatOfTheEventWhereOthersAreTaken(int status) {
    Answer answer = Answer.of(status, null);
    Result result =
        judge(
            List.of(
                sent("a", 0, answer),
                sent("b", 0, DELIVERED),
                sent("c", 2, NO_ANSWER),
                sent("d", 7, answer)),
            8);
    assertThat(result.delivered()).containsExactly("b");
    assertThat(result.held())
        .containsExactly(
            new Held("a", Duration.ofSeconds(1), true), new Held("c", Duration.ofSeconds(4), true));
    assertThat(result.dead()).containsExactly("d");
    assertThat(result.pause()).isFalse();
  }

  /** Others would wait with it. */
  @Test
  void oneThatHasFailedBeforeDoesNotStopTheReceiver() {
    Result result = judge(List.of(sent("a", 1, NO_ANSWER)), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).containsExactly(new Held("a", Duration.ofSeconds(30), false));
  }

  @Test
  void oneThatFailsForTheFirstTimeDoes() {
    Result result = judge(List.of(sent("a", 1, NO_ANSWER), sent("b", 0, NO_ANSWER)), 2);
    assertThat(result.pause()).isTrue();
    assertThat(result.held()).containsExactly(new Held("a", Duration.ofSeconds(30), false));
    assertThat(result.dead()).isEmpty();
  }

  /** The receiver asks for fewer requests. */
  @Test
  void manyFailuresAreTheReceiversThoughOthersAreTaken() {
    List<Sent<String>> round = new ArrayList<>(List.of(sent("taken", 0, DELIVERED)));
    for (int i = 0; i < 20; i++) {
      round.add(sent("a" + i, 0, Answer.of(429, "20")));
    }
    Result result = judge(round, 8);
    assertThat(result.pause()).isTrue();
    assertThat(result.retryAfter()).isEqualTo(Duration.ofSeconds(20));
    assertThat(result.held()).extracting(Held::event).containsExactly("a0", "a1", "a2", "a3");
    assertThat(result.dead()).isEmpty();
  }

  /** One of two receivers behind a load balancer answers 502: half of all events meet it. */
  @Test
  void aReceiverThatIsHalfBrokenCostsNoEventThatMeetsTheOtherOneInTime() {
    Result result = judge(broken(20, 20, 30), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).hasSize(20).allMatch(Held::counted);
    assertThat(result.dead()).isEmpty();
  }

  @Test
  void aReceiverThatIsMostlyBrokenIsLeftAlone() {
    Result result = judge(broken(4, 5, 0), 8);
    assertThat(result.pause()).isTrue();
    assertThat(result.held()).hasSize(5).allMatch(Held::counted);
    assertThat(judge(broken(1, 4, 0), 8).pause()).as("few").isFalse();
  }

  @ParameterizedTest
  @CsvSource({"30, false", "31, true"})
  void anEventAtWhichTheReceiverBreaksHasFourTimesTheAttempts(int attempts, boolean dead) {
    Result result = judge(broken(1, 1, attempts), 8);
    assertThat(result.dead()).hasSize(dead ? 1 : 0);
    assertThat(result.held()).hasSize(dead ? 0 : 1);
  }

  /** It has met the broken one of two receivers eight times or more, and now the other is busy. */
  @ParameterizedTest
  @CsvSource({"7, true", "8, false", "20, false", "30, false", "31, true"})
  void anEventThatHasSeenManyOfThemOutlivesAnOverload(int attempts, boolean dead) {
    for (Answer answer : List.of(NO_ANSWER, Answer.of(503, null), Answer.of(429, null))) {
      Result result = judge(List.of(sent("a", attempts, answer), sent("b", 0, DELIVERED)), 8);
      assertThat(result.dead()).hasSize(dead ? 1 : 0);
      assertThat(result.held()).hasSize(dead ? 0 : 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"6, false", "7, true", "20, true"})
  void anEventThatIsRejectedForWhatItSaysDoesNot(int attempts, boolean dead) {
    Result result = judge(List.of(sent("a", attempts, REJECTED), sent("b", 0, DELIVERED)), 8);
    assertThat(result.dead()).hasSize(dead ? 1 : 0);
  }

  /** It answers 500 to one kind of event. They would fill the table, and then all are dropped. */
  @Test
  void eventsOfManySubjectsAtWhichTheReceiverBreaksAreNotSentForEver() {
    Map<String, Integer> attempts = new LinkedHashMap<>();
    IntStream.range(0, 20).forEach(i -> attempts.put("broken" + i, 0));
    for (int i = 0; i < 32; i++) {
      List<Sent<String>> round = new ArrayList<>();
      IntStream.range(0, 20).forEach(good -> round.add(sent("taken" + good, 0, DELIVERED)));
      attempts.forEach((event, before) -> round.add(sent(event, before, SERVER_ERROR)));
      Result result = judge(round, 8);
      assertThat(result.delivered()).hasSize(20);
      assertThat(result.pause()).isFalse();
      result.held().forEach(held -> attempts.merge(held.event(), 1, Integer::sum));
      result.dead().forEach(attempts::remove);
    }
    assertThat(attempts).isEmpty();
  }

  private static List<Sent<String>> broken(int taken, int broken, int attempts) {
    List<Sent<String>> round = new ArrayList<>();
    IntStream.range(0, taken).forEach(i -> round.add(sent("taken" + i, 0, DELIVERED)));
    IntStream.range(0, broken)
        .forEach(i -> round.add(sent("broken" + i, attempts, Answer.of(502, null))));
    return round;
  }

  /** A receiver that judges events does not answer so for being broken. */
  @Test
  void manyRefusalsAreThoseOfTheEvents() {
    List<Sent<String>> round = new ArrayList<>(List.of(sent("taken", 0, DELIVERED)));
    for (int i = 0; i < 20; i++) {
      round.add(sent("a" + i, 0, REJECTED));
    }
    Result result = judge(round, 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).hasSize(20).allMatch(Held::counted);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "20, 20", "900, 300"})
  void anEventWaitsAsLongAsTheReceiverAsks(String asked, long seconds) {
    Result result = judge(List.of(sent("a", 0, Answer.of(429, asked)), sent("b", 0, DELIVERED)), 8);
    assertThat(result.held()).containsExactly(new Held("a", Duration.ofSeconds(seconds), true));
    assertThat(result.pause()).isFalse();
  }

  @Test
  void pausesGrowAndAreBounded() {
    assertThat(BLAME.pause(0, null)).isEqualTo(Duration.ofSeconds(1));
    assertThat(BLAME.pause(1, null)).isEqualTo(Duration.ofSeconds(2));
    assertThat(BLAME.pause(5, null)).isEqualTo(Duration.ofSeconds(32));
    assertThat(BLAME.pause(6, null)).isEqualTo(Duration.ofMinutes(1));
    assertThat(BLAME.pause(Integer.MAX_VALUE, null)).isEqualTo(Duration.ofMinutes(1));
    assertThat(BLAME.pause(0, Duration.ofSeconds(90))).isEqualTo(Duration.ofSeconds(90));
    assertThat(BLAME.pause(6, Duration.ofSeconds(30))).isEqualTo(Duration.ofMinutes(1));
    assertThat(BLAME.pause(0, Duration.ofHours(9))).isEqualTo(Duration.ofMinutes(10));
  }

  /** As of an application that answers 404 for sessions that it does not know. */
  @Test
  void whereAgeAloneEndsAMessageEachAttemptMakesItsWaitLonger() {
    for (Answer answer : List.of(REJECTED, SERVER_ERROR)) {
      Result result = judge(List.of(sent("a", 3, answer)), Blame.ANY_ATTEMPTS);
      assertThat(result.held()).containsExactly(new Held("a", Duration.ofSeconds(8), true));
      assertThat(result.pause()).isFalse();
    }
    Result result =
        judge(
            List.of(
                sent("a", 1_000_000, REJECTED),
                sent("b", 1_000_000, NO_ANSWER),
                sent("c", 0, DELIVERED)),
            Blame.ANY_ATTEMPTS);
    assertThat(result.dead()).isEmpty();
    assertThat(result.held()).extracting(Held::delay).containsOnly(Duration.ofMinutes(5));
  }

  @Test
  void aReceiverThatAsksForAPauseHasItThoughTheMessageHasFailedBefore() {
    Result result = judge(List.of(sent("a", 1, Answer.of(503, "20"))), 8);
    assertThat(result.pause()).isTrue();
    assertThat(result.held()).isEmpty();
    assertThat(result.retryAfter()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void theRowOfAReceiverSaysForHowLongItIsLeftAlone() {
    ReceiverRow receiver = new ReceiverRow() {};
    List<Sent<String>> away = List.of(sent("a", 0, NO_ANSWER));
    BLAME.record(receiver, away, BLAME.judge(away), 1_000_000);
    assertThat(receiver.getNextAt()).isEqualTo(1_001_000);
    BLAME.record(receiver, away, BLAME.judge(away), 1_001_000);
    assertThat(receiver.getNextAt()).isEqualTo(1_003_000);
    assertThat(receiver.getFailures()).isEqualTo(2);
    assertThat(receiver.getFailingSince()).isEqualTo(1_000_000);
    assertThat(receiver.getReason()).isEqualTo("connection refused");
    List<Sent<String>> back = List.of(sent("a", 0, DELIVERED));
    BLAME.record(receiver, back, BLAME.judge(back), 1_003_000);
    assertThat(receiver.getNextAt()).isZero();
    assertThat(receiver.getFailures()).isZero();
    assertThat(receiver.getFailingSince()).isZero();
    assertThat(receiver.getReason()).isNull();
  }

  /** Of a subject of its own. */
  private static Sent<String> sent(String event, int attempts, Answer answer) {
    return new Sent<>(new Message<>(event, event, true, attempts), answer);
  }
}
