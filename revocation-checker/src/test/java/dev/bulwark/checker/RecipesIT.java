package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The code of docs/recipes.md as it stands there, run by a real Python and a real Node. (R5) */
@Timeout(120)
class RecipesIT {

  private static final Path DOCUMENT = Path.of("..", "docs", "recipes.md");

  /** Reads ids, one a line, and says what the recipe says. */
  private static final String PYTHON =
      """

      import sys
      from redis import RedisError
      for line in sys.stdin:
          try:
              print("accepted" if accepted(line.strip()) else "refused", flush=True)
          except RedisError:
              print("error", flush=True)
      """;

  private static final String NODE =
      """

      const lines = require('readline').createInterface({ input: process.stdin });
      const ready = new Promise((resolve) => redis.once('ready', resolve));
      lines.on('line', async (line) => {
        await ready;
        try {
          console.log((await accepted(line.trim())) ? 'accepted' : 'refused');
        } catch (error) {
          console.log('error');
        }
      });
      lines.on('close', () => process.exit(0));
      """;

  @TempDir private Path folder;
  private RedisProcess redis;

  @BeforeEach
  void start() {
    redis = RedisProcess.start();
    redis.feed();
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void python() throws Exception {
    Optional<String> interpreter = first(List.of("python3", "/usr/bin/python3"), "import redis");
    assumeThat(interpreter).as("a python3 with redis-py").isPresent();
    runs(interpreter.orElseThrow(), "python", "recipe.py", PYTHON);
  }

  /** Node looks for packages in NODE_PATH. */
  @Test
  void node() throws Exception {
    Optional<String> interpreter = first(List.of("node"), "require('ioredis')");
    assumeThat(interpreter).as("a node with ioredis (in NODE_PATH)").isPresent();
    runs(interpreter.orElseThrow(), "javascript", "recipe.cjs", NODE);
  }

  private void runs(String interpreter, String language, String file, String harness)
      throws Exception {
    Path script = folder.resolve(file);
    Files.writeString(script, recipe(language) + harness);
    Process process =
        new ProcessBuilder(interpreter, script.toString())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    try (BufferedWriter in = process.outputWriter(StandardCharsets.UTF_8);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      redis.revoke("onrtac:bad");
      assertThat(ask(in, out, "onrtac:good")).isEqualTo("accepted");
      assertThat(ask(in, out, "onrtac:bad")).isEqualTo("refused");

      long before = redis.calls("mget") + redis.calls("get") + redis.calls("exists");
      for (int i = 0; i < 10; i++) {
        assertThat(ask(in, out, "onrtac:good-" + i)).isEqualTo("accepted");
      }
      long after = redis.calls("mget") + redis.calls("get") + redis.calls("exists");
      assertThat(after - before).as("round trips").isEqualTo(10);

      redis.feed(System.currentTimeMillis() - 61_000);
      assertThat(ask(in, out, "onrtac:good")).as("not fed").isEqualTo("refused");
      try (Jedis jedis = redis.connect()) {
        jedis.flushAll();
      }
      assertThat(ask(in, out, "onrtac:good")).as("emptied").isEqualTo("refused");
      redis.feed();
      assertThat(ask(in, out, "onrtac:good")).isEqualTo("accepted");

      redis.halt();
      long began = System.nanoTime();
      assertThat(ask(in, out, "onrtac:good")).as("halted").isEqualTo("error");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
      redis.goOn();
      await().until(() -> ask(in, out, "onrtac:good").equals("accepted"));

      redis.stop();
      assertThat(ask(in, out, "onrtac:good")).as("away").isEqualTo("error");
      redis.startAgain();
      redis.feed();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> ask(in, out, "onrtac:good").equals("accepted"));
    } finally {
      process.destroyForcibly();
      process.waitFor(5, TimeUnit.SECONDS);
    }
  }

  private String ask(BufferedWriter in, BufferedReader out, String jti) throws IOException {
    in.write(jti + "\n");
    in.flush();
    String answer = out.readLine();
    if (answer == null) {
      throw new IOException("the recipe ended: " + Files.readString(folder.resolve("errors")));
    }
    return answer;
  }

  /** The first block of a language, with the port of this test's Redis. */
  private String recipe(String language) throws IOException {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCUMENT));
    assertThat(block.find()).as("a block of %s in %s", language, DOCUMENT).isTrue();
    String code = block.group(1);
    assertThat(code).contains("6379");
    return code.replace("6379", Integer.toString(redis.port()));
  }

  private Optional<String> first(List<String> interpreters, String code)
      throws InterruptedException {
    for (String interpreter : interpreters) {
      try {
        Process process =
            new ProcessBuilder(interpreter, interpreter.endsWith("node") ? "-e" : "-c", code)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("probe").toFile())
                .start();
        if (process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0) {
          return Optional.of(interpreter);
        }
      } catch (IOException e) {
        // Not installed: the test says that it is skipped.
        continue;
      }
    }
    return Optional.empty();
  }
}
