package dev.bulwark.it.ratelimit;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.Map;

/** A way to try an API key. */
enum KeyPath {
  EXCHANGE(400) {
    @Override
    Response send(LimitedServer server, String address, String key) {
      return Http.postForm(
          server.endpoint("token"),
          Map.of("grant_type", "urn:bulwark:params:oauth:grant-type:api-key", "client_id", "cli"),
          "X-API-Key",
          key,
          "X-Forwarded-For",
          address);
    }
  },
  VERIFY(403) {
    @Override
    Response send(LimitedServer server, String address, String key) {
      return Http.get(
          server.realmUrl() + "/api-keys/verify",
          "Authorization",
          Realm.basic(GATEWAY, LimitedServer.CLIENT_SECRET),
          "X-API-Key",
          key,
          "X-Forwarded-For",
          address);
    }
  },
  INTROSPECTION(200) {
    @Override
    Response send(LimitedServer server, String address, String key) {
      return Http.postForm(
          server.endpoint("token/introspect"),
          Map.of("token", key),
          "Authorization",
          Realm.basic(GATEWAY, LimitedServer.CLIENT_SECRET),
          "X-Forwarded-For",
          address);
    }
  },
  PASSWORD_GRANT(400) {
    @Override
    Response send(LimitedServer server, String address, String key) {
      return Http.postForm(
          server.endpoint("token"),
          Map.of("grant_type", "password", "client_id", "keys-as-passwords"),
          "X-API-Key",
          key,
          "X-Forwarded-For",
          address);
    }
  },
  CLIENT_AUTHENTICATION(401) {
    @Override
    Response send(LimitedServer server, String address, String key) {
      return Http.postForm(
          server.endpoint("token"),
          Map.of("grant_type", "client_credentials", "client_id", "by-key"),
          "X-API-Key",
          key,
          "X-Forwarded-For",
          address);
    }
  };

  /** Of the options of {@link LimitedServer}. */
  static final int PER_ADDRESS = 6;

  private static final String GATEWAY = "limits-gateway";

  private final int wrong;

  KeyPath(int wrong) {
    this.wrong = wrong;
  }

  /** The status of the answer to a wrong key. */
  int wrong() {
    return wrong;
  }

  abstract Response send(LimitedServer server, String address, String key);

  /** Makes what the ways need beyond the realm {@code limits}. */
  static void prepare(LimitedServer server) {
    server.newClient(Map.of("clientId", GATEWAY, "attributes", Map.of("api-key.verify", "true")));
    Flows flows = new Flows(server.admin());
    flows.grant("keys-as-passwords", "api-key-direct-grant");
    flows.clientAuthentication(
        "clients-or-keys", "client-secret", "client-secret-jwt", "client-api-key");
    server.newClient(Map.of("clientId", "by-key", "clientAuthenticatorType", "client-api-key"));
  }

  /** Well-formed, or not: neither is a key that there is. */
  static String wrongKey(int number) {
    return number % 2 == 0
        ? "wrong-key-number-" + number
        : "atk_" + "A".repeat(40) + (100 + number) + "000000";
  }
}
