package dev.bulwark.password.foreign;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * A password hash as Keycloak stores it: the content of {@code credentialData} and {@code
 * secretData} of a credential of type {@code password}. What each algorithm keeps in it is in
 * docs/migration-formats.md.
 *
 * @param algorithm id of the provider that verifies it
 * @param iterations Keycloak's {@code hashIterations}: passes, iterations, rounds, N, or cost, as
 *     the algorithm has it
 * @param parameters further parameters, public
 * @param value the hash, secret
 * @param salt bytes of the salt, empty where {@code value} contains it
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record StoredHash(
    String algorithm, int iterations, Map<String, String> parameters, String value, byte[] salt) {

  /** The JSON text of {@code credentialData}, with keys in a fixed order. */
  public String credentialData() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("hashIterations", iterations);
    root.put("algorithm", algorithm);
    ObjectNode additional = root.putObject("additionalParameters");
    new TreeMap<>(parameters).forEach((key, text) -> additional.putArray(key).add(text));
    return root.toString();
  }

  /** The JSON text of {@code secretData}. */
  public String secretData() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("value", value);
    root.put("salt", Base64.getEncoder().encodeToString(salt));
    root.putObject("additionalParameters");
    return root.toString();
  }

  /** Free of salt and hash. */
  @Override
  public String toString() {
    return "StoredHash[" + algorithm + ", " + iterations + ", " + new TreeMap<>(parameters) + "]";
  }
}
