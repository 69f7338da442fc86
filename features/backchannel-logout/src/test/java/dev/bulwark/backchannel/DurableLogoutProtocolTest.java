package dev.bulwark.backchannel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;

/** R9: which notices are stored, and which calls stay Keycloak's own. */
class DurableLogoutProtocolTest {

  private static final String URL = "https://shop.example.org/logout";
  private static final String ID = "0d1f1f53-5a4c-4b0c-9d5e-6f1c1a0b7a11";

  /** Returns a realm or client with an id and attributes. */
  private static <T> T model(Class<T> type, String id, Map<String, String> attributes) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                method.getName().equals("getId") ? id : attributes.get((String) arguments[0])));
  }

  private static boolean isStored(String durable, String clientId, Map<String, String> attributes) {
    return DurableLogoutProtocol.isStored(
        model(RealmModel.class, "realm", Map.of("backchannelLogout.durable", durable)),
        model(ClientModel.class, clientId, attributes));
  }

  @Test
  void aClientWithAnUrlInARealmThatHasItOn() {
    assertThat(isStored("true", ID, Map.of("backchannel.logout.url", URL))).isTrue();
    assertThat(isStored("false", ID, Map.of("backchannel.logout.url", URL))).isFalse();
    assertThat(isStored("true", ID, Map.of("backchannel.logout.url", " "))).isFalse();
    assertThat(isStored("true", ID, Map.of())).isFalse();
  }

  /** Its id is longer than the column, and a logout that cannot store its notice fails. */
  @Test
  void aClientOfAnotherStoreIsCalledByKeycloakItself() {
    assertThat(isStored("true", "f:" + ID + ":shop", Map.of("backchannel.logout.url", URL)))
        .isFalse();
  }
}
