package dev.bulwark.apikey.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The admin REST of this module. Not for use by several threads. */
final class AdminConnection {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final String url;
  private final Login login;

  AdminConnection(String server, String realm, Login login) {
    this.url =
        server
            + "/admin/realms/"
            + URLEncoder.encode(realm, StandardCharsets.UTF_8).replace("+", "%20")
            + "/api-keys/";
    this.login = login;
  }

  /**
   * Sends a request and gives its JSON answer.
   *
   * @param path below {@code api-keys/}
   * @param type media type of the body
   * @throws CommandException when the server rejects the request
   */
  JsonNode post(String path, String type, String body) throws IOException {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(url + path))
                  .timeout(Duration.ofMinutes(10))
                  .header("Authorization", "Bearer " + login.token(http))
                  .header("Content-Type", type)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        JsonNode error = json(answer.body());
        throw new CommandException(
            "the server has answered " + answer.statusCode() + detail(error), error);
      }
      return JSON.readTree(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted");
    }
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private static String detail(JsonNode error) {
    String detail = error.path("detail").asText(error.path("error").asText(""));
    return detail.isEmpty() ? "" : ": " + detail;
  }
}
