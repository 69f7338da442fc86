package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * The client of docs/fapi-2.md, with the policy that its files set.
 *
 * @param representation as it was sent to Keycloak
 * @param path of the client in the Admin API
 */
public record FapiClient(ObjectNode representation, String path) {

  public static final String ID = "fapi-app";
  public static final String CALLBACK = "https://app.example.org/callback";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FILES = Path.of("..", "..", "docs", "fapi-2");

  /**
   * Sets the policies, and creates the client.
   *
   * @param key signs its assertions
   */
  public static FapiClient create(AdminApi admin, SigningKey key)
      throws IOException, GeneralSecurityException {
    admin
        .put(
            "/realms/app/client-policies/policies",
            Files.readString(FILES.resolve("policies.json")))
        .expect(204);
    admin.post("/realms/app/clients", Files.readString(FILES.resolve("client.json"))).expect(201);
    return withKey(admin, key);
  }

  /**
   * Gives the client, which exists, the key.
   *
   * @param key signs its assertions
   */
  public static FapiClient withKey(AdminApi admin, SigningKey key)
      throws IOException, GeneralSecurityException {
    ObjectNode jwk = key.jwk().put("kid", key.thumbprint()).put("alg", "ES256").put("use", "sig");
    ObjectNode jwks = JSON.createObjectNode();
    jwks.putArray("keys").add(jwk);
    ObjectNode client = (ObjectNode) JSON.readTree(Files.readString(FILES.resolve("client.json")));
    // The application has no address that the server could ask.
    ((ObjectNode) client.get("attributes"))
        .put("use.jwks.url", "false")
        .put("use.jwks.string", "true")
        .put("jwks.string", jwks.toString())
        .remove("jwks.url");
    String path = "/realms/app/clients/" + admin.clientUuid(ID);
    admin.put(path, client.toString()).expect(204);
    return new FapiClient(client, path);
  }
}
