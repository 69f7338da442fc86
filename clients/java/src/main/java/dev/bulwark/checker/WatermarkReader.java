package dev.bulwark.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a primary says about completeness. Immutable. */
final class WatermarkReader {

  private final Keys keys;

  WatermarkReader(Keys keys) {
    this.keys = keys;
  }

  /**
   * Reads the mark of a primary.
   *
   * @param key of its watermark
   * @param realms whose states are read
   */
  Watermarks.Mark mark(RedisAccess redis, String key, List<String> realms) {
    List<String> wanted = new ArrayList<>(List.of(key, keys.epoch(key)));
    realms.forEach(realm -> wanted.add(keys.state(key, realm)));
    List<@Nullable String> values = redis.mget(wanted);
    Map<String, RealmState> states = new HashMap<>();
    for (int i = 0; i < realms.size(); i++) {
      RealmState state = RealmState.parse(values.get(2 + i));
      if (state != null) {
        states.put(realms.get(i), state);
      }
    }
    String epoch = values.get(1);
    return new Watermarks.Mark(RedisAnswer.time(values.get(0)), epoch == null ? "" : epoch, states);
  }

  /** Returns what was last seen, with the state of a realm that was not read then. */
  Watermarks withState(RedisAccess redis, Watermarks last, String realm) {
    Map<String, Watermarks.Mark> marks = new HashMap<>();
    last.marks()
        .forEach(
            (key, mark) -> {
              String state = redis.mget(List.of(keys.state(key, realm))).get(0);
              marks.put(key, mark.with(realm, RealmState.parse(state)));
            });
    return new Watermarks(marks, last.realms());
  }
}
