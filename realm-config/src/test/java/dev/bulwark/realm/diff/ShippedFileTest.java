package dev.bulwark.realm.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** B13: only a field that the shipped file has is watched; RealmDiffIT changes some of them. */
class ShippedFileTest {

  /** The flow of a client replaces that of the realm, its lifetime the 15 minutes of J1. */
  @Test
  void everyClientSaysThatTheRealmsFlowsAndLifetimesApply() throws IOException {
    for (JsonNode client : realm().get("clients")) {
      String id = client.get("clientId").asText();
      JsonNode flows = client.path("authenticationFlowBindingOverrides");
      assertThat(flows.isObject() && flows.isEmpty()).as(id).isTrue();
      // A client that only accepts tokens gets none.
      if (!client.path("bearerOnly").asBoolean()) {
        JsonNode lifetime = client.at("/attributes/access.token.lifespan");
        assertThat(lifetime.isTextual() && lifetime.asText().isEmpty()).as(id).isTrue();
      }
      assertThat(client.has("protocolMappers")).as(id).isTrue();
    }
  }

  @Test
  void everyRoleSaysWhetherItHasOthers() throws IOException {
    JsonNode realm = realm();
    for (JsonNode role : realm.at("/roles/realm")) {
      assertThat(role.has("composite")).as(role.get("name").asText()).isTrue();
    }
    for (JsonNode client : realm.at("/roles/client")) {
      for (JsonNode role : client) {
        assertThat(role.has("composite")).as(role.get("name").asText()).isTrue();
      }
    }
    assertThat(realm.has("clientScopeMappings")).isTrue();
  }

  private static JsonNode realm() throws IOException {
    return new ObjectMapper().readTree(Path.of("app-realm.json").toFile());
  }
}
