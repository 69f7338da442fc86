package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.zip.InflaterInputStream;

/** Reads Token Status Lists with the tools of Java alone. Thread-safe. */
public final class StatusListView {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Decoder BASE64 = Base64.getUrlDecoder();

  private final Map<String, RSAPublicKeySpec> keys = new ConcurrentHashMap<>();
  private final UnaryOperator<String> route;

  /** Of a server that is reached at the address that it names. */
  public StatusListView() {
    this(url -> url);
  }

  /**
   * Of one that is reached elsewhere.
   *
   * @param route makes the address to call of the one that the server names
   */
  public StatusListView(UnaryOperator<String> route) {
    this.route = route;
  }

  /** Where the status of a token is. */
  public record Place(String uri, int index) {}

  /** Returns the place in the claim {@code status}; empty if the token has none. */
  public static Optional<Place> place(String accessToken) {
    JsonNode list = Realm.claims(accessToken).path("status").path("status_list");
    return list.isMissingNode()
        ? Optional.empty()
        : Optional.of(new Place(list.get("uri").asText(), list.get("idx").asInt()));
  }

  /** Whether the bit of a token is set; empty if it has no place. Fails where a list is invalid. */
  public Optional<Boolean> isRevoked(String accessToken) {
    return place(accessToken)
        .map(place -> bit(bits(verified(list(place).expect(200), place.uri())), place));
  }

  /** Asks for the list of a place. */
  public Response list(Place place) {
    return Http.get(route.apply(place.uri()));
  }

  private static boolean bit(byte[] bits, Place place) {
    return (bits[place.index() / 8] >> place.index() % 8 & 1) == 1;
  }

  /** Returns the claims of a list after all checks of the draft. */
  public JsonNode verified(Response response, String uri) {
    try {
      String[] parts = response.body().split("\\.", -1);
      JsonNode header = JSON.readTree(BASE64.decode(parts[0]));
      JsonNode claims = JSON.readTree(BASE64.decode(parts[1]));
      require(response.header("Content-Type").equals("application/statuslist+jwt"), "media type");
      require(header.get("typ").asText().equals("statuslist+jwt"), "typ");
      require(header.get("alg").asText().equals("RS256"), "alg");
      require(claims.get("sub").asText().equals(uri), "sub");
      long now = Instant.now().getEpochSecond();
      require(claims.get("exp").asLong() > now, "exp");
      require(claims.get("iat").asLong() <= now, "iat");
      String issuer = claims.get("iss").asText();
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(
          KeyFactory.getInstance("RSA")
              .generatePublic(
                  keys.computeIfAbsent(header.get("kid").asText(), kid -> key(issuer, kid))));
      signature.update((parts[0] + '.' + parts[1]).getBytes(StandardCharsets.US_ASCII));
      require(signature.verify(BASE64.decode(parts[2])), "signature");
      return claims;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private RSAPublicKeySpec key(String issuer, String kid) {
    String url = route.apply(issuer + "/protocol/openid-connect/certs");
    for (JsonNode key : Http.get(url).expect(200).json().get("keys")) {
      if (key.get("kid").asText().equals(kid)) {
        return new RSAPublicKeySpec(number(key.get("n")), number(key.get("e")));
      }
    }
    throw new AssertionError("no key " + kid);
  }

  private static BigInteger number(JsonNode text) {
    return new BigInteger(1, BASE64.decode(text.asText()));
  }

  /** Returns the bits in a list. */
  private static byte[] bits(JsonNode claims) {
    JsonNode list = claims.get("status_list");
    require(list.get("bits").asInt() == 1, "bits");
    byte[] compressed = BASE64.decode(list.get("lst").asText());
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("The list has a wrong " + what);
    }
  }
}
