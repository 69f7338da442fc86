package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.server.RealmFile;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** B13: {@code docs/ci/terraform.md} has a resource for each part of the shipped realm. */
class TerraformDocTest {

  private static final Pattern CODE = Pattern.compile("`([A-Za-z]+)`");

  @Test
  void everyListAndObjectOfTheFileHasARow() throws IOException {
    JsonNode realm = new ObjectMapper().readTree(RealmFile.shipped().json());
    Set<String> parts =
        realm.properties().stream()
            .filter(field -> field.getValue().isContainerNode())
            .map(field -> field.getKey())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> named = new TreeSet<>();
    for (String row : rows()) {
      CODE.matcher(row.split("\\|", -1)[1])
          .results()
          .map((MatchResult code) -> code.group(1))
          .forEach(named::add);
      assertThat(row.split("\\|", -1)[2]).contains("`keycloak_");
    }
    assertThat(named).containsAll(parts).allMatch(realm::has);
  }

  /** Of the first table, without its head. */
  private static List<String> rows() {
    return Recipe.text("docs/ci/terraform.md")
        .lines()
        .dropWhile(line -> !line.startsWith("|---"))
        .skip(1)
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }
}
