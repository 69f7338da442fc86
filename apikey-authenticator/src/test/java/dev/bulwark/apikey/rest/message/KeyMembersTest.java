package dev.bulwark.apikey.rest.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.contract.ApiKeyLimits;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * K10: a member that a key stores comes in by each request and goes out in each answer and export.
 * {@code ImportRowTest} does the same for imported rows.
 */
class KeyMembersTest {

  /** What nobody chooses of a new key. */
  private static final Set<String> GIVEN =
      Set.of("prefix", "active", "graceUntil", "replacedBy", "tokensFrom");

  private static final String FULL =
      """
      {"name": "ci", "scopes": ["a"], "expiresAt": "2040-01-01T00:00:00Z",
       "rateLimit": {"requests": 100, "seconds": 60}, "allowedNetworks": ["10.0.0.0/8"],
       "metadata": {"team": "billing"}}
      """;

  @Test
  void requestsChooseWhatIsStored() throws ReflectiveOperationException {
    Set<String> stored = components(ApiKeyData.class);
    stored.removeAll(GIVEN);
    assertThat(KeyChange.CHOSEN).containsExactlyInAnyOrderElementsOf(stored);
    ApiKeyData chosen = KeyChange.chosen(KeyRequest.parse(FULL.getBytes(StandardCharsets.UTF_8)));
    ApiKeyData empty = ApiKeyData.builder().build();
    for (RecordComponent member : ApiKeyData.class.getRecordComponents()) {
      if (!GIVEN.contains(member.getName())) {
        assertThat(member.getAccessor().invoke(chosen))
            .as(member.getName())
            .isNotEqualTo(member.getAccessor().invoke(empty));
      }
    }
  }

  @Test
  void answersHaveWhatIsStored() {
    assertThat(components(KeyRepresentation.Created.class)).containsAll(KeyChange.CHOSEN);
    Set<String> stored = components(ApiKeyData.class);
    stored.remove("tokensFrom");
    assertThat(components(KeyRepresentation.Listed.class)).containsAll(stored);
  }

  @Test
  void exportsHaveWhatIsChosen() {
    assertThat(KeyChange.CHOSEN)
        .filteredOn(member -> !List.of("name", "scopes", "expiresAt").contains(member))
        .containsExactlyInAnyOrderElementsOf(ApiKeyLimits.EXPORTED);
  }

  private static Set<String> components(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
