package dev.bulwark.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets each test wait long for a condition, unless it names a time: Awaitility gives up after 10 s,
 * and a machine that does other work as well can stall that long. Found by JUnit as a service.
 */
public final class PatientWaits implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(90));
  }
}
