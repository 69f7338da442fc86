package dev.bulwark.it.mtls;

import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A client program with a certificate, or none. Every call is a connection of its own: what a
 * server has seen on one is not known on another.
 */
final class Caller {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final String base;
  private final @Nullable ClientCertificate own;

  /**
   * @param base what paths are added to
   */
  Caller(String base, @Nullable ClientCertificate own) {
    this.base = base;
    this.own = own;
  }

  /** A client of the realm {@code app}. */
  static Caller ofRealm(URI server, @Nullable ClientCertificate own) {
    return new Caller(server + "/realms/app", own);
  }

  /** {@code client_credentials} of the client. */
  Response token(String client, String scope, String... headers) throws IOException {
    return token(Map.of("client_id", client, "scope", scope), headers);
  }

  /** {@code client_credentials} with any parameters. */
  Response token(Map<String, String> parameters, String... headers) throws IOException {
    Map<String, String> form = new LinkedHashMap<>(parameters);
    form.put("grant_type", "client_credentials");
    return post("/protocol/openid-connect/token", form, headers);
  }

  Response post(String path, Map<String, String> form, String... headers) throws IOException {
    return send(
        path,
        headers,
        request ->
            request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(Http.encode(form))));
  }

  /** With the token, and more headers. */
  Response get(String path, String token, String... headers) throws IOException {
    String[] all = Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "Authorization";
    all[headers.length + 1] = "Bearer " + token;
    return send(path, all, HttpRequest.Builder::GET);
  }

  Response postJson(String path, String token, String json) throws IOException {
    return send(
        path,
        new String[] {"Authorization", "Bearer " + token, "Content-Type", "application/json"},
        request -> request.POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private Response send(
      String path, String[] headers, java.util.function.UnaryOperator<HttpRequest.Builder> method)
      throws IOException {
    HttpRequest.Builder request =
        method.apply(HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .sslContext(
                TestCertificate.get()
                    .context(own == null ? new KeyManager[0] : new KeyManager[] {own.keyManager()}))
            .build();
    try {
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Response(answer.statusCode(), answer.headers(), answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
