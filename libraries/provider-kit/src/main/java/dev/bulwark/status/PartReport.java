package dev.bulwark.status;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a part of the bundle is, for administrators of a realm. Immutable.
 *
 * @param part its name, in lower case with hyphens: {@code login-limits}
 * @param state in a word
 * @param reason what the state means here, of the same form: {@code redis-away}. The page has a
 *     sentence for each reason of a part
 * @param facts that the sentence names: texts, numbers, and instants as {@link java.time.Instant}
 */
public record PartReport(String part, State state, String reason, Map<String, Object> facts) {

  /** Whether somebody has to do something. */
  public enum State {
    /** It does what it promises. */
    WORKING,
    /** It does not, or soon will not, until somebody mends the cause. */
    TROUBLE,
    /** The realm, or the server, does not use it. */
    OFF
  }

  /** Copies the facts. */
  public PartReport {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** The part works. */
  public static PartReport working(String part, String reason) {
    return new PartReport(part, State.WORKING, reason, Map.of());
  }

  /** The part does not work as it promises. */
  public static PartReport trouble(String part, String reason) {
    return new PartReport(part, State.TROUBLE, reason, Map.of());
  }

  /** The part is not used. */
  public static PartReport off(String part, String reason) {
    return new PartReport(part, State.OFF, reason, Map.of());
  }

  /** Returns the same report with a fact more. */
  public PartReport with(String name, Object fact) {
    Map<String, Object> more = new LinkedHashMap<>(facts);
    more.put(name, fact);
    return new PartReport(part, state, reason, more);
  }
}
