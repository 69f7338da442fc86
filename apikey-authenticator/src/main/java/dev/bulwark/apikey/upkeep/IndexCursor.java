package dev.bulwark.apikey.upkeep;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a run over the index has come. Its text form is what a caller sends back to go on.
 *
 * @param phase what is looked at
 * @param after id of the last one looked at; empty at the beginning of a phase
 */
public record IndexCursor(Phase phase, String after) {

  /** The beginning of a run. */
  public static final IndexCursor START = new IndexCursor(Phase.LOCAL, "");

  private static final Pattern FORM =
      Pattern.compile("(local|federated|orphans):([A-Za-z0-9_-]{0,36})");

  /** The parts of a run, in their order. */
  public enum Phase {
    LOCAL,
    FEDERATED,
    ORPHANS
  }

  /** The cursor of a text form; empty for any other text. */
  public static Optional<IndexCursor> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new IndexCursor(
                Phase.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)), matcher.group(2)))
        : Optional.empty();
  }

  /** The beginning of the next phase; empty after the last. */
  Optional<IndexCursor> next() {
    return phase == Phase.ORPHANS
        ? Optional.empty()
        : Optional.of(new IndexCursor(Phase.values()[phase.ordinal() + 1], ""));
  }

  @Override
  public String toString() {
    return phase.name().toLowerCase(Locale.ROOT) + ':' + after;
  }
}
