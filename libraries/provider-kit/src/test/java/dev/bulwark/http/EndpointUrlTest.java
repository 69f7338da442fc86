package dev.bulwark.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointUrlTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://old.example.org/check",
        "HTTPS://old.example.org",
        "http://localhost:8000/check",
        "http://127.0.0.53/check",
        "http://[::1]:8000/check"
      })
  void takesHttpsAndThisMachine(String url) {
    assertThat(EndpointUrl.parse(url)).hasToString(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "old.example.org",
        "/check",
        "http://old.example.org/check",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "https:///check",
        "https://user:secret@old.example.org/",
        "https://old.example.org/?token=secret",
        "https://old.example.org/#part",
        "ftp://old.example.org/",
        "https://old.example.org/with blank"
      })
  void refusesWhatIsNotSecureOrHasASecretInIt(String url) {
    assertThatIllegalArgumentException().isThrownBy(() -> EndpointUrl.parse(url));
  }
}
