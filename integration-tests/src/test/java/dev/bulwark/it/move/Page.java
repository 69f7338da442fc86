package dev.bulwark.it.move;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the documentation, and the code that stands in it. Immutable. */
final class Page {

  private final Path file;
  private final String text;

  private Page(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /** Reads {@code docs/NAME}. */
  static Page of(String name) {
    Path file = Path.of("..", "docs", name);
    try {
      return new Page(file, Files.readString(file));
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
      throw new AssertionError("no heading '" + heading + "' in " + file);
    }
    Matcher block =
        Pattern.compile("(?s)\n```" + language + "\n(.*?)\n```\n").matcher(section.group(1));
    List<String> blocks = new ArrayList<>();
    while (block.find()) {
      blocks.add(block.group(1));
    }
    if (blocks.isEmpty()) {
      throw new AssertionError("no " + language + " below '" + heading + "' in " + file);
    }
    return blocks;
  }
}
