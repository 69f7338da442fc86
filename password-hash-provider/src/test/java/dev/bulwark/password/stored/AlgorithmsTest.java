package dev.bulwark.password.stored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.verify.Verifiers;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.keycloak.credential.hash.PasswordHashProviderFactory;

/**
 * P4, P5: an algorithm that is added has a provider and a verifier, is counted, and is in the
 * documents of the move.
 */
class AlgorithmsTest {

  private static final Path DOCS = Path.of("..", "docs");

  /** Those that Keycloak verifies without the bundle. */
  private static final Pattern KEYCLOAKS = Pattern.compile("pbkdf2.*");

  @Test
  void everyAlgorithmIsCounted() {
    assertThat(StoredHashCount.ALGORITHMS).containsExactlyInAnyOrderElementsOf(algorithms());
  }

  @Test
  void everyAlgorithmHasAProvider() {
    List<String> provided =
        ServiceLoader.load(PasswordHashProviderFactory.class).stream()
            .filter(found -> found.type().getName().startsWith("dev.bulwark.password."))
            .map(found -> found.get().getId())
            .toList();
    assertThat(provided).containsExactlyInAnyOrderElementsOf(algorithms());
  }

  /** {@code PasswordVerifierTest} demands hashes of every verifier that is listed there. */
  @Test
  void everyAlgorithmIsTestedWithHashes() {
    Set<String> own = algorithms();
    own.removeIf(KEYCLOAKS.asMatchPredicate());
    assertThat(new Verifiers(new BouncyCastleArgon2Engine()).byAlgorithm().keySet()).isEqualTo(own);
  }

  @Test
  void everyAlgorithmHasItsFormInTheDocuments() throws IOException {
    Set<String> documented =
        Files.readString(DOCS.resolve("migration-formats.md"))
            .lines()
            .filter(line -> line.startsWith("| ") && !line.contains("verified by"))
            .map(line -> line.split(" \\| ")[1])
            .flatMap(cell -> quoted(cell, "`([^`]+)`"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(documented).isEqualTo(algorithms());
  }

  @Test
  void theWayBackRemovesEveryHashThatTheBundleAloneVerifies() throws IOException {
    Set<String> own = algorithms();
    own.remove(Algorithms.ARGON2);
    own.removeIf(KEYCLOAKS.asMatchPredicate());
    // No hash, but a password that only the bundle can have checked.
    own.add(PasswordAlgorithms.LEGACY_LOGIN);
    String guide = Files.readString(DOCS.resolve("migration.md"));
    String sentence = between(guide, "Users whose hash is\nstill", "which the bundle");
    assertThat(quoted(sentence, "`([^`]+)`")).containsExactlyInAnyOrderElementsOf(own);
    String statement = between(guide, "DELETE FROM credential", ";");
    assertThat(quoted(between(statement, "IN ('bcrypt'", ")"), "'([a-z0-9-]+)'"))
        .containsExactlyInAnyOrderElementsOf(own);
  }

  private static Set<String> algorithms() {
    return Arrays.stream(Algorithms.class.getFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .map(AlgorithmsTest::value)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String value(Field field) {
    try {
      return (String) field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Stream<String> quoted(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map((MatchResult m) -> m.group(1));
  }

  private static String between(String text, String from, String to) {
    int start = text.indexOf(from);
    assertThat(start).as(from).isNotNegative();
    return text.substring(start, text.indexOf(to, start));
  }
}
