package dev.bulwark.password.migrate.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.contract.ApiKeyLimits;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** P5: an export loses nothing that the owner of a key has chosen. */
class KeyRestrictionsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void whatOwnersChooseIsExported() {
    assertThat(KeyRestrictions.stored()).containsExactlyInAnyOrderElementsOf(ApiKeyLimits.EXPORTED);
  }

  @Test
  void aValueOfAnyTypeIsWrittenButNothingEmpty() throws IOException {
    ObjectNode key = JSON.createObjectNode();
    KeyRestrictions.write(
        JSON.readTree("{\"rateLimit\":\"x\",\"allowedNetworks\":[],\"metadata\":null}"), key);
    assertThat(key).isEqualTo(JSON.readTree("{\"rate_limit\":\"x\"}"));
  }
}
