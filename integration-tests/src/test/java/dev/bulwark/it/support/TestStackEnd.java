package dev.bulwark.it.support;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Ends the shared system after the last test, in order: a database goes after its server. Then
 * tells the slowest classes.
 */
public final class TestStackEnd implements LauncherSessionListener {

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    TestStack.stop();
    SlowestClasses.print();
  }
}
