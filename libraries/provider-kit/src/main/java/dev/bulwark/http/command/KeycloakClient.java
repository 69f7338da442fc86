package dev.bulwark.http.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Calls a Keycloak with the bearer token of the operator, or of a client's service account: of a
 * client with as many as a long run needs. Not for use by several threads.
 */
public final class KeycloakClient {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final String server;
  private final @Nullable ServiceAccount account;
  private @Nullable String token;
  private long renewAt;

  /**
   * A client with a secret.
   *
   * @param realm of the client
   */
  private record ServiceAccount(String realm, String id, String secret) {

    /** RFC 6749, section 2.3.1: both are form-encoded first. */
    String authorization() {
      String pair =
          URLEncoder.encode(id, StandardCharsets.UTF_8)
              + ':'
              + URLEncoder.encode(secret, StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
  }

  private KeycloakClient(String server, @Nullable ServiceAccount account, @Nullable String token) {
    this.server = server;
    this.account = account;
    this.token = token;
  }

  /**
   * Calls with one token.
   *
   * @param server base URL without a slash at its end
   */
  static KeycloakClient withToken(String server, String token) {
    return new KeycloakClient(server, null, token);
  }

  /** Calls with the tokens of a client's service account. */
  static KeycloakClient withSecret(String server, String realm, String clientId, String secret) {
    return new KeycloakClient(server, new ServiceAccount(realm, clientId, secret), null);
  }

  /**
   * Sends a request.
   *
   * @param path below the base URL, with a slash at its beginning
   * @param type media type of the body
   * @param timeout for the whole response
   * @throws CommandException if nobody answers, or the client cannot log in
   */
  public HttpResponse<String> post(String path, String type, String body, Duration timeout)
      throws IOException {
    return send("POST", path, "Bearer " + currentToken(), type, body, timeout);
  }

  /**
   * Sends a request, with JSON if it has a body.
   *
   * @param path below the base URL, with a slash at its beginning
   * @param body null for none
   * @param timeout for the whole response
   * @throws CommandException if nobody answers, or the client cannot log in
   */
  public HttpResponse<String> call(
      String method, String path, @Nullable String body, Duration timeout) throws IOException {
    return send(method, path, "Bearer " + currentToken(), "application/json", body, timeout);
  }

  /**
   * Reads a response.
   *
   * @throws CommandException if it is not JSON
   */
  public JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new CommandException(server + " answers with something that is not JSON");
    }
  }

  /** Returns a name as a part of a path, in which a blank is {@code %20}. */
  public static String encode(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private String currentToken() throws IOException {
    String current = token;
    if (current != null && (account == null || System.nanoTime() - renewAt < 0)) {
      return current;
    }
    if (account == null) {
      throw new IllegalStateException("neither a token nor a client");
    }
    HttpResponse<String> answer =
        send(
            "POST",
            "/realms/" + encode(account.realm()) + "/protocol/openid-connect/token",
            account.authorization(),
            "application/x-www-form-urlencoded",
            "grant_type=client_credentials",
            LOGIN_TIMEOUT);
    if (answer.statusCode() != 200) {
      throw new CommandException(
          "client "
              + account.id()
              + " cannot log in to realm "
              + account.realm()
              + ": "
              + answer.statusCode());
    }
    JsonNode issued = json(answer.body());
    String fresh = issued.path("access_token").asText("");
    if (fresh.isEmpty()) {
      throw new CommandException(server + " answers without a token");
    }
    renewAt =
        System.nanoTime() + Duration.ofSeconds(issued.path("expires_in").asLong(60)).toNanos() / 2;
    token = fresh;
    return fresh;
  }

  private HttpResponse<String> send(
      String method,
      String path,
      String authorization,
      String type,
      @Nullable String body,
      Duration timeout)
      throws IOException {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(server + path))
              .timeout(timeout)
              .header("Authorization", authorization)
              .header("Content-Type", type)
              .method(
                  method,
                  body == null
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException | HttpTimeoutException e) {
      throw new CommandException("no Keycloak answers at " + server);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted");
    }
  }
}
