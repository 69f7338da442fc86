package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K11, B15: the overview has words for each cause of a revocation and each report of a part. */
class OverviewTextsTest {

  private static final String REVOCATION =
      "redis-revocation-listener/src/main/java/dev/bulwark/revocation/";

  /** A source with causes: it begins an ending, or says why tokens are revoked. */
  private static final Pattern HAS_CAUSES =
      Pattern.compile("new Endings\\(|CAUSE = \"|revoker\\.revoke\\(|THEN 'SESSION_");

  private static final Pattern CAUSE = Pattern.compile("[\"']([A-Z]+(?:_[A-Z]+)+)[\"']");

  /** The name of Keycloak's event is the cause. */
  private static final Pattern EVENTS = Pattern.compile("case ([A-Z_, \\n]+?) ->");

  /** A report of a part, in the factory that has the part's name as a constant. */
  private static final Pattern REPORT =
      Pattern.compile(
          "PartReport\\s*\\.(?:working|trouble|off)\\(\\s*([\\w.]+|\"[a-z-]+\"),\\s*\"([a-z-]+)\"");

  private static final Pattern PART = Pattern.compile("String PART = \"([a-z-]+)\"");

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  void everyReportOfAPart(String language) throws IOException {
    Set<String> keys = new TreeSet<>();
    for (String file : Repository.files(".*/src/main/java/.*\\.java")) {
      Matcher reports = REPORT.matcher(Repository.text(file));
      while (reports.find()) {
        String part = partOf(reports.group(1), file);
        keys.add("bulwarkStatus-" + part);
        // The rest of this one is the name of a policy, written behind it.
        if (reports.group(2).endsWith("-")) {
          keys.add("bulwarkStatus-" + part + "-" + reports.group(2) + "accept");
          keys.add("bulwarkStatus-" + part + "-" + reports.group(2) + "reject");
        } else {
          keys.add("bulwarkStatus-" + part + "-" + reports.group(2));
        }
      }
    }
    assertThat(keys).hasSizeGreaterThan(40).contains("bulwarkStatus-revocation-in-step");
    keys.removeAll(texts(language).stringPropertyNames());
    assertThat(keys).isEmpty();
  }

  private static String partOf(String written, String file) throws IOException {
    if (written.startsWith("\"")) {
      return written.replace("\"", "");
    }
    String source =
        written.equals("PART")
            ? Repository.text(file)
            : Repository.text(REVOCATION + written.replace(".PART", ".java"));
    Matcher part = PART.matcher(source);
    assertThat(part.find()).as(file).isTrue();
    return part.group(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  void everyCauseOfARevocation(String language) throws IOException {
    Set<String> causes = new TreeSet<>();
    for (String file : Repository.files(Pattern.quote(REVOCATION) + ".*\\.java")) {
      String source = Repository.text(file);
      if (HAS_CAUSES.matcher(source).find()) {
        all(CAUSE, source, causes);
      }
    }
    for (String owner : List.of("USER", "CLIENT", "REALM")) {
      causes.addAll(List.of(owner + "_GONE", owner + "_DISABLED", owner + "_NOT_BEFORE"));
    }
    causes.addAll(List.of("USER_STORE_GONE", "USER_STORE_DISABLED", "KEY_GONE", "KEY_DISABLED"));
    Set<String> events = new TreeSet<>();
    all(EVENTS, Repository.text(REVOCATION + "events/UserEventEndings.java"), events);
    events.forEach(event -> causes.addAll(List.of(event.split(",\\s*"))));
    assertThat(causes).hasSizeGreaterThan(40).contains("LOGOUT", "SESSION_IDLE", "IMPERSONATE");
    assertThat(missing(causes, language)).isEmpty();
  }

  private static void all(Pattern pattern, String text, Set<String> found) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
  }

  private static Set<String> missing(Set<String> values, String language) throws IOException {
    Properties texts = texts(language);
    Set<String> missing = new TreeSet<>(values);
    missing.removeIf(value -> texts.containsKey("bulwarkOverview-cause-" + value));
    return missing;
  }

  private static Properties texts(String language) throws IOException {
    Properties texts = new Properties();
    texts.load(
        new StringReader(
            Repository.text(
                "themes/src/main/resources/theme/bulwark/account/messages/messages_"
                    + language
                    + ".properties")));
    return texts;
  }
}
