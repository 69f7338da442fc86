package dev.bulwark.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * HTTP as a client program speaks it: no cookies, no redirects followed. Of HTTPS servers it trusts
 * those with the {@link TestCertificate}.
 */
public final class Http {

  private static final HttpClient CLIENT = client().build();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private Http() {}

  public static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
  }

  public static Response send(HttpRequest.Builder builder) {
    try {
      HttpRequest request = builder.build();
      HttpClient client = "https".equals(request.uri().getScheme()) ? Secure.CLIENT : CLIENT;
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      return new Response(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public static Response get(String url, String... headers) {
    HttpRequest.Builder request = request(url);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  public static Response postForm(String url, Map<String, String> form, String... headers) {
    HttpRequest.Builder request =
        request(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(encode(form)));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  public static String encode(Map<String, String> form) {
    return form.entrySet().stream()
        .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static HttpClient.Builder client() {
    return HttpClient.newBuilder()
        .connectTimeout(Duration.ofSeconds(5))
        .version(HttpClient.Version.HTTP_1_1);
  }

  /** Made at first use: the certificate costs a process. */
  private static final class Secure {
    static final HttpClient CLIENT = client().sslContext(TestCertificate.get().context()).build();
  }

  public static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
