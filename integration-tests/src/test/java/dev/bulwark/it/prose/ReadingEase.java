package dev.bulwark.it.prose;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Flesch's measure of how easy an English text is to read: 206.835 − 1.015 × words a sentence −
 * 84.6 × syllables a word. The text of a guide should reach 50. Syllables are estimated from the
 * spelling; an acronym has one for each letter. Code does not count.
 */
final class ReadingEase {

  private static final Pattern VOWELS = Pattern.compile("[aeiouy]+");

  /** Vowels side by side that are spoken apart, as in "create", "client" and "radio". */
  private static final Pattern SPOKEN_APART =
      Pattern.compile("cr?ea(?=t)|ie(?=nt|t)|ia(?![nl]\\b)|io(?!n)|eo|ua(?!r)|ui(?=ng)|ying");

  /** An e that is not spoken, as in "time", "revoked" and "names". */
  private static final Pattern SILENT =
      Pattern.compile(
          "(?<=[a-z]{2})(?:(?<![^aeiouy]l|[aeiouy])e|(?<![td])ed|(?<![sxzcg]|[cs]h)es)$");

  private ReadingEase() {}

  static double of(List<String> sentences) {
    List<String> words =
        sentences.stream()
            .flatMap(sentence -> Prose.words(sentence).stream())
            .filter(word -> !word.matches("\\W*Code\\W*"))
            .toList();
    double syllables = words.stream().mapToInt(ReadingEase::syllables).sum();
    double count = words.size();
    return 206.835 - 1.015 * count / sentences.size() - 84.6 * syllables / count;
  }

  /** Estimates the syllables of a word; the parts of "e-mail" count one by one. */
  static int syllables(String word) {
    return Math.max(1, Arrays.stream(word.split("[-/]")).mapToInt(ReadingEase::ofPart).sum());
  }

  private static int ofPart(String part) {
    String letters = part.replaceAll("[^A-Za-z]", "");
    if (letters.equals(letters.toUpperCase(Locale.ROOT))) {
      return letters.length();
    }
    String spoken = SILENT.matcher(letters.toLowerCase(Locale.ROOT)).replaceFirst("");
    long vowels = VOWELS.matcher(spoken).results().count();
    long apart = SPOKEN_APART.matcher(spoken).results().count();
    return (int) Math.max(1, vowels + apart);
  }
}
