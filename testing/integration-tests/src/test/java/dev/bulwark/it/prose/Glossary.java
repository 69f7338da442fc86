package dev.bulwark.it.prose;

import dev.bulwark.it.support.Repository;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The words that a glossary replaces by others: one word for one thing. */
public final class Glossary {

  /** {@code | timeout | `time-out`, `time-outs` |}. */
  private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| ((?:`[^`]+`(?:, )?)+) \\|");

  private static final Pattern WORD = Pattern.compile("`([^`]+)`");

  /** From a pattern of the words to avoid to the word to use. */
  private final Map<Pattern, String> rows = new LinkedHashMap<>();

  /** Reads the table below a heading. */
  Glossary(String markdown, String heading) {
    markdown
        .lines()
        .dropWhile(line -> !line.equals("## " + heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .map(ROW::matcher)
        .filter(row -> row.matches())
        .forEach(row -> rows.put(anyOf(row.group(2)), row.group(1)));
  }

  /** Returns the words of the documents and of the options. */
  public static Glossary ofDocuments() {
    return shipped("One word for one thing");
  }

  static Glossary shipped(String heading) {
    return new Glossary(Repository.text("docs/glossary.md"), heading);
  }

  int size() {
    return rows.size();
  }

  /** Returns a line for each sentence of the Markdown text with a word that another replaces. */
  public List<String> faults(String markdown) {
    return Prose.sentences(markdown).stream().flatMap(this::faultsOf).toList();
  }

  private Stream<String> faultsOf(String sentence) {
    return rows.entrySet().stream()
        .filter(row -> row.getKey().matcher(sentence).find())
        .map(row -> "use \"" + row.getValue() + "\": " + sentence);
  }

  private static Pattern anyOf(String words) {
    return WORD.matcher(words)
        .results()
        .map((MatchResult word) -> Pattern.quote(word.group(1)))
        .collect(
            Collectors.collectingAndThen(
                Collectors.joining("|", "(?iU)(?<![\\w-])(?:", ")(?![\\w-])"), Pattern::compile));
  }
}
