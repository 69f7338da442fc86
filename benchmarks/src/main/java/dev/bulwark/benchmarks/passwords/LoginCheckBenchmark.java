package dev.bulwark.benchmarks.passwords;

import dev.bulwark.breached.BreachedPasswordPolicyProviderFactory;
import dev.bulwark.options.MapScope;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The decision about a password at login: SHA-1, the shipped list, and an index beside it. */
@State(Scope.Benchmark)
public class LoginCheckBenchmark {

  private static final int PASSWORDS = 1 << 16;

  private final String[] passwords = new String[PASSWORDS];
  private final BreachedPasswordPolicyProviderFactory factory =
      new BreachedPasswordPolicyProviderFactory();
  private int next;

  @Setup
  public void prepare() {
    factory.init(
        MapScope.of(
            "online", "false", "offline-index", System.getProperty(IndexBenchmark.FILE, "")));
    if (factory.offlineCount("password") == 0) {
      throw new IllegalStateException("the shipped list is missing");
    }
    for (int i = 0; i < PASSWORDS; i++) {
      passwords[i] = "a password of the usual length " + i;
    }
  }

  @TearDown
  public void close() {
    factory.close();
  }

  @Benchmark
  public int check() {
    next = (next + 1) & (PASSWORDS - 1);
    return factory.offlineCount(passwords[next]);
  }
}
