package dev.bulwark.events.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.events.record.EventRecord;
import java.util.Map;

/** Writes events as JSON on one line. Thread-safe. */
public final class EventJson {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventFormat format;

  public EventJson(EventFormat format) {
    this.format = format;
  }

  /** Returns the fields alone, without a line break. */
  public String line(EventRecord event) {
    return text(format.fields(event));
  }

  /**
   * Returns the event in an envelope of CloudEvents 1.0, structured mode ({@code
   * application/cloudevents+json}).
   */
  public String cloudEvent(EventRecord event) {
    String name = event.realm().name();
    return text(
        new Fields()
            .with("specversion", "1.0")
            .with("id", event.id())
            .with("source", "/realms/" + (name == null ? event.realm().id() : name))
            .with("type", "org.keycloak." + (event.admin() ? "admin." : "user.") + event.type())
            .with("subject", event.orderKey())
            .with("time", event.time().toString())
            .with("datacontenttype", "application/json")
            .with("data", format.fields(event))
            .map());
  }

  private static String text(Map<String, Object> fields) {
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }
}
