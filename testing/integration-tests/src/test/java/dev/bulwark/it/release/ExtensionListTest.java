package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * B9: the entry for keycloak.org's list of extensions says what the root's {@code pom.xml} says.
 */
class ExtensionListTest {

  /** The fields are those that keycloak.org reads. */
  @Test
  void theEntryIsThatOfThePom() throws IOException {
    String home = ofPom("project.home");
    assertThat(
            new ObjectMapper()
                .readValue(Repository.text("docs/keycloak-extension.json"), Map.class))
        .isEqualTo(
            Map.of(
                "name",
                ofPom("name"),
                "description",
                ofPom("description"),
                "website",
                home,
                "source",
                home));
  }

  /** The first element of that name, which is the project's own. */
  private static String ofPom(String element) {
    Matcher value =
        Pattern.compile("<" + Pattern.quote(element) + ">([^<]+)<")
            .matcher(Repository.text("pom.xml"));
    assertThat(value.find()).as(element).isTrue();
    return value.group(1);
  }
}
