package dev.bulwark.apikey.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K10: what may be attached to a key. */
class KeyMetadataTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "9", "team.name", "cost-center_7"})
  void names(String name) {
    assertThat(KeyMetadata.of(Map.of(name, "x")).values()).containsEntry(name, "x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".a", "-a", "_a", "a b", "\u00e4", "a:b", "a\n"})
  void otherNamesAreRejected(String name) {
    Map<String, String> values = Map.of(name, "x");
    assertThatThrownBy(() -> KeyMetadata.of(values)).hasMessageContaining("name");
  }

  @Test
  void namesAndValuesHaveALength() {
    String name = "n".repeat(40);
    assertThat(KeyMetadata.of(Map.of(name, "v".repeat(200))).values()).hasSize(1);
    Map<String, String> longName = Map.of(name + "n", "");
    assertThatThrownBy(() -> KeyMetadata.of(longName)).hasMessageContaining("name");
    Map<String, String> longValue = Map.of("n", "v".repeat(201));
    assertThatThrownBy(() -> KeyMetadata.of(longValue)).hasMessageContaining("value");
    Map<String, String> control = Map.of("n", "a\u0000");
    assertThatThrownBy(() -> KeyMetadata.of(control)).hasMessageContaining("value");
    assertThat(KeyMetadata.of(Map.of("n", "")).values()).containsEntry("n", "");
    assertThat(KeyMetadata.of(Map.of("n", "Gr\u00fc\u00dfe \uD83D\uDE80")).values()).hasSize(1);
  }

  @Test
  void thereAreTwentyAtMost() {
    assertThat(KeyMetadata.of(entries(20, "")).values()).hasSize(20);
    Map<String, String> more = entries(21, "");
    assertThatThrownBy(() -> KeyMetadata.of(more)).hasMessageContaining("20");
  }

  @Test
  void allTogetherHaveALength() {
    // Ten names of two characters.
    assertThat(KeyMetadata.of(entries(10, "v".repeat(148))).values()).hasSize(10);
    Map<String, String> more = entries(10, "v".repeat(149));
    assertThatThrownBy(() -> KeyMetadata.of(more)).hasMessageContaining("1500");
  }

  private static Map<String, String> entries(int count, String value) {
    return IntStream.range(0, count)
        .mapToObj(i -> "" + (char) ('a' + i) + 'x')
        .collect(Collectors.toMap(Function.identity(), name -> value));
  }

  @Test
  void isStoredAsAnObjectInOneOrder() throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    KeyMetadata metadata = KeyMetadata.of(Map.of("b", "2", "a", "1"));
    String written = json.writeValueAsString(metadata);
    assertThat(written).isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
    KeyMetadata read = json.readValue(written, KeyMetadata.class);
    assertThat(read).isEqualTo(metadata).hasSameHashCodeAs(metadata).hasToString("[a, b]");
    assertThat(read).isNotEqualTo(KeyMetadata.of(Map.of("a", "1")));
    for (String wrong : new String[] {"{\"a b\":\"1\"}", "{\"a\":null}", "[]"}) {
      assertThatThrownBy(() -> json.readValue(wrong, KeyMetadata.class))
          .isInstanceOf(JsonProcessingException.class);
    }
  }
}
