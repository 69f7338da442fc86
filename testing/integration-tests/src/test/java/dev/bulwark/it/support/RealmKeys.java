package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The keys of the realms that tests make: two RSA keys, made once, and secrets that Keycloak makes
 * for each realm.
 *
 * <p>A realm that names no keys gets two RSA keys of its own. That takes seconds in a server of the
 * tests, whose virtual machine compiles with its first compiler alone, and was more than half of
 * the processor time of the shared server. The realm that the tests of the import and of the
 * development system use has keys that Keycloak makes.
 */
public final class RealmKeys {

  private static final String TYPE = "org.keycloak.keys.KeyProvider";
  private static final int BITS = 2048;
  private static final String SIGNING = newKey();
  private static final String ENCRYPTION = newKey();

  private RealmKeys() {}

  /**
   * Adds them to a realm.
   *
   * @param realm JSON, without keys of its own
   */
  public static String in(String realm) {
    ObjectNode json = (ObjectNode) Json.parse(realm);
    ArrayNode keys = json.withObject("/components").putArray(TYPE);
    rsa(keys, "rsa", "RS256", SIGNING);
    rsa(keys, "rsa-enc", "RSA-OAEP", ENCRYPTION);
    add(keys, "hmac-generated").putArray("algorithm").add("HS512");
    add(keys, "aes-generated");
    return json.toString();
  }

  private static void rsa(ArrayNode keys, String provider, String algorithm, String key) {
    ObjectNode config = add(keys, provider);
    config.putArray("algorithm").add(algorithm);
    config.putArray("privateKey").add(key);
  }

  private static ObjectNode add(ArrayNode keys, String provider) {
    ObjectNode config =
        keys.addObject().put("name", provider).put("providerId", provider).putObject("config");
    config.putArray("priority").add("100");
    return config;
  }

  private static String newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      return Base64.getEncoder()
          .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
