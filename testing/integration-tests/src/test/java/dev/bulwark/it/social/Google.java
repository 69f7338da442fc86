package dev.bulwark.it.social;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A stand-in for Google: OpenID Connect as Google answers it, under the host names that Keycloak's
 * broker has. It can lie in an ID token.
 *
 * @see <a href="https://developers.google.com/identity/openid-connect/openid-connect">Google's
 *     description</a>
 */
final class Google extends StandIn<GoogleAccount> {

  static final String ISSUER = "https://accounts.google.com";
  static final List<String> HOSTS =
      List.of(
          "accounts.google.com",
          "oauth2.googleapis.com",
          "openidconnect.googleapis.com",
          "www.googleapis.com");
  static final String TOKEN = "/token";
  static final String CERTS = "/oauth2/v3/certs";
  static final String USERINFO = "/v1/userinfo";

  private static final String AUTHORIZATION = "/o/oauth2/v2/auth";
  private static final String KEY_ID = "3f7c2b1d5a9e4c60b8d1f2e3a4b5c6d7e8f90a1b";
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  private final KeyPair key = newKey();
  private volatile Consumer<ObjectNode> claims = node -> {};
  private volatile UnaryOperator<String> idToken = UnaryOperator.identity();

  Google(ProviderCertificate certificate) {
    super("google-client.apps.googleusercontent.com", server(certificate));
  }

