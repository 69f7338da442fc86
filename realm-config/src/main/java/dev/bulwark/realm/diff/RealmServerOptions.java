package dev.bulwark.realm.diff;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.http.command.CommandException;
import dev.bulwark.http.command.KeycloakClient;
import dev.bulwark.http.command.ServerOptions;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The server, and the client that reads the realm. */
final class RealmServerOptions extends ServerOptions {

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Option(
      names = "--realm",
      paramLabel = "NAME",
      description = "The realm (default: the one that the file names).")
  private @Nullable String realm;

  @Option(
      names = "--client-id",
      paramLabel = "ID",
      description = {
        "Client whose service account has the roles manage-realm, view-clients and query-groups",
        "of the realm; its secret is in " + SECRET + ". Or an access token is in " + TOKEN + "."
      })
  private @Nullable String clientId;

  Optional<String> realm() {
    return Optional.ofNullable(realm);
  }

  /**
   * Reads the realm by Keycloak's partial export, in which secrets are masked.
   *
   * @throws CommandException if the server cannot be reached, or rejects the request
   */
  JsonNode export(String name, Map<String, String> environment) throws IOException {
    KeycloakClient client = connect(name, clientId, environment);
    HttpResponse<String> answer =
        client.post(
            "/admin/realms/"
                + KeycloakClient.encode(name)
                + "/partial-export?exportClients=true&exportGroupsAndRoles=true",
            "application/json",
            "",
            TIMEOUT);
    return switch (answer.statusCode()) {
      case 200 -> client.json(answer.body());
      case 401 -> throw new CommandException("the server rejects the access token (401)");
      case 403 ->
          throw new CommandException(
              "the access token may not export realm "
                  + name
                  + " (403). It needs manage-realm, view-clients and query-groups");
      case 404 -> throw new CommandException("the server has no realm " + name + " (404)");
      default -> throw new CommandException("the export failed with status " + answer.statusCode());
    };
  }
}
