package dev.bulwark.it.production;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** A log in JSON, one entry a line. */
final class LogLines {

  private static final ObjectMapper JSON = new ObjectMapper();

  private LogLines() {}

  /** The messages of a logger, oldest first. */
  static List<String> messages(String log, String logger) {
    List<String> messages = new ArrayList<>();
    for (String line : (Iterable<String>) log.lines()::iterator) {
      // The line that is being written may be half.
      if (line.startsWith("{") && line.endsWith("}")) {
        try {
          JsonNode entry = JSON.readTree(line);
          if (entry.path("loggerName").asText().equals(logger)) {
            messages.add(entry.get("message").asText());
          }
        } catch (JsonProcessingException e) {
          throw new AssertionError("no JSON: " + line, e);
        }
      }
    }
    return messages;
  }
}
