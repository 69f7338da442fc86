package dev.bulwark.it.themes;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * The looks of a run: two, which have each screen, color scheme and language once; all four with
 * {@code -Pfull}. {@link Look#PHONE_NARROW} is added by the tests that have it.
 */
public final class Looks implements ArgumentsProvider {

  private static final boolean ALL = Boolean.getBoolean("bulwark.every-look");

  @Override
  public Stream<Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    return (ALL
            ? Stream.of(Look.DESKTOP_LIGHT, Look.DESKTOP_DARK, Look.PHONE_LIGHT, Look.PHONE_DARK)
            : Stream.of(Look.DESKTOP_LIGHT, Look.PHONE_DARK))
        .map(Arguments::of);
  }
}
