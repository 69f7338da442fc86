package dev.bulwark.benchmarks.passwords;

import dev.bulwark.breached.index.PasswordIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A look-up in the index, every second one of a hash that is in it. */
@State(Scope.Benchmark)
public class IndexBenchmark {

  /** The index's file. */
  static final String FILE = "bulwark.benchmark.index";

  // So many that their entries lie all over the file, not in the processor's cache.
  private static final int HASHES = 1 << 20;

  private final byte[][] hashes = new byte[HASHES][];
  private final PasswordIndex index = open();
  private int next;

  private static PasswordIndex open() {
    try {
      return PasswordIndex.open(Path.of(System.getProperty(FILE, "")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Setup
  public void prepare() {
    RandomHashes listed = RandomHashes.listed();
    RandomHashes unlisted = RandomHashes.unlisted();
    for (int i = 0; i < HASHES; i++) {
      boolean expected = i % 2 == 0;
      hashes[i] = expected ? listed.next() : unlisted.next();
      if (index.count(hashes[i]) > 0 != expected) {
        throw new IllegalStateException("the index is wrong about hash " + i);
      }
    }
  }

  @Benchmark
  public int count() {
    next = (next + 1) & (HASHES - 1);
    return index.count(hashes[next]);
  }
}
