package dev.bulwark.realm.diff;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The server, and the client that reads the realm. Secrets come from the environment only. */
final class ServerOptions {

  static final String TOKEN = "BULWARK_TOKEN";
  static final String SECRET = "BULWARK_CLIENT_SECRET";

  @Option(
      names = "--server",
      required = true,
      paramLabel = "URL",
      description = "Base URL of Keycloak, for example https://sso.example.org.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private URI server;

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

  @Option(
      names = "--auth-realm",
      paramLabel = "NAME",
      description = "Realm of that client (default: the compared realm).")
  private @Nullable String authRealm;

  Optional<String> realm() {
    return Optional.ofNullable(realm);
  }

  LiveRealm connect(String name, Map<String, String> environment) {
    if (server.getHost() == null || !String.valueOf(server.getScheme()).matches("https?")) {
      throw new CommandException("--server must be the base URL of Keycloak, with https");
    }
    if (server.getScheme().equals("http") && !isThisMachine(server.getHost())) {
      throw new CommandException(
          "--server must be https: everybody on the network path could read the token");
    }
    String base = server.toString().replaceAll("/+$", "");
    String token = environment.getOrDefault(TOKEN, "").trim();
    if (!token.isEmpty()) {
      return LiveRealm.withToken(base, name, token);
    }
    String secret = environment.getOrDefault(SECRET, "");
    if (clientId == null || secret.isBlank()) {
      throw new CommandException(
          "set " + TOKEN + ", or --client-id and the environment variable " + SECRET);
    }
    return LiveRealm.withClient(base, name, authRealm == null ? name : authRealm, clientId, secret);
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]+){3}");
  }
}
