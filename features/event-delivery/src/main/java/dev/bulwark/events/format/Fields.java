package dev.bulwark.events.format;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object that leaves out what is not known. Not for use by several threads. */
final class Fields {

  private final Map<String, Object> values = new LinkedHashMap<>();

  /** Adds a member, unless the value is null or an empty object. */
  Fields with(String name, @Nullable Object value) {
    if (value != null && !(value instanceof Map<?, ?> map && map.isEmpty())) {
      values.put(name, value);
    }
    return this;
  }

  Map<String, Object> map() {
    return values;
  }
}
