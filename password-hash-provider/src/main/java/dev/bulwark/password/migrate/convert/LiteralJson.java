package dev.bulwark.password.migrate.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON of all files of the commands, with every dollar sign as {@code \\u0024}. Keycloak
 * replaces <code>${NAME}</code> in the raw text of an import by environment variables and system
 * properties: a user's text must never have that form there. Safe for use by several threads.
 */
public final class LiteralJson {

  /** Makes generators whose texts have no dollar sign. */
  static final JsonFactory FACTORY =
      new JsonFactoryBuilder().characterEscapes(new NoDollar()).build();

  /** Writes and reads whole values. */
  public static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

  private LiteralJson() {}

  private static final class NoDollar extends CharacterEscapes {

    private static final long serialVersionUID = 1L;

    private final int[] escapes = standardAsciiEscapesForJSON();

    NoDollar() {
      escapes['$'] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return Arrays.copyOf(escapes, escapes.length);
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      return null;
    }
  }
}
