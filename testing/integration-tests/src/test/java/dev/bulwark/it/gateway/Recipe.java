package dev.bulwark.it.gateway;

import dev.bulwark.it.support.Repository;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of code on a page of docs/recipes. Immutable. */
final class Recipe {

  private Recipe() {}

  /**
   * Returns the first block of a language below a heading.
   *
   * @param page file in docs/recipes
   * @param heading how the heading begins, without its {@code ##}
   */
  static String block(String page, String heading, String language) {
    Matcher block =
        Pattern.compile(
                "(?s)\n## " + Pattern.quote(heading) + ".*?\n```" + language + "\n(.*?\n)```\n")
            .matcher(Repository.text("docs/recipes/" + page));
    if (!block.find()) {
      throw new IllegalStateException(
          "no block of " + language + " below " + heading + " in " + page);
    }
    return block.group(1);
  }

  /** Replaces texts; fails for one that is not there, so that no example address is left. */
  static String filled(String text, Map<String, String> values) {
    String filled = text;
    for (Map.Entry<String, String> value : values.entrySet()) {
      if (!text.contains(value.getKey())) {
        throw new IllegalStateException("no " + value.getKey() + " in\n" + text);
      }
      filled = filled.replace(value.getKey(), value.getValue());
    }
    return filled;
  }
}
