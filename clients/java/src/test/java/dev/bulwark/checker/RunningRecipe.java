package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A recipe in a process of its own, asked over its standard input or over HTTP. */
final class RunningRecipe implements AutoCloseable {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final Path log;
  private final int port;
  private final @Nullable Function<Question, String[]> headers;

  /**
   * A verified token.
   *
   * @param issuedAt seconds since 1970
   */
  record Question(String jti, long issuedAt) {

    String[] headers() {
      return new String[] {"X-Jti", jti, "X-Iat", Long.toString(issuedAt)};
    }
  }

  private RunningRecipe(
      Process process, Path log, int port, @Nullable Function<Question, String[]> headers) {
    this.process = process;
    this.log = log;
    this.port = port;
    this.headers = headers;
  }

  /** One that reads questions, one a line, and writes verdicts. */
  static RunningRecipe overStdin(Path folder, String... command) throws IOException {
    Path log = folder.resolve("errors");
    return new RunningRecipe(
        new ProcessBuilder(command).redirectError(log.toFile()).start(), log, 0, null);
  }

  /** One that listens on a port; returns when it does. */
  static RunningRecipe overHttp(
      Path folder, int port, Function<Question, String[]> headers, String... command)
      throws IOException {
    Path log = folder.resolve("log-" + port);
    RunningRecipe recipe =
        new RunningRecipe(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start(),
            log,
            port,
            headers);
    await()
        .atMost(Duration.ofSeconds(60))
        .failFast(() -> recipe.requireAlive())
        .until(recipe::isListening);
    return recipe;
  }

  private void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException("the recipe ended: " + log());
    }
  }

  private String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet.
      return false;
    }
  }

  int port() {
    return port;
  }

  /** {@code live}, {@code revoked} or {@code unknown}. */
  String verdict(Question question) throws IOException, InterruptedException {
    return headers == null ? line(question) : verdict(headers.apply(question));
  }

  /** The same of a request with these headers, names and values in turn. */
  String verdict(String... headers) throws IOException, InterruptedException {
    return status(answer(headers));
  }

  private String line(Question question) throws IOException {
    BufferedWriter in = process.outputWriter(StandardCharsets.UTF_8);
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    in.write(question.jti() + "\t" + question.issuedAt() + "\n");
    in.flush();
    String answer = out.readLine();
    if (answer == null) {
      throw new IOException("the recipe ended: " + log());
    }
    return answer;
  }

  /** The same of a request that is no plain GET. Only over HTTP. */
  String verdict(Question question, String method, String target, String body)
      throws IOException, InterruptedException {
    return status(
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
                .timeout(Duration.ofSeconds(20))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .headers(Objects.requireNonNull(headers).apply(question))
                .build(),
            HttpResponse.BodyHandlers.ofString()));
  }

  HttpResponse<String> answer(String... headers) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
            .timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String status(HttpResponse<String> answer) {
    List<String> challenge = answer.headers().allValues("WWW-Authenticate");
    switch (answer.statusCode()) {
      case 200 -> {
        assertThat(answer.body().strip()).isEqualTo("app");
        return "live";
      }
      case 401 -> {
        assertThat(challenge).containsExactly("Bearer error=\"invalid_token\"");
        return "revoked";
      }
      case 503 -> {
        assertThat(challenge).isEmpty();
        assertThat(answer.headers().allValues("Retry-After")).containsExactly("5");
        return "unknown";
      }
      default -> throw new AssertionError(answer + ": " + log());
    }
  }

  /** Connections stay open, but nothing is answered. It can only be closed then. */
  void halt() throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
