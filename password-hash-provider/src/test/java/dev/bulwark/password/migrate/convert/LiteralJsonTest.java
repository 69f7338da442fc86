package dev.bulwark.password.migrate.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.common.util.StringPropertyReplacer;

/**
 * P5: Keycloak's own replacement finds nothing in what is written, and JSON gives the text back.
 */
class LiteralJsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${HOME}",
        "$${HOME}",
        "$$${HOME}}",
        "\\${HOME}",
        "\\\\${HOME}",
        "\\u0024{HOME}",
        "\\\\u0024{HOME}",
        "&#36;{HOME}",
        "${HOME:else}",
        "${unset:else}",
        "${unset:${HOME}}",
        "${${HOME}}",
        "${unset,HOME}",
        "${env.HOME}",
        "${user.home}",
        "${/}",
        "${:}",
        "${}",
        "${",
        "}",
        "$",
        "$\u0001{\"HOME\"}\n",
        "\uff04{HOME}",
        "\ud83d\ude00${HOME}"
      })
  void aTextComesBackAsItIs(String text) throws IOException {
    Map<String, Map<String, String>> written = Map.of(text, Map.of("${nested}" + text, text));
    String json = LiteralJson.MAPPER.writeValueAsString(written);
    assertThat(json).doesNotContain("$");
    // Keycloak's resolver answers whatever is asked for.
    String imported = StringPropertyReplacer.replaceProperties(json, name -> "secret of " + name);
    assertThat(new ObjectMapper().readValue(imported, Map.class)).isEqualTo(written);
  }

  @Test
  void theReplacementIsTheOneThatFillsPlainJson() throws IOException {
    String json = new ObjectMapper().writeValueAsString(Map.of("firstName", "${HOME}"));
    assertThat(StringPropertyReplacer.replaceProperties(json, name -> "secret of " + name))
        .contains("secret of HOME");
  }
}
