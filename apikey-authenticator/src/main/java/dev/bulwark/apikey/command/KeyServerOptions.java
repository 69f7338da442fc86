package dev.bulwark.apikey.command;

import dev.bulwark.http.command.ServerOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The server, and the client that works on the keys of a realm. */
final class KeyServerOptions extends ServerOptions {

  @Option(
      names = "--realm",
      paramLabel = "NAME",
      description = "Realm whose keys it is about (default: ${DEFAULT-VALUE}).")
  private String realm = "app";

  @Option(
      names = "--client-id",
      paramLabel = "ID",
      description = {
        "Client whose service account has manage-users and, for keys of clients, manage-clients;",
        "its secret is in " + SECRET + ". Or a bearer token is in " + TOKEN + "."
      })
  private @Nullable String clientId;

  AdminConnection connect(Map<String, String> environment) {
    return new AdminConnection(connect(realm, clientId, environment), realm);
  }
}
