package dev.bulwark.events.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B12: each event is a whole line, whatever happens to the file. */
class LineOutputTest {

  @TempDir private Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void linesOfSeveralThreadsDoNotMix() throws Exception {
    Path file = folder.resolve("events.json");
    LineOutput output = new LineOutput(file, registry);
    List<String> lines = Stream.of("a", "b", "c", "d").map(each -> each.repeat(20_000)).toList();
    ExecutorService threads = Executors.newFixedThreadPool(lines.size());
    for (String line : lines) {
      threads.submit(() -> Stream.generate(() -> line).limit(50).forEach(output::write));
    }
    threads.shutdown();
    assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(Files.readAllLines(file)).hasSize(200).allMatch(lines::contains);
  }

  @Test
  void aFileThatIsMovedAwayIsMadeAnew() throws IOException {
    Path file = folder.resolve("events.json");
    LineOutput output = new LineOutput(file, registry);
    output.write("one");
    Files.move(file, folder.resolve("events.json.1"));
    output.write("two");
    assertThat(folder.resolve("events.json.1")).hasContent("one");
    assertThat(file).hasContent("two");
  }

  /** The disk was full within a line, and has room again; or the server was killed. */
  @Test
  void aLineAfterATornOneIsWhole() throws IOException {
    Path file = folder.resolve("events.json");
    Files.writeString(file, "to");
    LineOutput output = new LineOutput(file, registry);
    output.write("one");
    output.write("two");
    assertThat(Files.readString(file)).isEqualTo("to\none\ntwo\n");

    Files.delete(file);
    Files.createDirectory(file);
    output.write("three");
    assertThat(registry.counter("bulwark.event.log.failed").count()).isOne();
    Files.delete(file);
    Files.writeString(file, "one\nthr");
    output.write("four");
    assertThat(Files.readString(file)).isEqualTo("one\nthr\nfour\n");
  }

  /** As one of another user, whose mode is 0622. */
  @Test
  void aFileThatMayOnlyBeWrittenLosesNoLine() throws IOException {
    Path file = folder.resolve("events.json");
    LineOutput output = new LineOutput(file, registry, LineOutputTest::denied);
    output.write("one");
    output.write("two");
    assertThat(Files.readString(file)).isEqualTo("one\ntwo\n");
    new LineOutput(file, registry, LineOutputTest::denied).write("three");
    assertThat(Files.readString(file)).isEqualTo("one\ntwo\n\nthree\n");
    assertThat(registry.counter("bulwark.event.log.failed").count()).isZero();
  }

  private static int denied(Path file) throws IOException {
    throw new AccessDeniedException(file.toString());
  }

  @Test
  void aWholeFileGetsNoEmptyLine() throws IOException {
    Path file = folder.resolve("events.json");
    Files.writeString(file, "one\n");
    new LineOutput(file, registry).write("two");
    assertThat(Files.readString(file)).isEqualTo("one\ntwo\n");
  }

  @Test
  void aFileThatCannotBeWrittenIsCounted() {
    LineOutput output = new LineOutput(folder.resolve("missing").resolve("events.json"), registry);
    output.write("one");
    output.write("two");
    assertThat(registry.counter("bulwark.event.log.failed").count()).isEqualTo(2);
  }
}
