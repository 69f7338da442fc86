package dev.bulwark.checker;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last answers, those used least recently forgotten first. Thread-safe. */
final class LastAnswers {

  private final Map<String, RedisAnswer> answers;

  LastAnswers(int size) {
    this.answers =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, RedisAnswer> eldest) {
            return size() > size;
          }
        };
  }

  /** Keeps an answer; one that says nothing, or less than what is known, changes nothing. */
  synchronized void note(String jti, RedisAnswer reading) {
    if (!reading.revoked() && reading.completeUntil() == RedisAnswer.NEVER) {
      return;
    }
    answers.merge(
        jti,
        reading,
        (old, fresh) ->
            old.revoked() || !fresh.revoked() && old.completeUntil() > fresh.completeUntil()
                ? old
                : fresh);
  }

  synchronized @Nullable RedisAnswer of(String jti) {
    return answers.get(jti);
  }
}
