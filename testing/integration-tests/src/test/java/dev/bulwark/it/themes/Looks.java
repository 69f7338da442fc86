package dev.bulwark.it.themes;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * The looks of a run: two, which have each screen, color scheme and language once; with {@code
 * -Pfull} seven, which have a phone and a desktop with each color scheme and with each language,
 * and a tablet. {@link Look#PHONE_NARROW} is added by the tests that have it.
 */
public final class Looks implements ArgumentsProvider {

  private static final boolean ALL = Boolean.getBoolean("bulwark.every-look");

  /** For a test that looks at one page by itself. */
  public static Stream<Look> all() {
    return ALL
        ? Stream.of(Look.values()).filter(look -> look != Look.PHONE_NARROW)
        : Stream.of(Look.DESKTOP_LIGHT, Look.PHONE_DARK);
  }

  @Override
  public Stream<Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    return all().map(Arguments::of);
  }
}
