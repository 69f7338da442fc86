package dev.bulwark.events.format;

import dev.bulwark.events.record.EventRecord;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** A schema for the fields of an event. */
public enum EventFormat {

  /** Elastic Common Schema 8.17. */
  ECS(EcsFields::of),

  /** Open Cybersecurity Schema Framework 1.3. */
  OCSF(OcsfFields::of);

  private final Function<EventRecord, Map<String, Object>> fields;

  EventFormat(Function<EventRecord, Map<String, Object>> fields) {
    this.fields = fields;
  }

  /** Returns the fields: texts, numbers, lists and maps of these, in a fixed order. */
  public Map<String, Object> fields(EventRecord event) {
    return fields.apply(event);
  }

  /** As an administrator writes it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
