package dev.bulwark.apikey.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Bearer tokens of the operator, or of a client; of a client as many as a long run needs. */
interface Login {

  /** A token that is good for a while. */
  String token(HttpClient http) throws IOException, InterruptedException;

  static Login withToken(String token) {
    return http -> token;
  }

  static Login withSecret(String server, String realm, String clientId, String secret) {
    return new OfClient(server, realm, clientId, secret);
  }

  /** The grant {@code client_credentials}. Not for use by several threads. */
  final class OfClient implements Login {

    private final URI endpoint;
    private final String authorization;
    private @Nullable String token;
    private long until;

    private OfClient(String server, String realm, String clientId, String secret) {
      this.endpoint = tokenEndpoint(server, realm);
      // RFC 6749, section 2.3.1: both are form-encoded first.
      String pair = encode(clientId) + ':' + encode(secret);
      this.authorization =
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String token(HttpClient http) throws IOException, InterruptedException {
      String current = token;
      if (current != null && System.nanoTime() - until < 0) {
        return current;
      }
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(endpoint)
                  .timeout(Duration.ofSeconds(30))
                  .header("Authorization", authorization)
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new CommandException("the client cannot log in: status " + answer.statusCode());
      }
      JsonNode json = parse(answer.body());
      String fresh = json.path("access_token").asText("");
      if (fresh.isEmpty()) {
        throw new CommandException("the server has answered without a token");
      }
      long seconds = json.path("expires_in").asLong(60);
      until = System.nanoTime() + Duration.ofSeconds(seconds / 2).toNanos();
      token = fresh;
      return fresh;
    }

    private static JsonNode parse(String body) {
      try {
        return new ObjectMapper().readTree(body);
      } catch (JsonProcessingException e) {
        throw new CommandException("the server has answered something that is not JSON");
      }
    }

    /** In a path a blank is {@code %20}: a plus sign would be a plus sign. */
    static URI tokenEndpoint(String server, String realm) {
      return URI.create(
          server
              + "/realms/"
              + encode(realm).replace("+", "%20")
              + "/protocol/openid-connect/token");
    }

    private static String encode(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }
}
