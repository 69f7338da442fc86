package dev.bulwark.password.migrate.row;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CSV as RFC 4180 has it, except that a field cannot contain a line break: so one unclosed quote
 * costs one row and not the rest of the file.
 */
public final class CsvRowReader implements RowReader {

  private static final ObjectReader LINE =
      new CsvMapper().readerFor(String[].class).without(CsvParser.Feature.ALLOW_TRAILING_COMMA);

  private final Map<String, Integer> positions = new HashMap<>();
  private final int width;

  CsvRowReader(String header, Set<String> ignored) throws MigrationException {
    List<String> names;
    try {
      names = fields(header);
    } catch (RejectedRowException e) {
      throw new MigrationException("line 1: " + e.getMessage());
    }
    width = names.size();
    for (int i = 0; i < width; i++) {
      String name = names.get(i).strip();
      if (ignored.contains(name)) {
        continue;
      }
      if (!Columns.ALL.contains(name)) {
        throw new MigrationException(
            "line 1: unknown column '" + printable(name) + "' (leave it out, or --ignore-columns)");
      }
      if (positions.put(name, i) != null) {
        throw new MigrationException("line 1: column '" + name + "' is there twice");
      }
    }
    for (String required : Columns.REQUIRED) {
      if (!positions.containsKey(required)) {
        throw new MigrationException("line 1: column '" + required + "' is missing");
      }
    }
  }

  @Override
  public UserRow read(String line) throws RejectedRowException {
    List<String> fields = fields(line);
    if (fields.size() != width) {
      throw new RejectedRowException(
          fields.size()
              + " fields, the header has "
              + width
              + (line.contains("$argon2") ? " (an Argon2 hash has commas: it needs quotes)" : ""));
    }
    return new UserRow(
        field(fields, Columns.ID),
        field(fields, Columns.USERNAME),
        field(fields, Columns.EMAIL),
        field(fields, Columns.PASSWORD_HASH),
        field(fields, Columns.LEGACY_LOGIN_NAME),
        field(fields, Columns.NAME),
        field(fields, Columns.FIRST_NAME),
        field(fields, Columns.LAST_NAME),
        field(fields, Columns.ENABLED),
        positions.containsKey(Columns.EMAIL_VERIFIED)
            ? field(fields, Columns.EMAIL_VERIFIED)
            : null,
        Columns.list(Columns.ROLES, field(fields, Columns.ROLES)),
        Columns.identities(field(fields, Columns.IDENTITIES)),
        field(fields, Columns.TOTP_SECRET),
        Columns.list(Columns.BACKUP_CODE_HASHES, field(fields, Columns.BACKUP_CODE_HASHES)),
        Columns.apiKeys(field(fields, Columns.API_KEY_HASHES)));
  }

  private String field(List<String> fields, String name) {
    Integer position = positions.get(name);
    return position == null ? "" : fields.get(position);
  }

  private static List<String> fields(String line) throws RejectedRowException {
    // To the parser it would end the row, and the rest would be dropped.
    if (line.indexOf('\r') >= 0) {
      throw new RejectedRowException("not CSV: a carriage return that does not end the line");
    }
    // The parser would drop blanks and control characters there.
    if (hasTextAfterQuote(line)) {
      throw new RejectedRowException("not CSV: something follows a closing quote");
    }
    try {
      String[] fields = LINE.readValue(line);
      return List.of(fields);
    } catch (JsonProcessingException e) {
      // Jackson's message may quote the input, which may hold a hash.
      boolean unclosed = e.getOriginalMessage().startsWith("Missing closing quote");
      throw new RejectedRowException(
          unclosed
              ? "not CSV: a quoted field is not closed on its line"
              : "not CSV: fault at column " + e.getLocation().getColumnNr());
    }
  }

  private static boolean hasTextAfterQuote(String line) {
    boolean quoted = false;
    boolean closed = false;
    boolean atStart = true;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && (quoted || closed || atStart)) {
        // A quote right after a closing one is an escaped quote: the field goes on.
        closed = quoted;
        quoted = !quoted;
        atStart = false;
      } else if (!quoted && c == ',') {
        closed = false;
        atStart = true;
      } else if (closed) {
        return true;
      } else {
        atStart = false;
      }
    }
    return false;
  }

  private static String printable(String name) {
    String shown = name.length() > 40 ? name.substring(0, 40) + "…" : name;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
