package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * K11: the overview has words for each cause and outcome that a source counts by. Needs no server.
 */
class OverviewTextsTest {

  private static final String REVOCATION =
      "redis-revocation-listener/src/main/java/dev/bulwark/revocation/";
  private static final String BREACHED =
      "features/breached-password-policy/src/main/java/dev/bulwark/breached/";
  private static final String LIMITER =
      "features/login-rate-limiter/src/main/java/dev/bulwark/ratelimit/LoginRateLimiterMetrics.java";

  /** A source with causes: it begins an ending, or says why tokens are revoked. */
  private static final Pattern HAS_CAUSES =
      Pattern.compile("new Endings\\(|CAUSE = \"|revoker\\.revoke\\(|THEN 'SESSION_");

  private static final Pattern CAUSE = Pattern.compile("[\"']([A-Z]+(?:_[A-Z]+)+)[\"']");

  /** The name of Keycloak's event is the cause. */
  private static final Pattern EVENTS = Pattern.compile("case ([A-Z_, \\n]+?) ->");

  private static final Pattern ATTEMPTS = Pattern.compile("attempts\\(\"([^\"]+)\", \"?([^\")]+)");
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

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
    assertThat(missing("cause", causes, language)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de"})
  void everyOutcomeOfAMeter(String language) throws IOException {
    Set<String> values = new TreeSet<>();
    values.addAll(constants(BREACHED + "Verdict.java", "Outcome"));
    values.addAll(constants(BREACHED + "Verdict.java", "Source"));
    values.addAll(constants(BREACHED + "UnreachablePolicy.java", "UnreachablePolicy"));
    values.addAll(constants(BREACHED + "range/RangeUnavailableException.java", "Reason"));
    values.addAll(constants(BREACHED + "login/LoginMetrics.java", "Outcome"));
    values.addAll(constants(BREACHED + "login/LoginAction.java", "LoginAction"));
    values.addAll(
        constants("libraries/attempt-limiter/src/main/java/dev/bulwark/limit/Scope.java", "Scope"));
    Matcher attempts = ATTEMPTS.matcher(Repository.text(LIMITER));
    while (attempts.find()) {
      values.add(attempts.group(1));
      if (!attempts.group(2).endsWith(".id(")) {
        values.add(attempts.group(2));
      }
    }
    // The others have no name of their own.
    values.addAll(List.of("known-device", "known-address"));
    // Not shown.
    values.remove("none");
    assertThat(values).hasSizeGreaterThan(20).contains("refused", "known-address", "circuit-open");
    assertThat(missing("outcome", values, language)).isEmpty();
  }

  private static void all(Pattern pattern, String text, Set<String> found) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
  }

  /** The constants of an enum, as metrics have them. */
  private static Set<String> constants(String file, String name) {
    String source = COMMENT.matcher(Repository.text(file)).replaceAll("");
    Matcher body = Pattern.compile("enum " + name + " \\{([A-Z_,\\s]+)").matcher(source);
    assertThat(body.find()).as("enum " + name + " in " + file).isTrue();
    Set<String> constants = new TreeSet<>();
    for (String constant : body.group(1).trim().split(",\\s*")) {
      constants.add(constant.trim().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    return constants;
  }

  private static Set<String> missing(String kind, Set<String> values, String language)
      throws IOException {
    Properties texts = new Properties();
    texts.load(
        new StringReader(
            Repository.text(
                "themes/src/main/resources/theme/bulwark/account/messages/messages_"
                    + language
                    + ".properties")));
    Set<String> missing = new TreeSet<>(values);
    missing.removeIf(value -> texts.containsKey("bulwarkOverview-" + kind + "-" + value));
    return missing;
  }
}
