package dev.bulwark.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** B1: each block of shell commands in a document is run by a test, or says that none runs it. */
class ShellBlocksTest {

  /** What was built has copies, and a changelog has no commands to run. */
  private static final String PAGES = "(?!CHANGELOG).*\\.md";

  private static final Pattern CALL =
      Pattern.compile("ShellBlock\\s*\\.(of|below|onPage)\\(\\s*([^;{]*?)\\)");

  private static final Pattern ARGUMENTS =
      Pattern.compile("\"([^\"]+\\.md)\"(?:,\\s*\"([^\"]+)\")?(?:,\\s*(\\d+))?");

  /** The steps of the guide for a move are read by their headings ({@code Shell.step}). */
  private static final Pattern STEP = Pattern.compile("\\.step\\(\\s*\"([^\"]+)\"\\)");

  /** What a shell block begins with, in a block that says it is something else. */
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?:\\S+/)?(?:kc\\.sh|kcadm\\.sh|curl|mvn|docker|kubectl|helm|psql|redis-cli|npm|pip|java"
              + " -jar) .*");

  private static final List<ShellBlock> BLOCKS = new ArrayList<>();
  private static final List<ShellBlock> READ = new ArrayList<>();

  @BeforeAll
  static void find() throws IOException {
    for (String page : Repository.files(PAGES)) {
      BLOCKS.addAll(ShellBlock.in(page));
    }
    for (String source : Repository.files(".*/src/test/java/.*\\.java")) {
      if (!source.matches(".*/ShellBlock(?:sTest)?\\.java")) {
        read(source, Repository.text(source));
      }
    }
  }

  private static void read(String source, String text) {
    Matcher call = CALL.matcher(text);
    while (call.find()) {
      Matcher arguments = ARGUMENTS.matcher(call.group(2).strip());
      assertThat(arguments.matches())
          .as("%s: page and heading of a shell block are literals: %s", source, call.group())
          .isTrue();
      String page = arguments.group(1);
      switch (call.group(1)) {
        case "of" -> {
          int number = arguments.group(3) == null ? 1 : Integer.parseInt(arguments.group(3));
          ShellBlock block = ShellBlock.of(page, arguments.group(2), number);
          assertThat(block.isMarked()).as("%s runs %s:%d", source, page, block.line()).isFalse();
          READ.add(block);
        }
        case "below" -> readUnmarked(page, Pattern.quote(arguments.group(2)));
        default -> readUnmarked(page, ".*");
      }
    }
    if (source.contains("/move/")) {
      STEP.matcher(text)
          .results()
          .map(step -> step.group(1))
          .forEach(
              heading ->
                  BLOCKS.stream()
                      .filter(block -> block.page().startsWith("docs/move/"))
                      .filter(block -> block.heading().equals(heading) && !block.isMarked())
                      .forEach(READ::add));
    }
  }

  private static void readUnmarked(String page, String heading) {
    BLOCKS.stream()
        .filter(block -> block.page().equals(page) && !block.isMarked())
        .filter(block -> block.heading().matches(heading))
        .forEach(READ::add);
  }

  @Test
  void eachBlockIsRunOrMarked() {
    assertThat(BLOCKS).hasSizeGreaterThan(80);
    Map<String, int[]> counts = new TreeMap<>();
    for (ShellBlock block : BLOCKS) {
      int[] count = counts.computeIfAbsent(folder(block.page()), folder -> new int[2]);
      count[block.isMarked() ? 1 : 0]++;
    }
    counts.forEach(
        (folder, count) ->
            System.out.printf(
                "shell blocks in %s: %d run, %d marked%n", folder, count[0], count[1]));
    assertThat(BLOCKS)
        .filteredOn(block -> !block.isMarked() && !READ.contains(block))
        .extracting(block -> block.page() + ":" + block.line() + " " + block.heading())
        .as("no test reads these by ShellBlock, and no line after them says *Not run by a test: …*")
        .isEmpty();
  }

  private static String folder(String page) {
    int slash = page.lastIndexOf('/');
    return slash < 0 ? "." : page.substring(0, slash);
  }

  @Test
  void eachBlockIsShell() {
    assertThat(BLOCKS)
        .filteredOn(
            block ->
                Commands.bash(
                            Repository.root(),
                            Map.of("COMMANDS", block.commands()),
                            "bash -n -c \"$COMMANDS\"")
                        .exit()
                    != 0)
        .extracting(block -> block.page() + ":" + block.line())
        .isEmpty();
  }

  /** So that a page has a button to copy each block, and this test finds it. */
  @Test
  void codeIsFencedAndNamesItsLanguage() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String page : Repository.files(PAGES)) {
      List<String> lines = Repository.text(page).lines().toList();
      String language = null;
      int item = -1;
      for (int number = 0; number < lines.size(); number++) {
        String line = lines.get(number);
        int indent = line.length() - line.stripLeading().length();
        String at = page + ":" + (number + 1) + " " + line.strip();
        if (line.strip().startsWith("```")) {
          String named = line.strip().replace("`", "");
          if (language == null && named.isEmpty()) {
            wrong.add(at);
          }
          language = language == null ? named : null;
        } else if (language == null && !line.isBlank()) {
          boolean isFirst = number == 0 || lines.get(number - 1).isBlank();
          Matcher marker = Pattern.compile("( *(?:[-*]|\\d+\\.) +)\\S.*").matcher(line);
          if (isFirst && indent >= (item < 0 ? 0 : item) + 4) {
            wrong.add(at);
          } else if (marker.matches()) {
            item = marker.group(1).length();
          } else if (indent == 0) {
            item = -1;
          }
        } else if ("text".equals(language) && COMMAND.matcher(line.strip()).matches()) {
          wrong.add(at);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** A redirection where Redis should get the character: {@code ACL SETUSER name >password}. */
  @Test
  void noRuleOfAnAclIsARedirection() throws IOException {
    Pattern rule = Pattern.compile("(?i)\\bSETUSER [^`\\n]*?(?<=\\s)[<>][^`\\s]");
    List<String> wrong = new ArrayList<>();
    for (String page : Repository.files(PAGES)) {
      List<String> lines = Repository.text(page).lines().toList();
      IntStream.range(0, lines.size())
          .filter(number -> rule.matcher(lines.get(number)).find())
          .filter(number -> !lines.get(number).startsWith("printf '"))
          .forEach(number -> wrong.add(page + ":" + (number + 1)));
    }
    assertThat(wrong).isEmpty();
  }
}
