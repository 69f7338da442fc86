package dev.bulwark.benchmarks;

import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/** Lines on standard error, so that nobody wonders whether a long run is stuck. */
public final class Progress {

  private Progress() {}

  public static void say(String what) {
    System.err.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + what);
  }
}
