package dev.bulwark.it.support;

import java.time.Duration;

/** How long tests wait for a condition. */
public final class Waits {

  /**
   * For what follows within a few seconds. A machine that does other work as well gets more time; a
   * promised time is asserted by itself.
   */
  public static final Duration SOON = Duration.ofSeconds(90);

  private Waits() {}
}