  private static HttpsServer server(ProviderCertificate certificate) {
    try {
      HttpsServer server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void add(GoogleAccount account) {
    add(account.subject(), account);
  }

  /** Changes the claims of ID tokens before they are signed, until {@link #mend}. */
  void lie(Consumer<ObjectNode> change) {
    claims = change;
  }

  /** Changes signed ID tokens, until {@link #mend}. */
  void forge(UnaryOperator<String> change) {
    idToken = change;
  }

  @Override
  void mend() {
    super.mend();
    claims = node -> {};
    idToken = UnaryOperator.identity();
  }

  @Override
  String authorizationPath() {
    return AUTHORIZATION;
  }

  @Override
  String refusal() {
    return "&error=access_denied&error_subtype=access_denied";
  }

  @Override
  String success() {
    return "&scope=" + encode("email profile openid") + "&authuser=0&prompt=consent";
  }

  @Override
  void answer(HttpExchange exchange, String path) throws IOException {
    String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
    switch (host.replaceFirst(":443$", "") + path) {
      case "accounts.google.com/.well-known/openid-configuration" -> discovery(exchange);
      case "oauth2.googleapis.com" + TOKEN -> token(exchange);
      case "www.googleapis.com" + CERTS -> certs(exchange);
      case "openidconnect.googleapis.com" + USERINFO -> userInfo(exchange);
      default -> send(exchange, 404, "text/html; charset=UTF-8", "Error 404 (Not Found)!!1");
    }
  }

  private static void discovery(HttpExchange exchange) throws IOException {
    ObjectNode document =
        JSON.createObjectNode()
            .put("issuer", ISSUER)
            .put("authorization_endpoint", ISSUER + AUTHORIZATION)
            .put("token_endpoint", "https://oauth2.googleapis.com" + TOKEN)
            .put("userinfo_endpoint", "https://openidconnect.googleapis.com" + USERINFO)
            .put("jwks_uri", "https://www.googleapis.com" + CERTS);
    document.putArray("response_types_supported").add("code");
    document.putArray("subject_types_supported").add("public");
    document.putArray("id_token_signing_alg_values_supported").add("RS256");
    document.putArray("code_challenge_methods_supported").add("plain").add("S256");
    send(exchange, 200, document);
  }

  private void token(HttpExchange exchange) throws IOException {
    Map<String, String> form = form(exchange);
    if (!clientId().equals(form.get("client_id"))
        || !clientSecret().equals(form.get("client_secret"))) {
      refuse(exchange, 401, "invalid_client", "Unauthorized");
      return;
    }
    Grant<GoogleAccount> grant = redeem(form.getOrDefault("code", ""));
    if (grant == null || !"authorization_code".equals(form.get("grant_type"))) {
      refuse(exchange, 400, "invalid_grant", "Bad Request");
    } else if (!form.getOrDefault("redirect_uri", "").equals(grant.parameter("redirect_uri"))) {
      refuse(exchange, 400, "redirect_uri_mismatch", "Bad Request");
    } else if (!hasVerifier(grant, form)) {
      refuse(exchange, 400, "invalid_grant", "Missing code verifier.");
    } else {
      String accessToken = "ya29." + UUID.randomUUID();
      issue(accessToken, grant);
      send(
          exchange,
          200,
          JSON.createObjectNode()
              .put("access_token", accessToken)
              .put("expires_in", 3599)
              .put(
                  "scope",
                  "openid https://www.googleapis.com/auth/userinfo.profile"
                      + " https://www.googleapis.com/auth/userinfo.email")
              .put("token_type", "Bearer")
              .put("id_token", idToken.apply(idToken(grant, accessToken))));
    }
  }

  private static void refuse(HttpExchange exchange, int status, String error, String description)
      throws IOException {
    send(
        exchange,
        status,
        JSON.createObjectNode().put("error", error).put("error_description", description));
  }

  private String idToken(Grant<GoogleAccount> grant, String accessToken) throws IOException {
    GoogleAccount account = grant.account();
    long now = Instant.now().getEpochSecond();
    ObjectNode token =
        JSON.createObjectNode()
            .put("iss", ISSUER)
            .put("azp", clientId())
            .put("aud", clientId())
            .put("sub", account.subject())
            .put("email", account.email())
            .put("email_verified", account.verified())
            .put("at_hash", halfHash(accessToken))
            .put("nonce", grant.parameter("nonce"))
            .put("name", account.givenName() + " " + account.familyName())
            .put("picture", "https://lh3.googleusercontent.com/a/default=s96-c")
            .put("given_name", account.givenName())
            .put("family_name", account.familyName())
            .put("iat", now)
            .put("exp", now + 3600);
    claims.accept(token);
    return sign(key, token);
  }

  /** A token of these claims under Google's key id, whoever's the key is. */
  static String sign(KeyPair key, ObjectNode claims) {
    try {
      ObjectNode header =
          JSON.createObjectNode().put("alg", "RS256").put("kid", KEY_ID).put("typ", "JWT");
      String input =
          URL.encodeToString(JSON.writeValueAsBytes(header))
              + "."
              + URL.encodeToString(JSON.writeValueAsBytes(claims));
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key.getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + URL.encodeToString(signature.sign());
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** {@code at_hash} of OpenID Connect Core, 3.1.3.6. */
  private static String halfHash(String accessToken) {
    byte[] hash = Base64.getUrlDecoder().decode(sha256(accessToken));
    return URL.encodeToString(Arrays.copyOf(hash, hash.length / 2));
  }

  private void certs(HttpExchange exchange) throws IOException {
    RSAPublicKey publicKey = (RSAPublicKey) key.getPublic();
    ObjectNode keys = JSON.createObjectNode();
    keys.putArray("keys")
        .addObject()
        .put("kty", "RSA")
        .put("use", "sig")
        .put("alg", "RS256")
        .put("kid", KEY_ID)
        .put("n", URL.encodeToString(unsigned(publicKey.getModulus().toByteArray())))
        .put("e", URL.encodeToString(unsigned(publicKey.getPublicExponent().toByteArray())));
    send(exchange, 200, keys);
  }

  private static byte[] unsigned(byte[] number) {
    return number[0] == 0 ? Arrays.copyOfRange(number, 1, number.length) : number;
  }

  private void userInfo(HttpExchange exchange) throws IOException {
    Grant<GoogleAccount> grant = bearer(exchange);
    if (grant == null) {
      refuse(exchange, 401, "invalid_request", "Invalid Credentials");
      return;
    }
    GoogleAccount account = grant.account();
    send(
        exchange,
        200,
        JSON.createObjectNode()
            .put("sub", account.subject())
            .put("name", account.givenName() + " " + account.familyName())
            .put("given_name", account.givenName())
            .put("family_name", account.familyName())
            .put("picture", "https://lh3.googleusercontent.com/a/default=s96-c")
            .put("email", account.email())
            .put("email_verified", account.verified()));
  }
}
