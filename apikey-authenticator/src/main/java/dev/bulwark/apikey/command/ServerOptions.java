package dev.bulwark.apikey.command;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the server is and as whom to speak to it. Secrets come from the environment only. */
final class ServerOptions {

  static final String TOKEN = "BULWARK_TOKEN";
  static final String SECRET = "BULWARK_CLIENT_SECRET";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "Base URL of Keycloak, for example https://sso.example.org.")
  private @Nullable URI server;

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

  @Option(
      names = "--auth-realm",
      paramLabel = "NAME",
      description = "Realm of that client (default: that of --realm).")
  private @Nullable String authRealm;

  AdminConnection connect(Map<String, String> environment) {
    URI url = server;
    if (url == null
        || url.getHost() == null
        || !String.valueOf(url.getScheme()).matches("https?")) {
      throw new CommandException("--server must be the base URL of Keycloak, with https");
    }
    if (url.getScheme().equals("http") && !isThisMachine(url.getHost())) {
      throw new CommandException("--server must be https: the token would be readable on its way");
    }
    String token = environment.get(TOKEN);
    String base = url.toString().replaceAll("/+$", "");
    if (token != null && !token.isBlank()) {
      return new AdminConnection(base, realm, Login.withToken(token.trim()));
    }
    String secret = environment.get(SECRET);
    if (clientId == null || secret == null || secret.isBlank()) {
      throw new CommandException(
          "either " + TOKEN + ", or --client-id and " + SECRET + " in the environment is needed");
    }
    String of = authRealm == null ? realm : authRealm;
    return new AdminConnection(base, realm, Login.withSecret(base, of, clientId, secret));
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
