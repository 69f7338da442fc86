package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.server.development.DevelopmentRun;
import dev.bulwark.server.installation.BuildFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.commons.text.StringEscapeUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B3: what somebody sees who starts {@code mvn -Prun} for the first time, after the build. */
@Tag("slow")
class FirstRunIT {

  /** Of 40, with the line of the build and what Maven itself prints. */
  private static final int MAX_LINES = 30;

  private static final String READY = "Bulwark for Keycloak is ready";
  private static final Duration START = Duration.ofMinutes(4);

  @TempDir private Path folder;

  @Test
  void theBannerComesSoonAndIsShownAgainOnEnter() throws Exception {
    Path output = folder.resolve("output.txt");
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dbulwark.server.build-folder=" + BuildFolder.root(),
                "-Dbulwark.server.work-folder=" + folder.resolve("work"),
                "-cp",
                System.getProperty("java.class.path"),
                DevelopmentRun.class.getName(),
                folder.resolve("run").toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      await()
          .atMost(START)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> !run.isAlive() || banners(output) == 1);
      assertThat(run.isAlive()).as(Files.readString(output)).isTrue();
      List<String> before =
          Files.readString(output).lines().takeWhile(line -> !line.contains(READY)).toList();
      assertThat(before).hasSizeLessThan(MAX_LINES);
      assertThat(before.stream().filter(line -> line.contains("KC-SERVICES0047"))).hasSize(1);

      commandsWork();
      assertThat(folder.resolve("run/events.json")).content().contains("\"ecs\"");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.readString(output).contains("Mail to alice@"));
      assertThat(Files.readString(output)).doesNotContain("\"ecs\"");

      try (OutputStream input = run.getOutputStream()) {
        input.write('\n');
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> banners(output) == 2);
    } finally {
      run.descendants().forEach(ProcessHandle::destroy);
      run.destroy();
      run.waitFor();
    }
  }

  /** As pasted from the page, one after the other. */
  private void commandsWork() throws Exception {
    String page = Http.get("http://localhost:8025/").expect(200).body();
    List<String> commands =
        page.lines()
            .flatMap(line -> List.of(line.split("(?=<h3>)")).stream())
            .filter(part -> part.startsWith("<h3>"))
            .map(part -> part.replaceAll("(?s).*<pre[^>]*>(.*?)</pre>.*", "$1"))
            .map(StringEscapeUtils::unescapeHtml4)
            .toList();
    assertThat(commands).hasSize(4);
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", String.join("; echo; echo +++; ", commands));
    shell.environment().putAll(Map.of("LC_ALL", "C.UTF-8"));
    Process process = shell.redirectErrorStream(true).start();
    String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    String[] outputs = all.split("\\+\\+\\+");
    assertThat(outputs[0]).startsWith("eyJ");
    assertThat(outputs[1]).contains("200", "revoked:");
    assertThat(outputs[2]).contains("[");
    assertThat(outputs[3]).contains("access_token");
  }

  private static long banners(Path output) throws IOException {
    return Files.readString(output).lines().filter(line -> line.contains(READY)).count();
  }
}
