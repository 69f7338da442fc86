package dev.bulwark.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ServerProcessTest {

  private static final int LINES = 400;

  @TempDir private Path folder;

  /** A test that reads the log after an answer finds what was logged before the answer. */
  @Test
  @Timeout(60)
  void aLineThatWasLoggedBeforeAnAnswerIsInTheLogWithTheAnswer() throws IOException {
    for (int i = 0; i < 10; i++) {
      try (ServerSocket answers = new ServerSocket(0)) {
        ServerProcess process =
            start(
                "for i in $(seq " + LINES + "); do echo line $i; done",
                "exec 3<>/dev/tcp/127.0.0.1/" + answers.getLocalPort(),
                "read -r end <&3");
        try (Socket ignored = answers.accept()) {
          assertThat(process.output().lines())
              .containsExactlyElementsOf(
                  IntStream.rangeClosed(1, LINES).mapToObj(line -> "line " + line).toList());
        } finally {
          process.kill();
        }
      }
    }
  }

  @Test
  @Timeout(60)
  void aProcessThatStartsAgainContinuesItsLogAndAnotherStartsAnew() throws IOException {
    assertThat(endOf(start(false, "echo one"))).isEqualTo("one\n");
    assertThat(endOf(start(true, "echo two >&2"))).isEqualTo("one\ntwo\n");
    assertThat(endOf(start(false, "echo three"))).isEqualTo("three\n");
  }

  private static String endOf(ServerProcess process) {
    assertThat(process.await(Duration.ofSeconds(30))).isZero();
    return process.output();
  }

  private ServerProcess start(String... commands) {
    return start(false, commands);
  }

  private ServerProcess start(boolean append, String... commands) {
    Path log = folder.resolve("logs").resolve("test.log");
    try {
      return ServerProcess.start(
          "test", List.of("bash", "-c", String.join("\n", commands)), Map.of(), log, false, append);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
