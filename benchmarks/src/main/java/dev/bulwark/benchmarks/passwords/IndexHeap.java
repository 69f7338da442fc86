package dev.bulwark.benchmarks.passwords;

import dev.bulwark.breached.index.PasswordIndex;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;

/**
 * A program of its own: prints the bytes of heap that an open index holds, after it has answered.
 */
final class IndexHeap {

  private static final int LOOK_UPS = 100_000;
  private static final int SETTLE = 4;

  private IndexHeap() {}

  /** Argument: the index's file. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    // Once for the classes, which are not the index's.
    ask(PasswordIndex.open(file));
    long before = used();
    PasswordIndex index = PasswordIndex.open(file);
    int found = ask(index);
    long after = used();
    if (found != LOOK_UPS || index.size() != RandomHashes.ENTRIES) {
      throw new IllegalStateException(found + " found in " + index);
    }
    System.out.println(after - before);
  }

  private static int ask(PasswordIndex index) {
    RandomHashes listed = RandomHashes.listed();
    int found = 0;
    for (int i = 0; i < LOOK_UPS; i++) {
      found += index.count(listed.next()) > 0 ? 1 : 0;
    }
    return found;
  }

  private static long used() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    for (int i = 0; i < SETTLE; i++) {
      memory.gc();
    }
    return memory.getHeapMemoryUsage().getUsed();
  }
}
