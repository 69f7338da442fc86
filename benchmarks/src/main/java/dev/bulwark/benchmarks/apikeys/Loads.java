package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.apikeys.KeyLoad.Request;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The loads that more than one measurement puts on a server. */
final class Loads {

  private Loads() {}

  /** Verification of all keys in use. */
  static KeyLoad verify(Plan plan, KeyServer server) throws IOException {
    return new KeyLoad(
        plan,
        server,
        "verify",
        server.keys().stream().map(key -> Request.verify(key, Map.of())).toList());
  }

  /** Keycloak's own introspection of a token. */
  static KeyLoad introspection(Plan plan, KeyServer server, String name, Map<String, String> grant)
      throws IOException, InterruptedException {
    String token = server.token(grant);
    if (!server.isActive(token)) {
      throw new IOException("introspection does not answer for the token");
    }
    return new KeyLoad(
        plan,
        server,
        name,
        List.of(
            Request.form("token/introspect", KeyRealm.GATEWAY, Map.of("token", token), Map.of())));
  }
}
