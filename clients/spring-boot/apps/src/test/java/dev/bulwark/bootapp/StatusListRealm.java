package dev.bulwark.bootapp;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.BitSet;
import java.util.Date;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;

/** Serves the keys of a realm and one Token Status List, as Keycloak does. */
final class StatusListRealm implements AutoCloseable {

  private static final int BYTES = 16;
  private static final long LIFE_SECONDS = 3;

  private final KeyPair keys;
  private final HttpServer server;
  private final BitSet revoked = new BitSet();
  private volatile boolean away;

  StatusListRealm(KeyPair keys) throws IOException {
    this.keys = keys;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/realms/app";
  }

  String list() {
    return issuer() + "/token-status/list";
  }

  synchronized void revoke(int index) {
    revoked.set(index);
  }

  /** Every request fails from now on, or no longer. */
  void away(boolean now) {
    away = now;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = body(exchange.getRequestURI().getPath()).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(away ? 503 : 200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private String body(String path) {
    if (path.endsWith("/certs")) {
      RSAKey key = new RSAKey.Builder((RSAPublicKey) keys.getPublic()).keyID("key").build();
      return new JWKSet(key).toString();
    }
    return signed();
  }

  private synchronized String signed() {
    try {
      byte[] bits = new byte[BYTES];
      byte[] set = revoked.toByteArray();
      System.arraycopy(set, 0, bits, 0, set.length);
      ByteArrayOutputStream compressed = new ByteArrayOutputStream();
      try (DeflaterOutputStream out = new DeflaterOutputStream(compressed)) {
        out.write(bits);
      }
      Instant now = Instant.now();
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256)
                  .type(new JOSEObjectType("statuslist+jwt"))
                  .keyID("key")
                  .build(),
              new JWTClaimsSet.Builder()
                  .issuer(issuer())
                  .subject(list())
                  .issueTime(Date.from(now))
                  .expirationTime(Date.from(now.plusSeconds(LIFE_SECONDS)))
                  .claim("ttl", 1)
                  .claim(
                      "status_list",
                      Map.of(
                          "bits", 1, "lst", Base64URL.encode(compressed.toByteArray()).toString()))
                  .build());
      jwt.sign(new RSASSASigner(keys.getPrivate()));
      return jwt.serialize();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
