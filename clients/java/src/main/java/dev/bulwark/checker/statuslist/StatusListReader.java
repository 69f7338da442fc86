package dev.bulwark.checker.statuslist;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.bulwark.checker.statuslist.ListSource.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** Verifies and reads signed lists. Thread-safe. */
final class StatusListReader {

  private static final Set<String> TYPES = Set.of("statuslist+jwt", "application/statuslist+jwt");
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512,
          JWSAlgorithm.EdDSA);
  private static final Set<Integer> BITS = Set.of(1, 2, 4, 8);
  private static final int MAX_LIST_BYTES = 16_000_000;
  private static final Duration MAX_TTL = Duration.ofMinutes(5);

  private final String issuer;
  private final SigningKeys keys;

  StatusListReader(String issuer, SigningKeys keys) {
    this.issuer = issuer;
    this.keys = keys;
  }

  /**
   * Returns the list in an answer.
   *
   * @throws IOException if there is none, or it is not what the realm has signed for this address,
   *     or has expired
   */
  StatusList read(String uri, Answer answer, Instant now) throws IOException {
    try {
      SignedJWT jwt = SignedJWT.parse(answer.expectBody());
      require(ALGORITHMS.contains(jwt.getHeader().getAlgorithm()), "its algorithm is not accepted");
      require(
          jwt.getHeader().getType() != null && TYPES.contains(jwt.getHeader().getType().getType()),
          "its typ is another");
      require(keys.haveSigned(jwt), "its signature is not the realm's");
      return read(uri, jwt.getJWTClaimsSet(), answer.etag(), now);
    } catch (ParseException | JOSEException e) {
      throw new IOException("it is malformed", e);
    }
  }

  private StatusList read(String uri, JWTClaimsSet claims, @Nullable String etag, Instant now)
      throws IOException, ParseException {
    require(uri.equals(claims.getSubject()), "it is another list");
    require(claims.getIssuer() == null || claims.getIssuer().equals(issuer), "its iss is another");
    require(claims.getIssueTime() != null && claims.getExpirationTime() != null, "exp is missing");
    Instant expiresAt = claims.getExpirationTime().toInstant();
    require(expiresAt.isAfter(now), "it has expired");
    Map<String, Object> list = claims.getJSONObjectClaim("status_list");
    if (list == null
        || !(list.get("bits") instanceof Number number)
        || !(list.get("lst") instanceof String lst)) {
      throw new IOException("bits or lst is missing");
    }
    int bits = number.intValue();
    require(BITS.contains(bits), "bits is another number");
    return new StatusList(
        etag,
        bits,
        inflated(lst),
        claims.getIssueTime().toInstant(),
        expiresAt,
        ttl(claims.getClaim("ttl")));
  }

  private static Duration ttl(@Nullable Object claim) {
    Duration ttl =
        claim instanceof Number seconds
            ? Duration.ofSeconds(seconds.longValue())
            : StatusList.MIN_TTL;
    if (ttl.compareTo(StatusList.MIN_TTL) < 0) {
      return StatusList.MIN_TTL;
    }
    return ttl.compareTo(MAX_TTL) > 0 ? MAX_TTL : ttl;
  }

  private static byte[] inflated(String lst) throws IOException {
    byte[] compressed = new Base64URL(lst).decode();
    try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
      byte[] statuses = in.readNBytes(MAX_LIST_BYTES + 1);
      require(statuses.length <= MAX_LIST_BYTES, "it is too long");
      return statuses;
    }
  }

  private static void require(boolean condition, String problem) throws IOException {
    if (!condition) {
      throw new IOException(problem);
    }
  }
}
