package dev.bulwark.testing;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Prints why a test or a whole class was skipped. Surefire prints no reason, and does not even
 * count the tests of a class that was skipped before its first one. Found by JUnit as a service.
 */
public final class SkippedTests implements TestExecutionListener {

  private static final Set<String> PRINTED = ConcurrentHashMap.newKeySet();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == Status.ABORTED) {
      String reason = result.getThrowable().map(Throwable::getMessage).orElse("no reason given");
      String line = "Skipped " + name(test) + ": " + reason;
      // Once for all arguments of a parameterized test.
      if (PRINTED.add(line)) {
        System.out.println(line);
      }
    }
  }

  private static String name(TestIdentifier test) {
    TestSource source = test.getSource().orElse(null);
    if (source instanceof ClassSource type) {
      return type.getClassName();
    }
    return source instanceof MethodSource method
        ? method.getClassName() + '.' + method.getMethodName()
        : test.getDisplayName();
  }
}
