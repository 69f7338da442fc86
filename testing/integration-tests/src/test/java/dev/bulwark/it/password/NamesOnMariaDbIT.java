package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.database.MariaDbProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P5: which names bulwark-migrate takes for one, compared with MariaDB's own collation. */
@Tag("full")
class NamesOnMariaDbIT {

  /** Two names, the second one with what the first one lacks. */
  private record Pair(String plain, String other) {}

  private static final List<Pair> NAMES =
      List.of(
          new Pair("jose", "jos\u00e9"),
          new Pair("gauss", "gau\u00df"),
          new Pair("gaus", "gau\u00df"),
          new Pair("isik", "\u0131\u015f\u0131k"),
          new Pair("\u03bd\u03b9\u03ba\u03bf\u03c3", "\u03bd\u03af\u03ba\u03bf\u03c2"),
          new Pair("\u0433\u0430\u043b\u044f", "\u0491\u0430\u043b\u044f"),
          new Pair("lukasz", "\u0142ukasz"),
          new Pair("soren", "s\u00f8ren"),
          new Pair("duc", "\u0111\u1ee9c"),
          new Pair("aerlig", "\u00e6rlig"),
          new Pair("coeur", "c\u0153ur"),
          new Pair("\u0430\u043d\u0434\u0440\u0435\u0438", "\u0430\u043d\u0434\u0440\u0435\u0439"),
          new Pair("\u0430\u043b\u0435\u043d\u0430", "\u0430\u043b\u0451\u043d\u0430"),
          new Pair("\u03b1\u03bd\u03bd\u03b1", "\u03ac\u03bd\u03bd\u03b1"),
          new Pair("\u0930\u092e", "\u0930\u093e\u092e"),
          new Pair("\u0e17\u0e34\u0e48", "\u0e17\u0e35\u0e48"),
          new Pair("\u0e1b\u0e48\u0e32", "\u0e1b\u0e49\u0e32"),
          new Pair("\u0e19\u0e49\u0e32", "\u0e19\u0e49\u0e33"),
          new Pair("\u0938\u093f\u0939", "\u0938\u093f\u0902\u0939"),
          new Pair("\u0645\u062d\u0645\u062f", "\u0645\u064f\u062d\u0645\u0651\u062f"),
          new Pair("\u0627\u062d\u0645\u062f", "\u0623\u062d\u0645\u062f"),
          new Pair("\u05d3\u05d5\u05d3", "\u05d3\u05b8\u05d5\u05d3"),
          new Pair("\u304b", "\u304c"),
          new Pair("ann", "\uff41nn"));

  /** MariaDB's own one first, which Keycloak's tables get; the others are of older servers. */
  private static final List<String> COLLATIONS =
      List.of(
          "utf8mb4_uca1400_ai_ci",
          "utf8mb4_general_ci",
          "utf8mb4_unicode_ci",
          "utf8mb4_unicode_520_ci");

  private static final Pattern LINE = Pattern.compile("^line (\\d+): (ATTENTION: )?username ");

  @TempDir Path folder;

  @Test
  void whatMariaDbTakesForOneIsToldAndNothingElseIsRejected() throws Exception {
    List<Pair> pairs = new ArrayList<>(NAMES);
    pairs.addAll(decomposable());
    pairs.addAll(marked());
    List<Set<Pair>> equal;
    try (MariaDbProcess database = MariaDbProcess.start()) {
      assertThat(database.sql("SELECT @@collation_database")).isEqualTo(COLLATIONS.get(0));
      equal = equal(database, pairs);
    }
    Set<Pair> rejected = new LinkedHashSet<>();
    Set<Pair> reported = new LinkedHashSet<>();
    for (Matcher line : told(pairs)) {
      (line.group(2) == null ? rejected : reported)
          .add(pairs.get(Integer.parseInt(line.group(1)) / 2 - 1));
    }
    assertThat(equal).as("rejected").allSatisfy(one -> assertThat(one).containsAll(rejected));
    Set<Pair> equalToOne = new LinkedHashSet<>();
    equal.forEach(equalToOne::addAll);
    assertThat(equalToOne).containsAll(reported);
    rejected.addAll(reported);
    assertThat(rejected).containsAll(equalToOne);
    assertThat(reported).contains(NAMES.get(1), NAMES.get(2), NAMES.get(3), NAMES.get(4));
  }

  /** Each small letter of Europe's scripts and of kana that Unicode decomposes, and its base. */
  private static List<Pair> decomposable() {
    return IntStream.concat(
            IntStream.rangeClosed(0xdf, 0x52f),
            IntStream.concat(
                IntStream.rangeClosed(0x1e00, 0x1fff), IntStream.rangeClosed(0x3041, 0x30ff)))
        .filter(Character::isLetter)
        .filter(letter -> !Character.isUpperCase(letter))
        .mapToObj(Character::toString)
        .filter(letter -> letter.equals(letter.toLowerCase(Locale.ROOT)))
        .filter(letter -> Normalizer.isNormalized(letter, Normalizer.Form.NFC))
        .map(
            letter ->
                new Pair(
                    Normalizer.normalize(letter, Normalizer.Form.NFKD).replaceAll("\\p{M}", ""),
                    letter))
        .filter(pair -> !pair.plain().equals(pair.other()) && !pair.plain().isBlank())
        .toList();
  }

  /**
   * A letter, and the letter with each mark or sign of format. The accents of Latin and Greek are
   * among the letters above.
   */
  private static List<Pair> marked() {
    Pattern mark = Pattern.compile("[\\p{M}\\p{Cf}&&[^\\p{InCombiningDiacriticalMarks}]]");
    return IntStream.rangeClosed(0x80, 0xffff)
        .filter(character -> !Character.isSurrogate((char) character))
        .mapToObj(Character::toString)
        .filter(character -> mark.matcher(character).matches())
        .map(character -> new Pair("k", "k" + character))
        .toList();
  }

  /** The pairs that are equal in each collation. */
  private static List<Set<Pair>> equal(MariaDbProcess database, List<Pair> pairs) {
    String rows =
        IntStream.range(0, pairs.size())
            .mapToObj(
                i ->
                    "(%d,%s,%s)".formatted(i, hex(pairs.get(i).plain()), hex(pairs.get(i).other())))
            .collect(Collectors.joining(","));
    database.sql(
        "CREATE TABLE pair (id INT, a VARCHAR(20), b VARCHAR(20));"
            + ("INSERT INTO pair VALUES " + rows));
    return COLLATIONS.stream()
        .map(collation -> database.sql("SELECT id FROM pair WHERE a = b COLLATE " + collation))
        .map(ids -> ids.lines().map(id -> pairs.get(Integer.parseInt(id))))
        .map(equal -> equal.collect(Collectors.toSet()))
        .toList();
  }

  private static String hex(String text) {
    return "X'" + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)) + "'";
  }

  /** The lines of the command's output that are about the second name of a pair. */
  private List<Matcher> told(List<Pair> pairs) throws Exception {
    List<String> rows = new ArrayList<>(List.of("username,email,password_hash"));
    for (int i = 0; i < pairs.size(); i++) {
      rows.add(i + "-" + pairs.get(i).plain() + ",,");
      rows.add(i + "-" + pairs.get(i).other() + ",,");
    }
    Path in = Files.write(folder.resolve("names.csv"), rows);
    Commands.Result result =
        Commands.migrate(
                "--in", in.toString(), "--dry-run", "--allow-no-password", "--database", "mariadb")
            .expect(2);
    return result.output().lines().map(LINE::matcher).filter(Matcher::find).toList();
  }
}
