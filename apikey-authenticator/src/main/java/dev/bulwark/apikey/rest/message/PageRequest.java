package dev.bulwark.apikey.rest.message;

import org.jspecify.annotations.Nullable;

/**
 * A part of a list, asked for as in Keycloak's own REST. Immutable.
 *
 * @param first elements to pass over, 0 or more
 * @param max most elements, 1 or more
 */
public record PageRequest(int first, int max) {

  /**
   * Reads the two query parameters.
   *
   * @param first null or blank for the beginning
   * @param max null or blank for the default
   * @throws RuntimeException that answers 400, if one is out of range
   */
  public static PageRequest of(
      @Nullable String first, @Nullable String max, int defaultMax, int longest) {
    return new PageRequest(
        number("first", first, 0, 0, Integer.MAX_VALUE),
        number("max", max, defaultMax, 1, longest));
  }

  /**
   * Reads a whole number of a query parameter, null or blank for the default.
   *
   * @throws RuntimeException that answers 400 and names the parameter and what is allowed
   */
  public static int number(String name, @Nullable String text, int defaultValue, int min, int max) {
    if (text == null || text.isBlank()) {
      return defaultValue;
    }
    if (!text.matches("[0-9]{1,9}")
        || Integer.parseInt(text) < min
        || Integer.parseInt(text) > max) {
      throw KeyRequest.invalid(
          name
              + " must be a whole number, "
              + (max == Integer.MAX_VALUE ? min + " or more" : min + " to " + max));
    }
    return Integer.parseInt(text);
  }
}
