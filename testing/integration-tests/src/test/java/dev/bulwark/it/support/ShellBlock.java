package dev.bulwark.it.support;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of shell commands in a document of this repository, for a test that runs it as a reader
 * does. {@link ShellBlocksTest} looks for the calls of {@link #of}, {@link #below} and {@link
 * #onPage} in the sources of the tests, so their arguments are literals. A block that no test reads
 * says so to the reader, in the paragraph after it: {@code *Not run by a test: needs a cluster.*}
 * Immutable.
 *
 * @param page relative to the repository
 * @param line of the fence, from 1
 * @param heading above it, of whatever level, without its mark; empty where there is none
 * @param number among the shell blocks below this heading, from 1
 * @param commands without the fence and its indentation, with a line end
 * @param isMarked whether the page says that no test runs it
 */
public record ShellBlock(
    String page, int line, String heading, int number, String commands, boolean isMarked) {

  private static final Set<String> SHELLS = Set.of("sh", "bash", "console");
  private static final Pattern FENCE = Pattern.compile("( *)```+(\\S*).*");
  private static final Pattern OPTION = Pattern.compile("--([\\w-]+)=(\\S+)");
  private static final Pattern HEADING = Pattern.compile("#{1,6} (.*)");
  private static final Pattern MARK =
      Pattern.compile("\\*Not run by a test: [^*]*[^*\\s.]\\.\\*.*");

  /** Returns the first block below a heading. */
  public static ShellBlock of(String page, String heading) {
    return of(page, heading, 1);
  }

  /**
   * Returns a block below a heading.
   *
   * @param number 1 is the first
   */
  public static ShellBlock of(String page, String heading, int number) {
    return in(page).stream()
        .filter(block -> block.heading.equals(heading) && block.number == number)
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(page + " has no shell block " + number + ": " + heading));
  }

  /** Returns the commands of each block below a heading, but not those of a marked one. */
  public static List<String> below(String page, String heading) {
    return unmarked(in(page), heading);
  }

  /** Returns the commands of each block of a page, but not those of a marked one. */
  public static List<String> onPage(String page) {
    return in(page).stream().filter(block -> !block.isMarked).map(ShellBlock::commands).toList();
  }

  /**
   * Returns the commands of each block below a heading of one of the pages in a folder, but not
   * those of a marked one. The heading is a literal at the caller of the caller.
   */
  public static List<String> inFolder(String folder, String heading) throws IOException {
    List<ShellBlock> blocks = new ArrayList<>();
    for (String page : Repository.files(Pattern.quote(folder) + "/[^/]+\\.md")) {
      blocks.addAll(in(page));
    }
    return unmarked(blocks, heading);
  }

  private static List<String> unmarked(List<ShellBlock> blocks, String heading) {
    List<String> commands =
        blocks.stream()
            .filter(block -> block.heading.equals(heading) && !block.isMarked)
            .map(ShellBlock::commands)
            .toList();
    if (commands.isEmpty()) {
      throw new AssertionError("no shell block below: " + heading);
    }
    return commands;
  }

  /** Returns the options {@code --name=value} of its commands, in their order. */
  public Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    OPTION
        .matcher(commands)
        .results()
        .forEach(option -> options.put(option.group(1), option.group(2)));
    return options;
  }

  /** Returns all blocks of a page, marked or not, in their order. */
  public static List<ShellBlock> in(String page) {
    List<String> lines = Repository.text(page).lines().toList();
    List<ShellBlock> blocks = new ArrayList<>();
    String heading = "";
    int number = 0;
    for (int line = 0; line < lines.size(); line++) {
      Matcher fence = FENCE.matcher(lines.get(line));
      Matcher title = HEADING.matcher(lines.get(line));
      if (title.matches()) {
        heading = title.group(1);
        number = 0;
      } else if (fence.matches()) {
        int end = end(lines, line, page);
        if (SHELLS.contains(fence.group(2))) {
          String commands = String.join("\n", lines.subList(line + 1, end)) + "\n";
          blocks.add(
              new ShellBlock(
                  page, line + 1, heading, ++number, commands.stripIndent(), isMarked(lines, end)));
        }
        line = end;
      }
    }
    return blocks;
  }

  /** Returns the line of the fence that closes a block. */
  private static int end(List<String> lines, int start, String page) {
    for (int line = start + 1; line < lines.size(); line++) {
      if (lines.get(line).strip().matches("```+")) {
        return line;
      }
    }
    throw new AssertionError(page + ":" + (start + 1) + ": the block has no end");
  }

  /** Whether the paragraph after the block begins with the mark. */
  private static boolean isMarked(List<String> lines, int end) {
    return lines.subList(end + 1, lines.size()).stream()
        .filter(line -> !line.isBlank())
        .findFirst()
        .filter(line -> MARK.matcher(line.strip()).matches())
        .isPresent();
  }
}
