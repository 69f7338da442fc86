package dev.bulwark.realm.parts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.bulwark.http.command.CommandException;
import dev.bulwark.http.command.KeycloakClient;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keycloak's Admin REST of one realm. Not for use by several threads. */
final class RealmAdmin {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final KeycloakClient client;
  private final String realm;

  RealmAdmin(KeycloakClient client, String realm) {
    this.client = client;
    this.realm = realm;
  }

  String realm() {
    return realm;
  }

  /**
   * Reads.
   *
   * @param path below the realm: empty, or with a slash at its beginning
   * @throws CommandException if the server rejects it
   */
  JsonNode get(String path) throws IOException {
    return call("GET", path, null);
  }

  void put(String path, JsonNode body) throws IOException {
    call("PUT", path, body);
  }

  void post(String path, JsonNode body) throws IOException {
    call("POST", path, body);
  }

  void delete(String path) throws IOException {
    call("DELETE", path, null);
  }

  private JsonNode call(String method, String path, @Nullable JsonNode body) throws IOException {
    String all = "/admin/realms/" + KeycloakClient.encode(realm) + path;
    return call(client, method, all, body);
  }

  /**
   * Calls any resource.
   *
   * @throws CommandException if the server rejects it
   */
  static JsonNode call(KeycloakClient client, String method, String path, @Nullable JsonNode body)
      throws IOException {
    HttpResponse<String> answer =
        client.call(method, path, body == null ? null : body.toString(), TIMEOUT);
    int status = answer.statusCode();
    if (status / 100 == 2) {
      return answer.body().isEmpty() ? MissingNode.getInstance() : client.json(answer.body());
    }
    throw new CommandException(
        switch (status) {
          case 401 -> "the server rejects the access token (401)";
          case 403 -> "the access token may not " + method + " " + path + " (403)";
          case 404 -> "the server has no " + path + " (404)";
          default -> method + " " + path + " failed with status " + status + ": " + answer.body();
        });
  }
}
