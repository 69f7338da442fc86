package dev.bulwark.http.command;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that name a server, and the client that calls it. Secrets come from the environment
 * only. A command adds {@code --realm} and {@code --client-id}, with the roles that it needs.
 */
public abstract class ServerOptions {

  /** The variable with an access token. */
  protected static final String TOKEN = "BULWARK_TOKEN";

  /** The variable with the secret of the client. */
  protected static final String SECRET = "BULWARK_CLIENT_SECRET";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "Base URL of Keycloak, for example https://sso.example.org.")
  private @Nullable URI server;

  @Option(
      names = "--auth-realm",
      paramLabel = "NAME",
      description = "Realm of the client (default: the realm that the command works on).")
  private @Nullable String authRealm;

  /** Has no values yet. */
  protected ServerOptions() {}

  /**
   * Prepares calls of the server.
   *
   * @param realm that the command works on
   * @param clientId null if the operator named none
   * @param environment has the secrets
   * @throws CommandException if the options or the secrets are not enough
   */
  protected final KeycloakClient connect(
      String realm, @Nullable String clientId, Map<String, String> environment) {
    String base = base(server);
    String token = environment.getOrDefault(TOKEN, "").trim();
    if (!token.isEmpty()) {
      return KeycloakClient.withToken(base, token);
    }
    String secret = environment.getOrDefault(SECRET, "");
    if (clientId == null || secret.isBlank()) {
      throw new CommandException(
          "set " + TOKEN + ", or --client-id and the environment variable " + SECRET);
    }
    String of = authRealm == null ? realm : authRealm;
    return KeycloakClient.withSecret(base, of, clientId, secret);
  }

  private static String base(@Nullable URI server) {
    if (server == null
        || server.getHost() == null
        || !String.valueOf(server.getScheme()).matches("https?")) {
      throw new CommandException("--server must be the base URL of Keycloak, with https");
    }
    if (server.getScheme().equals("http") && !isThisMachine(server.getHost())) {
      throw new CommandException(
          "--server must be https: everybody on the network path could read the token");
    }
    return server.toString().replaceAll("/+$", "");
  }

  private static boolean isThisMachine(String host) {
    try {
      return host.equals("localhost")
          || (host.matches("[0-9.]+|\\[.*]") && InetAddress.getByName(host).isLoopbackAddress());
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
