package dev.bulwark.it.observability;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Debian's Prometheus, which scrapes a server every second. */
final class PrometheusProcess implements AutoCloseable {

  private static final String SCRAPES = "count_over_time(bulwark_redis_up[1h])";

  private final Process process;
  private final String url;

  private PrometheusProcess(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /** Starts it, with its data below the folder; skips the test where there is none. */
  static PrometheusProcess start(URI management, Path folder) throws IOException {
    Path configuration = folder.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        global:
          scrape_interval: 1s
        scrape_configs:
          - job_name: keycloak
            scheme: %s
            static_configs:
              - targets: ["%s"]
                labels:
                  namespace: test
        """
            .formatted(management.getScheme(), management.getAuthority()));
    int port = FreePort.next();
    Process process =
        new ProcessBuilder(
                Programs.require("prometheus", "prometheus").toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    PrometheusProcess started = new PrometheusProcess(process, "http://127.0.0.1:" + port);
    await("Prometheus, see " + folder)
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> Http.get(started.url + "/-/ready").status() == 200);
    return started;
  }

  /** The series that a query returns now. */
  JsonNode query(String expression) {
    return Http.get(
            url + "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
        .expect(200)
        .json()
        .at("/data/result");
  }

  /** Waits until the server has been scraped that many times more. */
  void awaitScrapes(int more) {
    double before = scrapes();
    await("scrapes").atMost(Duration.ofSeconds(60)).until(() -> scrapes() >= before + more);
  }

  private double scrapes() {
    return query(SCRAPES).path(0).path("value").path(1).asDouble();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
