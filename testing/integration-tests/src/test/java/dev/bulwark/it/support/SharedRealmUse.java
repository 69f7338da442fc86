package dev.bulwark.it.support;

import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Knows whether the class that runs now imports the realm of the shared server anew. It is told
 * before the class is initialized, so that a static field may have the realm.
 */
public final class SharedRealmUse implements TestExecutionListener {

  private static volatile boolean imported;

  @Override
  public void executionStarted(TestIdentifier test) {
    if (test.getSource().orElse(null) instanceof ClassSource source) {
      imported = source.getJavaClass().isAnnotationPresent(SharedRealm.class);
    }
  }

  /**
   * Checks that the class that runs now is annotated with {@link SharedRealm}.
   *
   * @throws IllegalStateException if it is not: it would see what the class before it has left, and
   *     pass or fail by the order of the classes
   */
  static void check() {
    if (!imported) {
      throw new IllegalStateException("The test class is not annotated with @SharedRealm.");
    }
  }
}
