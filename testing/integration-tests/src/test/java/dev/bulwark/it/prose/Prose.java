package dev.bulwark.it.prose;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sentences of a Markdown document: of paragraphs, list items and table cells, without code
 * blocks and headings. Code within a sentence counts as one word, a link as its text.
 */
final class Prose {

  private static final Pattern BLANK_OR_HEADING = Pattern.compile("\\s*|#.*");
  private static final Pattern ITEM = Pattern.compile("\\s*(?:[-*]|\\d+\\.)\\s+(.*)");
  private static final Pattern TABLE_RULE = Pattern.compile("\\|[-| ]+\\|");
  private static final Pattern IMAGE = Pattern.compile("!\\[[^]]*]\\([^)]*\\)");
  private static final Pattern LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");
  private static final Pattern CODE = Pattern.compile("`[^`]*`");
  private static final Pattern WORD = Pattern.compile("\\S*\\w\\S*");

  private final List<String> sentences = new ArrayList<>();
  private @Nullable StringBuilder block;

  private Prose(String markdown) {
    boolean code = false;
    for (String line : markdown.split("\n")) {
      if (line.stripLeading().startsWith("```")) {
        endBlock();
        code = !code;
      } else if (!code) {
        read(line);
      }
    }
    endBlock();
  }

  /** Returns the sentences of paragraphs, list items and table cells. */
  static List<String> sentences(String markdown) {
    return List.copyOf(new Prose(markdown).sentences);
  }

  /** Returns the lines of paragraphs, list items and headings, without their indentation. */
  static Stream<String> textLines(String markdown) {
    List<String> lines = new ArrayList<>();
    boolean code = false;
    for (String line : markdown.lines().toList()) {
      if (line.stripLeading().startsWith("```")) {
        code = !code;
      } else if (!code && !line.stripLeading().startsWith("|") && !line.startsWith("    ")) {
        lines.add(line.strip());
      }
    }
    return lines.stream();
  }

  static List<String> words(String sentence) {
    return WORD.matcher(sentence).results().map(word -> word.group()).toList();
  }

  private void read(String line) {
    var item = ITEM.matcher(line);
    if (BLANK_OR_HEADING.matcher(line).matches()) {
      endBlock();
    } else if (line.stripLeading().startsWith("|")) {
      endBlock();
      if (!TABLE_RULE.matcher(line).matches()) {
        cells(line).forEach(this::add);
      }
    } else if (item.matches()) {
      endBlock();
      block = new StringBuilder(item.group(1));
    } else if (block != null) {
      block.append(' ').append(line.strip());
    } else if (!line.startsWith("    ")) {
      block = new StringBuilder(line.strip());
    }
  }

  /** A cell may list facts: what a semicolon separates counts as a sentence of its own. */
  private static List<String> cells(String row) {
    return Arrays.stream(row.split(" \\| |;")).map(cell -> cell.replace("|", "").strip()).toList();
  }

  private void endBlock() {
    if (block != null) {
      add(block.toString());
      block = null;
    }
  }

  private void add(String text) {
    String plain = IMAGE.matcher(text).replaceAll("");
    plain = LINK.matcher(plain).replaceAll("$1");
    plain = CODE.matcher(plain).replaceAll("Code").replace("*", "");
    BreakIterator ends = BreakIterator.getSentenceInstance(Locale.US);
    ends.setText(plain);
    int start = ends.first();
    for (int end = ends.next(); end != BreakIterator.DONE; end = ends.next()) {
      String sentence = plain.substring(start, end).strip();
      if (!sentence.isEmpty()) {
        sentences.add(sentence);
      }
      start = end;
    }
  }
}
