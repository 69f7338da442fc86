package dev.bulwark.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ports of virtual machines that run tests at the same time. */
class FreePortTest {

  /** A machine takes 500 ports for itself. */
  private static final int RANGE = 500;

  /** Prints a port, and ends when its standard input does. */
  static final class Other {

    private Other() {}

    public static void main(String[] arguments) throws IOException {
      System.out.println(FreePort.next());
      System.in.read();
    }
  }

  @Test
  void noTwoVirtualMachinesShareARange() throws IOException {
    List<Integer> ranges = new ArrayList<>(List.of(FreePort.next() / RANGE));
    collectGarbage();
    List<Process> others = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        Process other = other();
        others.add(other);
        ranges.add(Integer.parseInt(other.inputReader(StandardCharsets.UTF_8).readLine()) / RANGE);
      }
    } finally {
      others.forEach(Process::destroyForcibly);
    }
    assertThat(ranges).doesNotHaveDuplicates();
  }

  private static Process other() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Other.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What nothing refers to is closed soon after it: another machine takes longer to start. */
  private static void collectGarbage() {
    WeakReference<Object> young = new WeakReference<>(new Object());
    while (young.get() != null) {
      System.gc();
    }
  }
}
