package dev.bulwark.apikey.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.bulwark.http.command.CommandException;
import dev.bulwark.http.command.KeycloakClient;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The admin REST of this module. Not for use by several threads. */
final class AdminConnection {

  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private final KeycloakClient client;
  private final String path;

  AdminConnection(KeycloakClient client, String realm) {
    this.client = client;
    this.path = "/admin/realms/" + KeycloakClient.encode(realm) + "/api-keys/";
  }

  /**
   * Sends a request and gives its JSON answer.
   *
   * @param resource below {@code api-keys/}
   * @param type media type of the body
   * @throws CommandException when the server rejects the request
   */
  JsonNode post(String resource, String type, String body) throws IOException {
    HttpResponse<String> answer = client.post(path + resource, type, body, TIMEOUT);
    if (answer.statusCode() != 200) {
      JsonNode error = error(answer.body());
      throw new CommandException(
          "the server has answered " + answer.statusCode() + detail(error), error);
    }
    return client.json(answer.body());
  }

  /** A proxy may answer with a page. */
  private JsonNode error(String body) {
    try {
      return client.json(body);
    } catch (CommandException e) {
      return MissingNode.getInstance();
    }
  }

  private static String detail(JsonNode error) {
    String detail = error.path("detail").asText(error.path("error").asText(""));
    return detail.isEmpty() ? "" : ": " + detail;
  }
}
