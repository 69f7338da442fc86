package dev.bulwark.it.support;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has each wait look at its condition at once, and not first after 100 ms: many hold already. After
 * the last test, ends the servers that are left, in order: a database goes after its server. Then
 * tells the slowest classes.
 */
public final class TestRun implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    OwnServer.endAll();
    TestStack.stop();
    SlowestClasses.print();
  }
}
