package dev.bulwark.it.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** The lines of the event log in the log of a server, in the form of ECS. */
public final class EventLines {

  private static final ObjectMapper JSON = new ObjectMapper();

  private EventLines() {}

  /** Returns them, oldest first. Other lines of a log are not in that form, or have no event. */
  public static List<JsonNode> of(String log) {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : (Iterable<String>) log.lines()::iterator) {
      // The line that is being written may be half.
      if (line.startsWith("{\"@timestamp\"") && line.endsWith("}")) {
        try {
          JsonNode entry = JSON.readTree(line);
          if (entry.at("/event/provider").asText().equals("keycloak")) {
            lines.add(entry);
          }
        } catch (JsonProcessingException e) {
          throw new AssertionError("no JSON: " + line, e);
        }
      }
    }
    return lines;
  }
}
