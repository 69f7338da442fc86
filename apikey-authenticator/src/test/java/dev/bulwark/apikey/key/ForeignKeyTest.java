package dev.bulwark.apikey.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K3: what an import may say of a key of another application. */
class ForeignKeyTest {

  private static final String HASH = "0123456789ABCDEF".repeat(4);

  private static ForeignKey key(String hash, String prefix, List<String> scopes) {
    return new ForeignKey(
        hash, ApiKeyData.builder().name("ci").prefix(prefix).scopes(scopes).build(), null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sk_live_", "!", "~", "0123456789012345678901_~"})
  void aShortPrintablePrefixMayBeShown(String prefix) {
    assertThat(key(HASH, prefix, List.of()).data().prefix()).isEqualTo(prefix);
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "sk live", "sk\tlive", "\u007f", "é", "0123456789012345678901234"})
  void anotherPrefixIsRejected(String prefix) {
    assertThatThrownBy(() -> key(HASH, prefix, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prefix must be at most 24 printable ASCII characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0123", "g", "0123456789abcdef 0123456789abcdef"})
  void whatIsNoHashIsRejectedAndNotShown(String hash) {
    assertThatThrownBy(() -> key(hash, "", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("hash must be a SHA-256 in hexadecimal (64 digits)");
  }

  @Test
  void theHashIsStoredInLowerCaseAndNeverPrinted() {
    ForeignKey key = key(HASH, "sk_", List.of());
    assertThat(key.hash()).isEqualTo("0123456789abcdef".repeat(4));
    assertThat(key).hasToString("ForeignKey[ci]");
  }

  @Test
  void laterChangesOfTheListAreNotSeen() {
    List<String> scopes = new ArrayList<>(List.of("tasks:read"));
    ForeignKey key = key(HASH, "", scopes);
    scopes.add("tasks:write");
    assertThat(key.data().scopes()).containsExactly("tasks:read");
  }
}
