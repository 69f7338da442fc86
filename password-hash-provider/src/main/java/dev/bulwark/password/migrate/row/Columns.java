package dev.bulwark.password.migrate.row;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The names of CSV columns and of fields of a JSON line. */
public final class Columns {

  public static final String ID = "id";
  public static final String USERNAME = "username";
  public static final String EMAIL = "email";
  public static final String PASSWORD_HASH = "password_hash";
  public static final String LEGACY_LOGIN_NAME = "legacy_login_name";
  public static final String NAME = "name";
  public static final String FIRST_NAME = "first_name";
  public static final String LAST_NAME = "last_name";
  public static final String ENABLED = "enabled";
  public static final String EMAIL_VERIFIED = "email_verified";
  public static final String ROLES = "roles";
  public static final String IDENTITIES = "identities";
  public static final String TOTP_SECRET = "totp_secret";
  public static final String BACKUP_CODE_HASHES = "backup_code_hashes";
  public static final String API_KEY_HASHES = "api_key_hashes";

  static final List<String> REQUIRED = List.of(USERNAME, EMAIL, PASSWORD_HASH);
  static final Set<String> ALL =
      Set.of(
          ID,
          USERNAME,
          EMAIL,
          PASSWORD_HASH,
          LEGACY_LOGIN_NAME,
          NAME,
          FIRST_NAME,
          LAST_NAME,
          ENABLED,
          EMAIL_VERIFIED,
          ROLES,
          IDENTITIES,
          TOTP_SECRET,
          BACKUP_CODE_HASHES,
          API_KEY_HASHES);

  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Columns() {}

  /**
   * Several values in one text: apart by blanks, commas, semicolons or bars, or a JSON array, which
   * many applications keep in a column of text.
   *
   * @throws RejectedRowException where a text that begins as an array is none of texts
   */
  static List<String> list(String name, String text) throws RejectedRowException {
    String trimmed = text.strip();
    if (trimmed.startsWith("[")) {
      try {
        return texts(name, JSON.readTree(trimmed));
      } catch (JsonProcessingException e) {
        throw new RejectedRowException(name + ": begins with [ and is no JSON array");
      }
    }
    return trimmed.isEmpty() ? List.of() : Arrays.asList(trimmed.split("[\\s,;|]+"));
  }

  /**
   * The elements of an array.
   *
   * @throws RejectedRowException where it is none, or not of texts
   */
  static List<String> texts(String name, JsonNode array) throws RejectedRowException {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array) {
      if (element.isTextual()) {
        texts.add(element.textValue());
      }
    }
    if (!array.isArray() || texts.size() != array.size()) {
      throw new RejectedRowException(name + ": not an array of texts");
    }
    return texts;
  }

  /** Several hashes in one text, as {@link #list}. */
  public static List<ApiKeyEntry> apiKeys(String text) throws RejectedRowException {
    return list(API_KEY_HASHES, text).stream().map(ApiKeyEntry::of).toList();
  }

  /**
   * Several accounts at providers in one text, {@code google:1234 github:99}.
   *
   * @throws RejectedRowException where one has no colon
   */
  public static List<Identity> identities(String text) throws RejectedRowException {
    List<String> texts = list(IDENTITIES, text);
    for (String identity : texts) {
      if (identity.indexOf(':') < 0) {
        throw new RejectedRowException("identities: not like google:1234");
      }
    }
    return texts.stream()
        .map(
            identity -> {
              int colon = identity.indexOf(':');
              return new Identity(
                  identity.substring(0, colon), identity.substring(colon + 1), null);
            })
        .toList();
  }
}
