package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.events.webhook.RoundResult.Held;
import dev.bulwark.events.webhook.RoundResult.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundResultTest {

  private static final Answer DELIVERED = Answer.of(204, null);
  private static final Answer REJECTED = Answer.of(422, null);
  private static final Answer SERVER_ERROR = Answer.of(500, null);
  private static final Answer NO_ANSWER = Answer.none("connection refused");

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
    RoundResult<String> result =
        RoundResult.of(
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
            new Held<>("b", Duration.ofSeconds(1), true),
            new Held<>("c", Duration.ofSeconds(8), true),
            new Held<>("e", Duration.ofSeconds(64), true));
    assertThat(result.dead()).containsExactly("d");
    assertThat(result.pause()).isFalse();
  }

  @Test
  void aBackoffHasAnEnd() {
    RoundResult<String> result =
        RoundResult.of(List.of(sent("a", 0, DELIVERED), sent("b", 60, REJECTED)), 100);
    assertThat(result.held()).containsExactly(new Held<>("b", Duration.ofMinutes(5), true));
  }

  @ParameterizedTest
  @CsvSource({"0", "99"})
  void anOutageCostsNoEvent(int attempts) {
    for (Answer answer : List.of(REJECTED, SERVER_ERROR, NO_ANSWER)) {
      List<Sent<String>> round =
          IntStream.range(0, RoundResult.FAILURE_THRESHOLD)
              .mapToObj(i -> sent("a" + i, attempts, answer))
              .toList();
      RoundResult<String> result = RoundResult.of(round, 8);
      assertThat(result.dead()).isEmpty();
      assertThat(result.held()).noneMatch(Held::counted);
      assertThat(result.pause()).isTrue();
    }
  }

  /** As when somebody guesses the secret of a service: its events leave in any order. */
  @Test
  void rejectedEventsOfOneServiceDoNotStopTheReceiver() {
    RoundResult<String> result = RoundResult.of(ofService(REJECTED), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).hasSize(10).noneMatch(Held::counted);
    assertThat(RoundResult.of(ofService(SERVER_ERROR), 8).pause())
        .as("no event is judged then")
        .isTrue();
  }

  private static List<Sent<String>> ofService(Answer answer) {
    return IntStream.range(0, 10)
        .mapToObj(i -> new Sent<>("a" + i, "realm/clients/app/*", 0, answer))
        .toList();
  }

  /** It would keep back the events of others. */
  @Test
  void oneRefusedEventDoesNotStopTheReceiver() {
    RoundResult<String> result = RoundResult.of(List.of(sent("a", 0, SERVER_ERROR)), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).containsExactly(new Held<>("a", Duration.ofSeconds(30), false));
  }

  /** A firewall before the receiver may reject what one event says, or never answer it. */
  @ParameterizedTest
  @CsvSource({"401", "403", "404", "408", "409", "410", "429", "503", "302"})
  void aFailureIsThatOfTheEventWhereOthersAreTaken(int status) {
    Answer answer = Answer.of(status, null);
    RoundResult<String> result =
        RoundResult.of(
            List.of(
                sent("a", 0, answer),
                sent("b", 0, DELIVERED),
                sent("c", 2, NO_ANSWER),
                sent("d", 7, answer)),
            8);
    assertThat(result.delivered()).containsExactly("b");
    assertThat(result.held())
        .containsExactly(
            new Held<>("a", Duration.ofSeconds(1), true),
            new Held<>("c", Duration.ofSeconds(4), true));
    assertThat(result.dead()).containsExactly("d");
    assertThat(result.pause()).isFalse();
  }

  /** Others would wait with it. */
  @Test
  void oneThatHasFailedBeforeDoesNotStopTheReceiver() {
    RoundResult<String> result = RoundResult.of(List.of(sent("a", 1, NO_ANSWER)), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).containsExactly(new Held<>("a", Duration.ofSeconds(30), false));
  }

  @Test
  void oneThatFailsForTheFirstTimeDoes() {
    RoundResult<String> result =
        RoundResult.of(List.of(sent("a", 1, NO_ANSWER), sent("b", 0, NO_ANSWER)), 2);
    assertThat(result.pause()).isTrue();
    assertThat(result.held()).containsExactly(new Held<>("a", Duration.ofSeconds(30), false));
    assertThat(result.dead()).isEmpty();
  }

  /** The receiver asks for fewer requests. */
  @Test
  void manyFailuresAreTheReceiversThoughOthersAreTaken() {
    List<Sent<String>> round = new ArrayList<>(List.of(sent("taken", 0, DELIVERED)));
    for (int i = 0; i < 20; i++) {
      round.add(sent("a" + i, 0, Answer.of(429, "20")));
    }
    RoundResult<String> result = RoundResult.of(round, 8);
    assertThat(result.pause()).isTrue();
    assertThat(result.retryAfter()).isEqualTo(Duration.ofSeconds(20));
    assertThat(result.held()).extracting(Held::event).containsExactly("a0", "a1", "a2", "a3");
    assertThat(result.dead()).isEmpty();
  }

  /** One of two receivers behind a load balancer answers 502: half of all events meet it. */
  @Test
  void aReceiverThatIsHalfBrokenCostsNoEventThatMeetsTheOtherOneInTime() {
    RoundResult<String> result = RoundResult.of(broken(20, 20, 30), 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).hasSize(20).allMatch(Held::counted);
    assertThat(result.dead()).isEmpty();
  }

  @Test
  void aReceiverThatIsMostlyBrokenIsLeftAlone() {
    RoundResult<String> result = RoundResult.of(broken(4, 5, 0), 8);
    assertThat(result.pause()).isTrue();
    assertThat(result.held()).hasSize(5).allMatch(Held::counted);
    assertThat(RoundResult.of(broken(1, 4, 0), 8).pause()).as("few").isFalse();
  }

  @ParameterizedTest
  @CsvSource({"30, false", "31, true"})
  void anEventAtWhichTheReceiverBreaksHasFourTimesTheAttempts(int attempts, boolean dead) {
    RoundResult<String> result = RoundResult.of(broken(1, 1, attempts), 8);
    assertThat(result.dead()).hasSize(dead ? 1 : 0);
    assertThat(result.held()).hasSize(dead ? 0 : 1);
  }

  /** It has met the broken one of two receivers eight times or more, and now the other is busy. */
  @ParameterizedTest
  @CsvSource({"7, true", "8, false", "20, false", "30, false", "31, true"})
  void anEventThatHasSeenManyOfThemOutlivesAnOverload(int attempts, boolean dead) {
    for (Answer answer : List.of(NO_ANSWER, Answer.of(503, null), Answer.of(429, null))) {
      RoundResult<String> result =
          RoundResult.of(List.of(sent("a", attempts, answer), sent("b", 0, DELIVERED)), 8);
      assertThat(result.dead()).hasSize(dead ? 1 : 0);
      assertThat(result.held()).hasSize(dead ? 0 : 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"6, false", "7, true", "20, true"})
  void anEventThatIsRejectedForWhatItSaysDoesNot(int attempts, boolean dead) {
    RoundResult<String> result =
        RoundResult.of(List.of(sent("a", attempts, REJECTED), sent("b", 0, DELIVERED)), 8);
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
      RoundResult<String> result = RoundResult.of(round, 8);
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
    RoundResult<String> result = RoundResult.of(round, 8);
    assertThat(result.pause()).isFalse();
    assertThat(result.held()).hasSize(20).allMatch(Held::counted);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "20, 20", "900, 300"})
  void anEventWaitsAsLongAsTheReceiverAsks(String asked, long seconds) {
    RoundResult<String> result =
        RoundResult.of(List.of(sent("a", 0, Answer.of(429, asked)), sent("b", 0, DELIVERED)), 8);
    assertThat(result.held()).containsExactly(new Held<>("a", Duration.ofSeconds(seconds), true));
    assertThat(result.pause()).isFalse();
  }

  @Test
  void pausesGrowAndAreBounded() {
    assertThat(Pause.after(0, null)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Pause.after(1, null)).isEqualTo(Duration.ofSeconds(2));
    assertThat(Pause.after(5, null)).isEqualTo(Duration.ofSeconds(32));
    assertThat(Pause.after(6, null)).isEqualTo(Duration.ofMinutes(1));
    assertThat(Pause.after(Integer.MAX_VALUE, null)).isEqualTo(Duration.ofMinutes(1));
    assertThat(Pause.after(0, Duration.ofSeconds(90))).isEqualTo(Duration.ofSeconds(90));
    assertThat(Pause.after(6, Duration.ofSeconds(30))).isEqualTo(Duration.ofMinutes(1));
    assertThat(Pause.after(0, Duration.ofHours(9))).isEqualTo(Duration.ofMinutes(10));
  }

  /** Of an order key of its own. */
  private static Sent<String> sent(String event, int attempts, Answer answer) {
    return new Sent<>(event, event, attempts, answer);
  }
}
