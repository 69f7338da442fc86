package dev.bulwark.password.argon2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.WINDOWS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The image's {@code deploy/docker/select-libargon2.sh} against descriptions of processors (P1).
 */
@DisabledOnOs(value = WINDOWS, disabledReason = "a script of the Linux image")
class SelectLibargon2Test {

  // What the kernel calls the instructions of x86-64-v3 and -v4.
  private static final String V3 = "fpu sse2 ssse3 fma movbe avx f16c abm bmi1 avx2 bmi2";
  private static final String V4 = V3 + " avx512f avx512dq avx512cd avx512bw avx512vl";

  @TempDir Path folder;

  /** What the script said: its answer, or its exit code where that is not 0. */
  private record Answer(int exit, String output) {}

  @BeforeEach
  void theBuildsAreThere() throws IOException {
    for (String level : new String[] {"x86-64-v3", "x86-64-v4"}) {
      put(level);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      nullValues = "-",
      value = {
        "every instruction of v4,           '',        x86-64-v4",
        "no AVX-512,                        avx512f,   x86-64-v3",
        "AVX-512 without the byte part,     avx512bw,  x86-64-v3",
        "AVX-512 without vector lengths,    avx512vl,  x86-64-v3",
        "no AVX2 (AVX-512 is claimed),      avx2,      -",
        "no BMI2,                           bmi2,      -",
        "no MOVBE,                          movbe,     -",
        "no LZCNT,                          abm,       -",
        "AVX alone is missing,              avx,       -",
      })
  void theBestBuildThatTheProcessorRuns(String description, String missing, String level)
      throws Exception {
    Path cpuinfo = cpuinfo((" " + V4 + " ").replace(" " + missing + " ", " ").strip());

    assertThat(select(cpuinfo))
        .as(description)
        .isEqualTo(new Answer(0, level == null ? "" : folder.resolve(level) + "\n"));
  }

  @Test
  void aBuildThatIsNotThereIsNotChosen() throws Exception {
    Files.delete(folder.resolve("x86-64-v4/libargon2.so"));
    Path cpuinfo = cpuinfo(V4);

    assertThat(select(cpuinfo).output()).isEqualTo(folder.resolve("x86-64-v3") + "\n");

    Files.delete(folder.resolve("x86-64-v3/libargon2.so"));
    assertThat(select(cpuinfo)).isEqualTo(new Answer(0, ""));
  }

  @Test
  void armHasOneBuild() throws Exception {
    Files.delete(folder.resolve("x86-64-v3/libargon2.so"));
    Files.delete(folder.resolve("x86-64-v4/libargon2.so"));
    put("generic");
    Path cpuinfo =
        Files.writeString(
            folder.resolve("cpuinfo"),
            "processor\t: 0\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32\n");

    assertThat(select(cpuinfo)).isEqualTo(new Answer(0, folder.resolve("generic") + "\n"));
  }

  @Test
  void anUnreadableProcessorIsAFailureAndNotAGuess() throws Exception {
    Answer answer = select(folder.resolve("missing"));

    assertThat(answer.exit()).isNotZero();
    assertThat(answer.output()).isEmpty();
  }

  private void put(String level) throws IOException {
    Files.createDirectories(folder.resolve(level));
    Files.createFile(folder.resolve(level).resolve("libargon2.so"));
  }

  /** Two processors, as the kernel writes them. */
  private Path cpuinfo(String flags) throws IOException {
    String one = "vendor_id\t: GenuineIntel\nflags\t\t: " + flags + "\nbugs\t\t: spectre_v1\n\n";
    return Files.writeString(
        folder.resolve("cpuinfo"), "processor\t: 0\n" + one + "processor\t: 1\n" + one);
  }

  private Answer select(Path cpuinfo) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "sh", "../deploy/docker/select-libargon2.sh", folder.toString(), cpuinfo.toString())
            .redirectError(folder.resolve("error").toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return new Answer(process.exitValue(), output);
  }
}
