package dev.bulwark.realm.parts;

import dev.bulwark.http.command.KeycloakClient;
import dev.bulwark.http.command.ServerOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The server, the client that changes realms, and whether it does. */
final class AdminOptions extends ServerOptions {

  @Option(
      names = "--client-id",
      paramLabel = "ID",
      description =
          "Client whose service account has the role realm-admin of the realm, or admin of master"
              + " for all realms; its secret is in "
              + SECRET
              + ". Or an access token is in "
              + TOKEN
              + ".")
  private @Nullable String clientId;

  @Option(names = "--dry-run", description = "Prints each change and makes none.")
  private boolean dryRun;

  boolean isDryRun() {
    return dryRun;
  }

  /** Prepares calls; the client is of the realm unless {@code --auth-realm} says otherwise. */
  KeycloakClient connect(String realm) {
    return connect(realm, clientId, System.getenv());
  }
}
