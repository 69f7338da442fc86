package dev.bulwark.it.revocation;

import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A clock that is wrong, of one process: the library of Debian's package faketime. */
final class FakeClock {

  private static final String LIBRARY = "faketime/libfaketime.so.1";

  private FakeClock() {}

  /** Has the server's clock go ahead; skips the test where the library is not installed. */
  static ServerSpec.Builder ahead(ServerSpec.Builder spec, long seconds) {
    return spec.environment("LD_PRELOAD", library().toString())
        .environment("FAKETIME", "+" + seconds + "s")
        // Waits and time-outs go by this clock, which is nobody's time of day.
        .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1");
  }

  private static Path library() {
    return find()
        .orElseGet(
            () ->
                Assumptions.abort(
                    "No libfaketime on this machine (Debian package faketime): the test is"
                        + " skipped."));
  }

  private static Optional<Path> find() {
    try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
      return folders.map(folder -> folder.resolve(LIBRARY)).filter(Files::exists).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
