package dev.bulwark.events.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.events.record.EventRecord;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;

/** Writes events as JSON on one line. Thread-safe. */
public final class EventJson {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final char LINE_SEPARATOR = '\u2028';
  private static final char PARAGRAPH_SEPARATOR = '\u2029';

  /** Stands for half of a character, which is no text. */
  private static final char REPLACEMENT = '\ufffd';

  private EventJson() {}

  /** Returns the fields of the Elastic Common Schema, without a line break. */
  public static String line(EventRecord event) {
    return text(EcsFields.of(event));
  }

  /**
   * Returns the event in an envelope of CloudEvents 1.0, structured mode ({@code
   * application/cloudevents+json}).
   */
  public static String cloudEvent(EventRecord event) {
    return text(
        new Fields()
            .with("specversion", "1.0")
            .with("id", event.id())
            .with("source", source(event.realm()))
            .with("type", "org.keycloak." + (event.admin() ? "admin." : "user.") + event.type())
            .with("subject", event.orderKey())
            .with("time", event.timestamp())
            .with("datacontenttype", "application/json")
            .with("data", EcsFields.of(event))
            .map());
  }

  /** A reference as a URI has it: the name of a realm may have a blank. */
  private static String source(EventRecord.Realm realm) {
    String name = realm.name() == null ? realm.id() : realm.name();
    try {
      return new URI(null, null, "/realms/" + name, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("every path can be encoded", e);
    }
  }

  private static String text(Map<String, Object> fields) {
    try {
      return escaped(JSON.writeValueAsString(fields));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }

  /**
   * Escapes characters that JSON allows as they are, and others do not. Some collectors end a line
   * at the separators of Unicode. A terminal executes control characters. On MySQL and MariaDB the
   * column of the body accepts no character beyond U+FFFF.
   */
  private static String escaped(String json) {
    StringBuilder text = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < json.length()
          && Character.isLowSurrogate(json.charAt(i + 1))) {
        escape(text, c);
        i++;
        escape(text, json.charAt(i));
      } else if (Character.isSurrogate(c)) {
        escape(text, REPLACEMENT);
      } else if (Character.isISOControl(c) || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR) {
        escape(text, c);
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  private static void escape(StringBuilder text, char character) {
    text.append(String.format("\\u%04x", (int) character));
  }
}
