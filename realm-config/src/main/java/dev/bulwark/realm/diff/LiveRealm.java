package dev.bulwark.realm.diff;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
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

/**
 * Reads a realm of a running server by Keycloak's partial export, in which secrets are masked. Not
 * for use by several threads.
 */
final class LiveRealm {

  /** Gets the access token for the export. */
  private interface Login {
    String token() throws IOException;
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final String server;
  private final String realm;
  private final Login login;

  private LiveRealm(String server, String realm, String token) {
    this.server = server;
    this.realm = realm;
    this.login = () -> token;
  }

  private LiveRealm(String server, String realm, String authRealm, String id, String secret) {
    this.server = server;
    this.realm = realm;
    this.login = () -> clientCredentials(authRealm, id, secret);
  }

  /**
   * Prepares the export.
   *
   * @param server base URL without a slash at its end
   */
  static LiveRealm withToken(String server, String realm, String token) {
    return new LiveRealm(server, realm, token);
  }

  /** Prepares the export with the access token of a client's service account. */
  static LiveRealm withClient(
      String server, String realm, String authRealm, String clientId, String secret) {
    return new LiveRealm(server, realm, authRealm, clientId, secret);
  }

  /**
   * Exports the realm.
   *
   * @throws CommandException if the server cannot be reached, or rejects the request
   */
  JsonNode export() throws IOException {
    String path = "/partial-export?exportClients=true&exportGroupsAndRoles=true";
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(uri("/admin/realms/" + encode(realm) + path))
                .header("Authorization", "Bearer " + login.token())
                .POST(HttpRequest.BodyPublishers.noBody()));
    switch (answer.statusCode()) {
      case 200:
        return json(answer.body());
      case 401:
        throw new CommandException("the server rejects the access token (401)");
      case 403:
        throw new CommandException(
            "the access token may not export realm "
                + realm
                + " (403). It needs manage-realm, view-clients and query-groups");
      case 404:
        throw new CommandException("the server has no realm " + realm + " (404)");
      default:
        throw new CommandException("the export failed with status " + answer.statusCode());
    }
  }

  private String clientCredentials(String authRealm, String id, String secret) throws IOException {
    // RFC 6749, section 2.3.1: both are form-encoded first.
    String pair = encode(id) + ':' + encode(secret);
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(
                    uri("/realms/" + encode(authRealm) + "/protocol/openid-connect/token"))
                .header(
                    "Authorization",
                    "Basic "
                        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials")));
    JsonNode token =
        answer.statusCode() == 200
            ? json(answer.body()).path("access_token")
            : MissingNode.getInstance();
    if (!token.isTextual()) {
      throw new CommandException(
          "client " + id + " cannot log in to realm " + authRealm + ": " + answer.statusCode());
    }
    return token.asText();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException | HttpTimeoutException e) {
      throw new CommandException("no Keycloak answers at " + server);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted");
    }
  }

  private URI uri(String path) {
    return URI.create(server + path);
  }

  private JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new CommandException(server + " answers with something that is not JSON");
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
