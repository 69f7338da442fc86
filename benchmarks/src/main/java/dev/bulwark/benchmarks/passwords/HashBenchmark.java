package dev.bulwark.benchmarks.passwords;

import dev.bulwark.password.argon2.NativeArgon2Engine;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The bundle's engine, with the libargon2 that the JVM's options name. */
@State(Scope.Benchmark)
public class HashBenchmark {

  /** Path of the library that has to be the one in use. */
  static final String EXPECTED = "bulwark.benchmark.library";

  private final byte[] password = "correct-dev-battery".getBytes(StandardCharsets.UTF_8);
  private final byte[] salt = "sixteen-byte-sal".getBytes(StandardCharsets.UTF_8);
  private final NativeArgon2Engine engine = NativeArgon2Engine.load();

  /** Guards against a figure of another library than the row tells. */
  @Setup
  public void check() {
    requireExpected(engine);
  }

  /**
   * Makes sure that the engine has the library that {@link #EXPECTED} names.
   *
   * @throws IllegalStateException when it has not, or none is named
   */
  static void requireExpected(NativeArgon2Engine engine) {
    String expected = System.getProperty(EXPECTED, "");
    if (expected.isEmpty()) {
      throw new IllegalStateException(EXPECTED + " is not set");
    }
    if (!engine.description().equals("libargon2 (" + expected + ")")) {
      throw new IllegalStateException(engine.description() + " is not " + expected);
    }
  }

  @Benchmark
  public byte[] hash() {
    return engine.hash(Cost.SHIPPED.parameters(), password, salt);
  }
}
