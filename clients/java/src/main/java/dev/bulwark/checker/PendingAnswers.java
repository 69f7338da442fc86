package dev.bulwark.checker;

import java.util.HashMap;
import java.util.Map;

/**
 * Answers "not revoked" that go with a watermark read before them. If a primary was emptied in
 * between, they are wrong; so they are remembered only when a later reading finds every primary as
 * it was. Thread-safe; the methods but {@link #note} are called by one thread.
 */
final class PendingAnswers {

  private final LastAnswers memory;
  private final int size;
  private Map<String, RedisAnswer> noted = new HashMap<>();
  private final Map<String, RedisAnswer> beingConfirmed = new HashMap<>();
  private long losses;

  /**
   * None yet.
   *
   * @param memory gets what is confirmed
   * @param size how many are kept until then, the others are not remembered; 0: none
   */
  PendingAnswers(LastAnswers memory, int size) {
    this.memory = memory;
    this.size = size;
  }

  /** To be taken before the watermark that goes with an answer. */
  synchronized long losses() {
    return losses;
  }

  /**
   * Keeps an answer.
   *
   * @param lossesBefore the number when the answer's watermark was taken
   */
  synchronized void note(String jti, RedisAnswer reading, long lossesBefore) {
    if (lossesBefore == losses && noted.size() < size) {
      noted.put(jti, reading);
    }
  }

  /** A reading begins: it can confirm the answers of before. */
  synchronized void begin() {
    beingConfirmed.putAll(noted);
    noted = new HashMap<>();
  }

  /** Every primary is as it was. */
  synchronized void confirm() {
    beingConfirmed.forEach(memory::note);
    beingConfirmed.clear();
  }

  /** A primary has lost something: no answer since the last confirmation is good. */
  synchronized void lose() {
    losses++;
    beingConfirmed.clear();
    noted.clear();
  }
}
