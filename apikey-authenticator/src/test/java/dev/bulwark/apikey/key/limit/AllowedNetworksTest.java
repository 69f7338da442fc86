package dev.bulwark.apikey.key.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K10: from where a key may be used. */
class AllowedNetworksTest {

  private static final AllowedNetworks OFFICE =
      AllowedNetworks.of(List.of("192.0.2.0/24", "2001:db8:1::/48", "198.51.100.7"));

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "192.0.2.0, true",
        "192.0.2.255, true",
        "::ffff:192.0.2.9, true",
        "2001:db8:1:ffff::1, true",
        "198.51.100.7, true",
        "192.0.3.0, false",
        "2001:db8:2::1, false",
        "198.51.100.8, false",
        "::, false",
        "localhost, false",
        "'', false",
        "-, false",
      })
  void contains(@Nullable String address, boolean allowed) {
    assertThat(OFFICE.contains(address)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0", "::/129", "10.0.0.0/8 "})
  void rejectsWhatIsNoNetwork(String text) {
    List<String> texts = List.of("10.0.0.0/8", text);
    assertThatThrownBy(() -> AllowedNetworks.of(texts))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oneToFifty() {
    List<String> fifty = IntStream.range(0, 50).mapToObj(i -> "10.0." + i + ".0/24").toList();
    assertThat(AllowedNetworks.of(fifty).texts()).isEqualTo(fifty);
    List<String> more = IntStream.range(0, 51).mapToObj(i -> "10.0." + i + ".0/24").toList();
    assertThatThrownBy(() -> AllowedNetworks.of(more)).hasMessageContaining("1 to 50");
    List<String> none = List.of();
    assertThatThrownBy(() -> AllowedNetworks.of(none)).hasMessageContaining("1 to 50");
    assertThat(AllowedNetworks.of(List.of("::1", "::1")).texts()).containsExactly("::1");
  }

  @Test
  void narrowsWhatIsTakenAway() {
    AllowedNetworks more = AllowedNetworks.of(List.of("192.0.2.0/24", "10.0.0.0/8"));
    AllowedNetworks less = AllowedNetworks.of(List.of("192.0.2.0/24"));
    assertThat(AllowedNetworks.narrows(null, less)).isTrue();
    assertThat(AllowedNetworks.narrows(more, less)).isTrue();
    assertThat(AllowedNetworks.narrows(less, more)).isFalse();
    assertThat(AllowedNetworks.narrows(less, less)).isFalse();
    assertThat(AllowedNetworks.narrows(less, null)).isFalse();
    assertThat(AllowedNetworks.narrows(null, null)).isFalse();
    assertThat(AllowedNetworks.widens(less, more)).isTrue();
    assertThat(AllowedNetworks.widens(less, null)).isTrue();
    assertThat(AllowedNetworks.widens(more, less)).isFalse();
    assertThat(AllowedNetworks.widens(null, less)).isFalse();
  }

  @Test
  void isStoredAsAList() throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    String written = json.writeValueAsString(OFFICE);
    assertThat(written).isEqualTo("[\"192.0.2.0/24\",\"2001:db8:1::/48\",\"198.51.100.7\"]");
    AllowedNetworks read = json.readValue(written, AllowedNetworks.class);
    assertThat(read).isEqualTo(OFFICE).hasSameHashCodeAs(OFFICE).hasToString(OFFICE.toString());
    assertThat(read).isNotEqualTo(AllowedNetworks.of(List.of("::1")));
    assertThatThrownBy(() -> json.readValue("[\"localhost\"]", AllowedNetworks.class))
        .isInstanceOf(JsonProcessingException.class);
  }
}
