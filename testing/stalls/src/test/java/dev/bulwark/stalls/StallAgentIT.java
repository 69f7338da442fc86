package dev.bulwark.stalls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.sample.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** B3: the jar, in a virtual machine of its own. */
class StallAgentIT {

  private static final String WORK = Worker.class.getName() + ".work";
  private static final String WORK_OFTEN = Worker.class.getName() + ".workOften";

  @Test
  void aMethodStallsWhereTheSeedChoosesIt() throws Exception {
    assertThat(run(seed(true))).isEqualTo("stalled in 1000 calls");
    assertThat(run(seed(false))).isEqualTo("never stalled in 1000 calls");
  }

  private static int seed(boolean chosen) {
    return IntStream.range(0, 10_000)
        .filter(seed -> StallAgent.isChosen(seed, WORK) == chosen)
        .filter(seed -> !StallAgent.isChosen(seed, WORK_OFTEN))
        .findFirst()
        .orElseThrow();
  }

  private static String run(int seed) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-javaagent:target/bulwark-stalls.jar=" + seed,
                "-cp",
                "target/test-classes",
                Worker.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.strip();
  }
}
