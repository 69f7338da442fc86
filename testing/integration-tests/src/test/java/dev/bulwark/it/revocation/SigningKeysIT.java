package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1: a signing key that verifies no longer takes its tokens with it, whatever grant issued them.
 * Disabling the key is what docs/secrets.md asks for after a leak.
 */
@Tag("slow")
class SigningKeysIT {

  private static final TestStack STACK = TestStack.get();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RevokedKeys keys = new RevokedKeys(STACK.redis().url());
  private PathRealm realm;
  private Deaths deaths;
  private String oldKey;
  private Response[] old;
  private Response[] fresh;

  /** Tokens of six kinds that the old key signs, and the same kinds of the key that follows it. */
  @BeforeEach
  void rotate() {
    realm = PathRealm.create(STACK.url(), STACK.admin(), "signing-keys");
    deaths = new Deaths(realm, keys);
    realm.addAudience("cli", "other");
    oldKey = activeKey();
    old = tokens();
    addKey();
    fresh = tokens();
  }

  @AfterEach
  void close() {
    keys.close();
    realm.delete();
  }

  @Test
  void disabledKey() {
    configure("enabled", "false");
    deaths.assertDead(old);
    deaths.assertAlive(fresh);
    configure("enabled", "true");
    deaths.assertAlive(fresh);
  }

  @Test
  void deletedKey() {
    realm.admin().delete(realm.path("/components/" + oldKey)).expect(204);
    deaths.assertDead(old);
    deaths.assertAlive(fresh);
  }

  @Test
  void keyOfAnotherAlgorithm() {
    configure("algorithm", "RS512");
    deaths.assertDead(old);
    deaths.assertAlive(fresh);
  }

  @Test
  void passiveKey() {
    configure("active", "false");
    deaths.assertAlive(old);
    deaths.assertAlive(fresh);
  }

  private Response[] tokens() {
    Response login = realm.login("ann");
    return new Response[] {
      login,
      realm.refresh(realm.login("ben")),
      realm.login("cli", "ben", "openid offline_access"),
      realm.exchange("other", login.text("access_token")).expect(200),
      realm.service(),
      realm.serviceOf("light"),
      realm.browserLogin(realm.browser(), "cli", "cyn")
    };
  }

  private String activeKey() {
    JsonNode all = realm.admin().get(realm.path("/keys")).expect(200).json();
    String kid = all.get("active").get("RS256").asText();
    for (JsonNode key : all.get("keys")) {
      if (key.get("kid").asText().equals(kid)) {
        return key.get("providerId").asText();
      }
    }
    throw new AssertionError(all.toString());
  }

  private void addKey() {
    realm
        .admin()
        .post(
            realm.path("/components"),
            Json.of(
                Map.of(
                    "name",
                    "next",
                    "providerId",
                    "rsa-generated",
                    "providerType",
                    "org.keycloak.keys.KeyProvider",
                    "config",
                    Map.of(
                        "priority", List.of("200"),
                        "algorithm", List.of("RS256"),
                        "keySize", List.of("2048")))))
        .expect(201);
  }

  private void configure(String option, String value) {
    String path = realm.path("/components/" + oldKey);
    ObjectNode component = (ObjectNode) realm.admin().get(path).expect(200).json();
    component.withObject("/config").set(option, JSON.valueToTree(List.of(value)));
    realm.admin().put(path, component.toString()).expect(204);
  }
}
