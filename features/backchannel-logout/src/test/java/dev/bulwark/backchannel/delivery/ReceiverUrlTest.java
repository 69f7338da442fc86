package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverUrlTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://shop.example.org/logout",
        "http://shop:8080/logout?tenant=1",
        "https://[2001:db8::1]:8443/",
        "HTTPS://SHOP.EXAMPLE.ORG"
      })
  void urlsThatAreCalled(String url) {
    assertThat(ReceiverUrl.of(url, null, null)).hasToString(url);
  }

  @Test
  void aPathIsBelowTheRootOfTheClient() {
    assertThat(ReceiverUrl.of("/logout", "https://shop.example.org", null))
        .hasToString("https://shop.example.org/logout");
  }

  @Test
  void theHostOfTheSession() {
    assertThat(ReceiverUrl.of("https://${application.session.host}/logout", null, "node1:8443"))
        .hasToString("https://node1:8443/logout");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/logout",
        "logout",
        "//host/logout",
        "ftp://host/logout",
        "file:///etc/passwd",
        "jar:http://host/a!/b",
        "mailto:a@example.org",
        "http:///logout",
        "http://user:secret@host/logout",
        "https://host/logout#fragment",
        "https://host:0/",
        "https://host:99999/",
        "https://host:port/",
        "http://127.1/",
        "http://[::1",
        "http://ho st/",
        "http://host/\r\nX-Injected: 1",
        "http://host\\@evil.example.org/",
        "https://${application.session.host}/logout"
      })
  void urlsThatAreNotCalled(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReceiverUrl.of(url, null, null))
        .withMessageStartingWith("the URL");
  }

  @Test
  void aLongOneIsNotCalled() {
    String url = "https://host/" + "a".repeat(3000);
    assertThatIllegalArgumentException().isThrownBy(() -> ReceiverUrl.of(url, null, null));
  }

  /** Whatever the text, it is a URL or an IllegalArgumentException. */
  @Test
  void anyText() {
    Random random = new Random(9);
    String alphabet = "htps:/.@#?[]{}$%\\ \r\n\0ä0123456789abcxyz-_~";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(i % 3 == 0 ? "https://" : "");
      int length = random.nextInt(40);
      for (int c = 0; c < length; c++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        assertThat(ReceiverUrl.of(text.toString(), null, "h").getHost()).isNotEmpty();
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("the URL");
      }
    }
  }
}
