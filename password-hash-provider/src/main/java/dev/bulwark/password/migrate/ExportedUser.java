package dev.bulwark.password.migrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.password.foreign.ImportedCode;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.text.HashText;
import dev.bulwark.password.migrate.row.Base32;
import dev.bulwark.password.migrate.row.Columns;
import dev.bulwark.password.migrate.row.KeyRestrictions;
import dev.bulwark.password.migrate.row.RejectedRowException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns a user of Keycloak's export into a line with the names of {@link Columns}: what {@link
 * JsonRowReader} reads, and what another application can take.
 *
 * @param row the line
 * @param left what could not be written, and why; free of secrets
 */
record ExportedUser(ObjectNode row, List<String> left) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DEFAULT_ROLES = "default-roles-";

  /**
   * Converts a user. Of several passwords, apps or sets of codes, Keycloak asks for the first one
   * by itself, and the line has place for one.
   *
   * @param user Keycloak's {@code UserRepresentation}, with credentials
   */
  static ExportedUser of(JsonNode user) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put(Columns.ID, user.path("id").asText());
    row.put(Columns.USERNAME, user.path("username").asText());
    row.put(Columns.EMAIL, user.path("email").asText(""));
    row.put(Columns.EMAIL_VERIFIED, user.path("emailVerified").asBoolean());
    row.put(Columns.FIRST_NAME, user.path("firstName").asText(""));
    row.put(Columns.LAST_NAME, user.path("lastName").asText(""));
    row.put(Columns.ENABLED, user.path("enabled").asBoolean());
    row.put(Columns.PASSWORD_HASH, "");
    ArrayNode roles = row.putArray(Columns.ROLES);
    for (JsonNode role : user.path("realmRoles")) {
      if (!role.asText().startsWith(DEFAULT_ROLES)) {
        roles.add(role.asText());
      }
    }
    ArrayNode identities = row.putArray(Columns.IDENTITIES);
    for (JsonNode identity : user.path("federatedIdentities")) {
      ObjectNode account = identities.addObject();
      account.put("provider", identity.path("identityProvider").asText());
      account.put("id", identity.path("userId").asText());
      account.put("username", identity.path("userName").asText(""));
    }
    List<String> left = new ArrayList<>();
    Set<String> types = new HashSet<>();
    for (JsonNode credential : user.path("credentials")) {
      try {
        add(row, credential, types.add(credential.path("type").asText()));
      } catch (RejectedRowException e) {
        left.add(String.valueOf(e.getMessage()));
      }
    }
    return new ExportedUser(row, List.copyOf(left));
  }

  /**
   * Adds a credential.
   *
   * @param first of its type, whether or not it could be written
   */
  private static void add(ObjectNode row, JsonNode credential, boolean first)
      throws RejectedRowException {
    String type = credential.path("type").asText();
    JsonNode data = json(credential, "credentialData");
    JsonNode secret = json(credential, "secretData");
    switch (type) {
      case "password" -> addPassword(row, data, secret, first);
      case "otp" -> addTotp(row, data, secret);
      case "recovery-authn-codes" -> addCodes(row, secret);
      case "api-key" -> addKey(row.withArray(Columns.API_KEY_HASHES), credential, data, secret);
      default ->
          throw new RejectedRowException(
              "a credential of type '" + type + "', which only Keycloak can verify");
    }
  }

  private static JsonNode json(JsonNode credential, String field) throws RejectedRowException {
    try {
      return JSON.readTree(credential.path(field).asText("{}"));
    } catch (JsonProcessingException e) {
      throw new RejectedRowException(field + " is not JSON");
    }
  }

  private static void addPassword(ObjectNode row, JsonNode data, JsonNode secret, boolean first)
      throws RejectedRowException {
    if (!first) {
      throw new RejectedRowException("a second password");
    }
    row.put(Columns.PASSWORD_HASH, password(data, secret));
    String login =
        data.path("additionalParameters").path(PasswordAlgorithms.LOGIN_NAME).path(0).asText();
    if (!login.isEmpty() && !login.equals(row.path(Columns.USERNAME).asText())) {
      // Keycloak's own name for the user is another one, at least in lower case.
      row.put(Columns.LEGACY_LOGIN_NAME, login);
    }
    JsonNode form = data.path("additionalParameters").path(PasswordForm.PARAMETER);
    if (!form.isMissingNode()) {
      throw new RejectedRowException(
          "password: its hash is of the form %s of the password, which the line cannot tell"
              .formatted(form.path(0).asText()));
    }
  }

  private static String password(JsonNode data, JsonNode secret) throws RejectedRowException {
    if (data.path("algorithm").asText().equals(PasswordAlgorithms.LEGACY_LOGIN)) {
      return PasswordAlgorithms.LEGACY_LOGIN;
    }
    Map<String, String> parameters = new TreeMap<>();
    JsonNode additional = data.path("additionalParameters");
    for (Iterator<String> names = additional.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      parameters.put(name, additional.get(name).path(0).asText());
    }
    try {
      return HashText.of(
          new StoredHash(
              data.path("algorithm").asText(),
              data.path("hashIterations").asInt(),
              parameters,
              secret.path("value").asText(),
              Base64.getDecoder().decode(secret.path("salt").asText(""))));
    } catch (UnusableHashException e) {
      throw new RejectedRowException("password: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new RejectedRowException("password: its salt is malformed");
    }
  }

  private static void addTotp(ObjectNode row, JsonNode data, JsonNode secret)
      throws RejectedRowException {
    if (!data.path("subType").asText().equals("totp")
        || data.path("digits").asInt() != 6
        || data.path("period").asInt() != 30
        || !data.path("algorithm").asText().equals("HmacSHA1")) {
      throw new RejectedRowException("otp: not TOTP with SHA-1, 6 digits and 30 seconds");
    }
    if (row.has(Columns.TOTP_SECRET)) {
      throw new RejectedRowException("otp: a second authenticator app");
    }
    String value = secret.path("value").asText();
    row.put(
        Columns.TOTP_SECRET,
        data.path("secretEncoding").asText().equals("BASE32") ? value : Base32.encode(value));
  }

  /** Those that came from another application; Keycloak's own are hashed in its own way. */
  private static void addCodes(ObjectNode row, JsonNode secret) throws RejectedRowException {
    ArrayNode hashes = JsonNodeFactory.instance.arrayNode();
    for (JsonNode code : secret.path("codes")) {
      String stored = code.path("encodedHashedValue").asText();
      if (ImportedCode.is(stored)) {
        hashes.add(stored.substring(ImportedCode.PREFIX.length()));
      }
    }
    if (hashes.isEmpty()) {
      throw new RejectedRowException("recovery codes, which only Keycloak can verify");
    }
    if (row.has(Columns.BACKUP_CODE_HASHES)) {
      throw new RejectedRowException("a second set of recovery codes");
    }
    row.set(Columns.BACKUP_CODE_HASHES, hashes);
  }

  private static void addKey(ArrayNode keys, JsonNode credential, JsonNode data, JsonNode secret) {
    ObjectNode key = keys.addObject();
    key.put("hash", secret.path("hash").asText());
    key.put("name", data.path("name").asText(""));
    key.set("scopes", data.path("scopes").isArray() ? data.get("scopes") : keys.arrayNode());
    key.put("active", data.path("active").asBoolean(true));
    putMoment(key, "expires_at", data.path("expiresAt"));
    putMoment(key, "created_at", credential.path("createdDate"));
    KeyRestrictions.write(data, key);
  }

  private static void putMoment(ObjectNode key, String name, JsonNode millis) {
    if (millis.isNumber()) {
      key.put(name, Instant.ofEpochMilli(millis.asLong()).toString());
    } else if (millis.isTextual()) {
      key.put(name, millis.asText());
    }
  }
}
