package dev.bulwark.apikey.key;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a moment as epoch milliseconds, or as ISO-8601 text as people write it in an import. */
final class InstantMillis extends JsonDeserializer<Long> {

  @Override
  public @Nullable Long deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return parser.getLongValue();
    }
    String text = parser.getValueAsString();
    if (text == null || text.isBlank()) {
      return null;
    }
    Optional<Long> moment = Moments.parse(text);
    if (moment.isEmpty()) {
      throw context.weirdStringException(text, Long.class, "not an ISO-8601 date and time");
    }
    return moment.get();
  }
}
