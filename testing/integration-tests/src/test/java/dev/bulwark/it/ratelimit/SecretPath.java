package dev.bulwark.it.ratelimit;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An endpoint at which a client presents its secret. */
enum SecretPath {
  TOKEN_BY_BASIC("token", Map.of("grant_type", "client_credentials")),
  TOKEN_BY_FORM("token", Map.of("grant_type", "client_credentials")) {
    @Override
    Response send(LimitedServer server, String address, String clientId, String secret) {
      return post(
          server, address, Map.of("client_id", clientId, "client_secret", secret), Map.of());
    }
  },
  /** Signed with the secret (RFC 7523): who signs with a guess guesses it. */
  TOKEN_BY_SIGNED_ASSERTION("token", Map.of("grant_type", "client_credentials")) {
    @Override
    String newClient(LimitedServer server) {
      return server.newClient(Map.of("clientAuthenticatorType", "client-secret-jwt"));
    }

    @Override
    Response send(LimitedServer server, String address, String clientId, String secret) {
      return post(
          server,
          address,
          Map.of(
              "client_assertion_type",
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
              "client_assertion",
              assertion(server, clientId, secret)),
          Map.of());
    }
  },
  INTROSPECTION("token/introspect", Map.of("token", "none")),
  REVOCATION("revoke", Map.of("token", "none")),
  LOGOUT("logout", Map.of("refresh_token", "none")),
  PUSHED_AUTHORIZATION(
      "ext/par/request", Map.of("response_type", "code", "redirect_uri", "http://127.0.0.1/done")) {
    @Override
    int refused() {
      return 401;
    }
  },
  DEVICE_AUTHORIZATION("auth/device", Map.of()),
  BACKCHANNEL_AUTHENTICATION("ext/ciba/auth", Map.of("login_hint", "nobody", "scope", "openid")) {
    @Override
    int refused() {
      return 401;
    }
  },
  VERIFY_OF_API_KEYS("", Map.of()) {
    @Override
    String url(LimitedServer server) {
      return server.realmUrl() + "/api-keys/verify";
    }
  };

  static final int PER_CLIENT = 10;

  private static final long LIFE_SECONDS = 60;

  private final String path;
  private final Map<String, String> form;

  SecretPath(String path, Map<String, String> form) {
    this.path = path;
    this.form = form;
  }

  String url(LimitedServer server) {
    return server.endpoint(path);
  }

  /**
   * The status of a request that is refused: these endpoints of Keycloak make 401 of whatever the
   * authentication of a client answers.
   */
  int refused() {
    return 429;
  }

  /** A client that no other test uses; its secret is {@link LimitedServer#CLIENT_SECRET}. */
  String newClient(LimitedServer server) {
    return server.newClient(Map.of());
  }

  /** One request of a client from an address. */
  Response send(LimitedServer server, String address, String clientId, String secret) {
    return post(server, address, Map.of(), Map.of("Authorization", Realm.basic(clientId, secret)));
  }

  Response post(
      LimitedServer server, String address, Map<String, String> more, Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(form);
    all.putAll(more);
    Map<String, String> sent = new LinkedHashMap<>(headers);
    sent.put("X-Forwarded-For", address);
    return Http.postForm(
        url(server),
        all,
        sent.entrySet().stream()
            .flatMap(header -> java.util.stream.Stream.of(header.getKey(), header.getValue()))
            .toArray(String[]::new));
  }

  private static String assertion(LimitedServer server, String clientId, String secret) {
    String claims =
        Json.of(
            Map.of(
                "iss",
                clientId,
                "sub",
                clientId,
                "aud",
                server.realmUrl(),
                "jti",
                UUID.randomUUID().toString(),
                "exp",
                System.currentTimeMillis() / 1000 + LIFE_SECONDS));
    String signed = base64(Json.object("alg", "HS256")) + "." + base64(claims);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
