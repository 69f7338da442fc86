package dev.bulwark.benchmarks.apikeys;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.benchmarks.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The realm of this suite: a gateway, a service, one scope, one user that others are copied of. */
public final class KeyRealm {

  public static final String NAME = "bench-keys";
  static final String GATEWAY = "bench-gateway";
  static final String SERVICE = "bench-service";
  static final String SECRET = "bench-secret";
  public static final String SCOPE = "bench:read";
  public static final String USER = "owner";
  public static final String PASSWORD = "correct-dev-battery";

  private static final ObjectMapper JSON = new ObjectMapper();

  private KeyRealm() {}

  /** Writes the file for {@code --import-realm}. */
  static Path write(Plan plan) throws IOException {
    ObjectNode realm = JSON.createObjectNode();
    realm.put("realm", NAME).put("enabled", true).put("bruteForceProtected", true);
    realm.put("sslRequired", "none").put("accessTokenLifespan", 3600);
    realm.put("ssoSessionIdleTimeout", 36_000).put("eventsEnabled", true);
    realm.put("passwordPolicy", "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)");
    ObjectNode scope = realm.putArray("clientScopes").addObject();
    scope.put("name", SCOPE).put("protocol", "openid-connect");
    scope.putObject("attributes").put("include.in.token.scope", "true");
    ArrayNode clients = realm.putArray("clients");
    ObjectNode gateway = confidential(clients, GATEWAY);
    gateway.putObject("attributes").put("api-key.verify", "true");
    ObjectNode service = confidential(clients, SERVICE);
    service.put("serviceAccountsEnabled", true).put("directAccessGrantsEnabled", true);
    service.putArray("optionalClientScopes").add(SCOPE);
    // Introspection answers for those in the audience.
    ObjectNode mapper = service.putArray("protocolMappers").addObject();
    mapper.put("name", "for the gateway").put("protocol", "openid-connect");
    mapper.put("protocolMapper", "oidc-audience-mapper");
    mapper.set(
        "config",
        JSON.valueToTree(
            Map.of(
                "included.client.audience", GATEWAY,
                "access.token.claim", "true",
                "introspection.token.claim", "true")));
    ObjectNode user = realm.putArray("users").addObject();
    user.put("username", USER).put("enabled", true).put("email", "owner@example.org");
    user.put("emailVerified", true).put("firstName", "Bench").put("lastName", "Owner");
    user.putArray("credentials").addObject().put("type", "password").put("value", PASSWORD);
    return Files.writeString(
        plan.folder("realms").resolve(NAME + "-realm.json"), JSON.writeValueAsString(realm));
  }

  private static ObjectNode confidential(ArrayNode clients, String id) {
    ObjectNode client = clients.addObject();
    client.put("clientId", id).put("secret", SECRET).put("enabled", true);
    client.put("standardFlowEnabled", false);
    // Without roles and profile: what is compared is not the size of a token.
    client.set("defaultClientScopes", JSON.valueToTree(List.of("basic", "acr")));
    return client;
  }
}
