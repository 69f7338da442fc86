package dev.bulwark.apikey.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.OwnerType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** K5: how long a node relies on its copy of a client's key. */
class KeyMappingTest {

  private static final long READ_AT = 1_000;

  @ParameterizedTest
  @CsvSource({
    // version of the copy, of the client, age in milliseconds
    "v1, v1, 0,     true",
    "v1, v1, 30000, true",
    "v1, v1, 30001, false",
    "v1, v2, 0,     false",
    "v1, '', 0,     false",
    "'', '', 0,     true",
    // a copy for one request only
    ",   '', 0,     false",
    ",   v1, 0,     false",
  })
  void isCurrentForAVersionAndATime(
      @Nullable String version, String ofClient, long age, boolean current) {
    KeyMapping copy =
        new KeyMapping(
            "key", OwnerType.CLIENT, "owner", 0, ApiKeyData.builder().build(), version, READ_AT);
    assertThat(copy.isCurrent(ofClient, READ_AT + age)).isEqualTo(current);
  }
}
