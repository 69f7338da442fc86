package dev.bulwark.it.move;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A guide of the documentation, and the code that stands on its pages. Immutable. */
final class Guide {

  private final String name;
  private final String text;

  private Guide(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /** Reads {@code docs/NAME.md} and the pages in {@code docs/NAME/}. */
  static Guide of(String name) {
    try {
      return new Guide(name, Repository.guide(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The blocks of a language below a heading, up to the next heading of whatever level.
   *
   * @throws AssertionError where there is no such heading or no such block
   */
  List<String> blocks(String heading, String language) {
    Matcher section =
        Pattern.compile("(?ms)^#+ " + Pattern.quote(heading) + "$(.*?)(?=^##* [A-Z0-9]|\\z)")
            .matcher(text);
    if (!section.find()) {
      throw new AssertionError("no heading '" + heading + "' in " + name);
    }
    Matcher block =
        Pattern.compile("(?s)\n```" + language + "\n(.*?)\n```\n").matcher(section.group(1));
    List<String> blocks = new ArrayList<>();
    while (block.find()) {
      blocks.add(block.group(1));
    }
    if (blocks.isEmpty()) {
      throw new AssertionError("no " + language + " below '" + heading + "' in " + name);
    }
    return blocks;
  }
}
