package dev.bulwark.apikey.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** K5: names of owners in headers. */
class PercentEncodingTest {

  @Test
  void headersCarryAnyName() {
    assertThat(PercentEncoding.encode("alice@example.org")).isEqualTo("alice@example.org");
    assertThat(PercentEncoding.encode("J\u00fcrgen 100%\r\nX: y"))
        .isEqualTo("J%C3%BCrgen 100%25%0D%0AX: y");
  }
}
