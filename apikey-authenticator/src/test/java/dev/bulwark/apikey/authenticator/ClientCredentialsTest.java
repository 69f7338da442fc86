package dev.bulwark.apikey.authenticator;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.util.BasicAuthHelper;

/** K4: where a client may put its key. */
class ClientCredentialsTest {

  private static final String BASIC = BasicAuthHelper.RFC6749.createHeader("svc", "from basic");

  private static MultivaluedMap<String, String> form(String... pairs) {
    MultivaluedMap<String, String> form = new MultivaluedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      form.add(pairs[i], pairs[i + 1]);
    }
    return form;
  }

  @Test
  void everyPlace() {
    assertThat(ClientCredentials.of(null, BASIC, form()))
        .isEqualTo(new ClientCredentials("svc", "from basic"));
    assertThat(ClientCredentials.of(null, null, form("client_id", "a", "client_secret", "b")))
        .isEqualTo(new ClientCredentials("a", "b"));
    assertThat(ClientCredentials.of(List.of("k"), null, form("client_id", "a")))
        .isEqualTo(new ClientCredentials("a", "k"));
  }

  @Test
  void theHeaderWinsAndThenTheForm() {
    assertThat(
            ClientCredentials.of(
                List.of(" k "), BASIC, form("client_id", "a", "client_secret", "b")))
        .isEqualTo(new ClientCredentials("a", "k"));
    assertThat(ClientCredentials.of(null, BASIC, form("client_secret", "b")))
        .isEqualTo(new ClientCredentials("svc", "b"));
  }

  @Test
  void twoHeadersAreNoKeyWhateverElseThereIs() {
    assertThat(ClientCredentials.of(List.of("k", "k"), BASIC, form()))
        .isEqualTo(new ClientCredentials("svc", null));
  }

  @Test
  void nothingOrGarbageIsNothing() {
    assertThat(ClientCredentials.of(null, "Bearer x", form("client_id", " ")))
        .isEqualTo(new ClientCredentials(null, null));
    assertThat(new ClientCredentials("a", "secret").toString()).doesNotContain("secret");
  }
}
