package dev.bulwark.password.migrate.row;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines: one object a line, with the names of the CSV columns. {@code api_key_hashes} may also
 * be an array of hashes or of objects {@code {"hash", "name", "scopes": [], "expires_at", "active",
 * "request_count", "last_used_at", "created_at"}}, {@code identities} one of {@code {"provider",
 * "id", "username"}}, {@code roles} and {@code backup_code_hashes} arrays of texts, also inside a
 * text.
 */
final class JsonRowReader implements RowReader {

  private static final ObjectReader OBJECT =
      new ObjectMapper()
          .reader()
          .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Set<String> KEY_FIELDS =
      Set.of(
          "hash",
          "name",
          "scopes",
          "expires_at",
          "active",
          "request_count",
          "last_used_at",
          "created_at");
  private static final Set<String> IDENTITY_FIELDS = Set.of("provider", "id", "username");

  /** As the bundle's own API has it; far later ones have no number of milliseconds. */
  private static final Instant MAX_TIME = Instant.parse("9999-12-31T23:59:59.999Z");

  private final Set<String> ignored;

  JsonRowReader(Set<String> ignored) {
    this.ignored = Set.copyOf(ignored);
  }

  @Override
  public UserRow read(String line) throws RejectedRowException {
    JsonNode row;
    try {
      row = OBJECT.readTree(line);
    } catch (JsonProcessingException e) {
      throw new RejectedRowException(
          "not JSON"
              + (e.getLocation() == null
                  ? ""
                  : ": fault at column " + e.getLocation().getColumnNr()));
    }
    if (!row.isObject()) {
      throw new RejectedRowException("not a JSON object");
    }
    for (Iterator<String> names = row.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!Columns.ALL.contains(name) && !ignored.contains(name)) {
        throw new RejectedRowException("unknown field (leave it out, or --ignore-columns)");
      }
    }
    for (String required : Columns.REQUIRED) {
      if (!row.has(required)) {
        throw new RejectedRowException("field '" + required + "' is missing");
      }
    }
    return new UserRow(
        id(row),
        text(row, Columns.USERNAME),
        text(row, Columns.EMAIL),
        text(row, Columns.PASSWORD_HASH),
        text(row, Columns.LEGACY_LOGIN_NAME),
        text(row, Columns.NAME),
        text(row, Columns.FIRST_NAME),
        text(row, Columns.LAST_NAME),
        flag(row, Columns.ENABLED),
        row.has(Columns.EMAIL_VERIFIED) ? flag(row, Columns.EMAIL_VERIFIED) : null,
        texts(row, Columns.ROLES),
        identities(row.path(Columns.IDENTITIES)),
        text(row, Columns.TOTP_SECRET),
        texts(row, Columns.BACKUP_CODE_HASHES),
        apiKeys(row.path(Columns.API_KEY_HASHES)));
  }

  private static String id(JsonNode row) throws RejectedRowException {
    JsonNode id = row.path(Columns.ID);
    return id.isIntegralNumber() ? id.asText() : text(row, Columns.ID);
  }

  private static String text(JsonNode row, String name) throws RejectedRowException {
    JsonNode value = row.path(name);
    if (value.isTextual()) {
      return value.textValue();
    }
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    throw new RejectedRowException("field '" + name + "' is not a text");
  }

  private static String flag(JsonNode row, String name) throws RejectedRowException {
    return row.path(name).isBoolean() ? row.path(name).toString() : text(row, name);
  }

  private static List<String> texts(JsonNode row, String name) throws RejectedRowException {
    JsonNode value = row.path(name);
    return value.isArray() ? Columns.texts(name, value) : Columns.list(name, text(row, name));
  }

  private static List<Identity> identities(JsonNode value) throws RejectedRowException {
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (value.isTextual()) {
      return Columns.identities(value.textValue());
    }
    if (!value.isArray()) {
      throw new RejectedRowException("identities: neither a text nor an array");
    }
    List<Identity> identities = new ArrayList<>();
    for (JsonNode element : value) {
      for (Iterator<String> names = element.fieldNames(); names.hasNext(); ) {
        if (!IDENTITY_FIELDS.contains(names.next())) {
          throw new RejectedRowException("identities: an element with an unknown field");
        }
      }
      String id = element.path("id").isIntegralNumber() ? element.get("id").asText() : null;
      String username = text(element, "username");
      identities.add(
          new Identity(
              text(element, "provider"),
              id == null ? text(element, "id") : id,
              username.isEmpty() ? null : username));
    }
    return identities;
  }

  private static List<ApiKeyEntry> apiKeys(JsonNode value) throws RejectedRowException {
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (value.isTextual()) {
      return Columns.apiKeys(value.textValue());
    }
    if (!value.isArray()) {
      throw invalidKeys("neither a text nor an array");
    }
    List<ApiKeyEntry> keys = new ArrayList<>();
    for (JsonNode element : value) {
      keys.add(element.isTextual() ? ApiKeyEntry.of(element.textValue()) : apiKey(element));
    }
    return keys;
  }

  private static ApiKeyEntry apiKey(JsonNode key) throws RejectedRowException {
    if (!key.path("hash").isTextual()) {
      throw invalidKeys("an element without a hash");
    }
    for (Iterator<String> names = key.fieldNames(); names.hasNext(); ) {
      String field = names.next();
      if (!KEY_FIELDS.contains(field) && !KeyRestrictions.fields().contains(field)) {
        throw invalidKeys("an element with an unknown field");
      }
    }
    if (!key.path("active").isMissingNode() && !key.path("active").isBoolean()) {
      throw invalidKeys("an element whose 'active' is neither true nor false");
    }
    String name = text(key, "name");
    return new ApiKeyEntry(
        key.get("hash").textValue(),
        name.isEmpty() ? null : name,
        scopes(key.path("scopes")),
        moment(key, "expires_at"),
        key.path("active").asBoolean(true),
        count(key.path("request_count")),
        moment(key, "last_used_at"),
        moment(key, "created_at"),
        KeyRestrictions.read(key));
  }

  private static @Nullable List<String> scopes(JsonNode value) throws RejectedRowException {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    String name = Columns.API_KEY_HASHES + ": scopes";
    return value.isTextual() ? Columns.list(name, value.textValue()) : Columns.texts(name, value);
  }

  private static long count(JsonNode value) throws RejectedRowException {
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    if (!value.canConvertToExactIntegral() || !value.canConvertToLong() || value.asLong() < 0) {
      throw invalidKeys("an element whose 'request_count' is no number from 0 on");
    }
    return value.asLong();
  }

  private static @Nullable Instant moment(JsonNode key, String field) throws RejectedRowException {
    String text = text(key, field);
    try {
      Instant moment = text.isEmpty() ? null : Instant.parse(text);
      if (moment != null && (moment.isBefore(Instant.EPOCH) || moment.isAfter(MAX_TIME))) {
        throw invalidKeys("an element whose '" + field + "' is not within the years 1970 to 9999");
      }
      return moment;
    } catch (DateTimeParseException e) {
      throw invalidKeys("an element whose '" + field + "' is not like 2027-01-31T00:00:00Z");
    }
  }

  private static RejectedRowException invalidKeys(String what) {
    return new RejectedRowException("api_key_hashes: " + what);
  }
}
