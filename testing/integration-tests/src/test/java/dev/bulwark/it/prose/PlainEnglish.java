package dev.bulwark.it.prose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The rules for English sentences in documents and texts: short, subject first, no riddles. The
 * spelling is checked with the site of the documents.
 */
public final class PlainEnglish {

  private static final int MAX_WORDS = 35;

  private static final Map<String, Pattern> FORBIDDEN =
      Map.of(
          "a clause as the subject, as in \"What who is rejected gets\"",
          Pattern.compile("(?:^|[;:] )(?:[Ww]ho|[Ww]hat|[Ww]hoever) (?!.*\\?$)"),
          "an old or foreign phrase, or a riddle",
          Pattern.compile(
              "(?i)\\b(?:whoever|as ever|but for|of before|are about|is round|dies of|be told"
                  + "|(?:is|are|was|were) told|told by|says so|(?:lay|lays|laid|laying) over)\\b"));

  private PlainEnglish() {}

  /** Returns a line for each rule that a sentence of the Markdown text breaks. */
  public static List<String> faults(String markdown) {
    List<String> faults = new ArrayList<>();
    for (String sentence : Prose.sentences(markdown)) {
      int words = Prose.words(sentence).size();
      if (words > MAX_WORDS) {
        faults.add(words + " words: " + sentence);
      }
      FORBIDDEN.forEach(
          (rule, pattern) -> {
            if (pattern.matcher(sentence).find()) {
              faults.add(rule + ": " + sentence);
            }
          });
    }
    return faults;
  }
}
