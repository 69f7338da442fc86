package dev.bulwark.it.revocation;

import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * A clock that is wrong, of one process: a small library that is preloaded. Debian's libfaketime
 * makes a JVM nine times slower to start.
 */
public final class FakeClock {

  private static final String SOURCE = "clock-ahead.c";
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private FakeClock() {}

  /** Has the server's time of day go ahead; skips the test where there is no C compiler. */
  public static ServerSpec.Builder ahead(ServerSpec.Builder spec, long seconds) {
    return spec.environment("LD_PRELOAD", compile().toString())
        .environment("CLOCK_AHEAD_SECONDS", Long.toString(seconds));
  }

  private static Path compile() {
    Path compiler = Programs.require("cc", "gcc");
    Programs.requireFile(Path.of("/usr/include/stdlib.h"), "libc6-dev");
    try (InputStream in = FakeClock.class.getResourceAsStream(SOURCE)) {
      Path folder = Files.createDirectories(WorkFolder.of("clock"));
      Path source = folder.resolve(SOURCE);
      Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
      Path library = folder.resolve("clock-ahead.so");
      LocalProcess.run(
          TIMEOUT,
          List.of(
              compiler.toString(),
              "-shared",
              "-fPIC",
              "-O2",
              "-o",
              library.toString(),
              source.toString()));
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
