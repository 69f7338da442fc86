package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.checker.statuslist.StatusListChecker;
import dev.bulwark.it.support.Realm;
import dev.bulwark.testing.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The verifier of status lists of one of the clients, with its own way to fetch them. */
interface StatusListClient extends AutoCloseable {

  /**
   * Returns the verdict on a token, as the conformance cases write it.
   *
   * @param ahead of the time of this machine is the clock of the client
   */
  String check(String accessToken, Duration ahead);

  @Override
  void close();

  /** The library for Java, in this process. */
  static StatusListClient java(String issuer) {
    AheadClock clock = new AheadClock();
    StatusListChecker checker = new StatusListChecker(issuer, clock);
    ObjectMapper json = new ObjectMapper();
    return new StatusListClient() {
      @Override
      public String check(String accessToken, Duration ahead) {
        clock.ahead = ahead;
        Object status = json.convertValue(Realm.claims(accessToken).get("status"), Object.class);
        return checker.check(status).name().toLowerCase(Locale.ROOT);
      }

      @Override
      public void close() {}
    };
  }

  /** The client for Python; skips the test where no Python has what it imports. */
  static StatusListClient python(String issuer) {
    String python =
        Programs.requirePython(
            Map.of(
                "cryptography", "python3-cryptography",
                "jwt", "python3-jwt",
                "redis", "python3-redis"));
    return Program.start(List.of(python, "src/test/python/token-status/check.py", issuer));
  }

  /** The client for Node, with the packages that its own tests install; skips the test without. */
  static StatusListClient node(String issuer) {
    Assumptions.assumeTrue(
        Files.isDirectory(Path.of("..", "..", "clients", "node", "node_modules", "jose")),
        "clients/node has no packages: its tests install them, which come earlier in mvn verify");
    return Program.start(
        List.of(
            Programs.require("node", "nodejs").toString(),
            "src/test/node/token-status/check.mjs",
            issuer));
  }

  /** A clock that goes ahead of that of this machine. */
  final class AheadClock extends Clock {

    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** A program that reads tokens from its standard input and writes a verdict for each. */
  final class Program implements StatusListClient {

    private final Process process;
    private final BufferedReader output;
    private final Writer input;

    private Program(Process process) {
      this.process = process;
      this.output = process.inputReader(StandardCharsets.UTF_8);
      this.input = process.outputWriter(StandardCharsets.UTF_8);
    }

    static Program start(List<String> command) {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      builder
          .environment()
          .put(
              "PYTHONPATH",
              Path.of("..", "..", "clients", "python", "src").toAbsolutePath().toString());
      try {
        return new Program(builder.start());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String check(String accessToken, Duration ahead) {
      try {
        input.write(accessToken + ' ' + ahead.toSeconds() + '\n');
        input.flush();
        String verdict = output.readLine();
        if (verdict == null) {
          throw new IllegalStateException("The client has ended, see its errors");
        }
        return verdict;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
