package dev.bulwark.server.process;

import java.util.Optional;

/**
 * What of a server's log somebody is shown who watches a terminal: of the many lines by which
 * Keycloak says that a provider takes the place of its own, or is internal, the first becomes one
 * about all. For one thread.
 */
final class EchoedLines {

  private static final String REPLACED = " KC-SERVICES0047: ";
  private static final String FOLDED =
      "Providers of the bundle take the place of Keycloak's own, or are internal (KC-SERVICES0047).";

  private boolean told;

  /** What to show when this line has come. */
  Optional<String> next(String line) {
    if (!line.contains(REPLACED)) {
      return Optional.of(line);
    }
    boolean isFirst = !told;
    told = true;
    return isFirst ? Optional.of(FOLDED) : Optional.empty();
  }
}
