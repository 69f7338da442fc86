package dev.bulwark.apikey.rest;

import org.jspecify.annotations.Nullable;

/**
 * A part of a list, asked for as in Keycloak's own REST.
 *
 * @param first elements to pass over, 0 or more
 * @param max most elements, 1 or more
 */
record PageRequest(int first, int max) {

  /**
   * Reads the two query parameters.
   *
   * @param first null or blank for the beginning
   * @param max null or blank for the default
   */
  static PageRequest of(@Nullable String first, @Nullable String max, int defaultMax, int longest) {
    return new PageRequest(
        number("first", first, 0, 0, Integer.MAX_VALUE),
        number("max", max, defaultMax, 1, longest));
  }

  /** A whole number of a query parameter, or an error that names it and what is allowed. */
  static int number(String name, @Nullable String text, int defaultValue, int min, int max) {
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
