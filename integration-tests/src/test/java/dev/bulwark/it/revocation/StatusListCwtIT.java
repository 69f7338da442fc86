package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.nimbusds.jose.jwk.JWKSet;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.StatusListView;
import dev.bulwark.it.support.StatusListView.Place;
import dev.bulwark.it.support.TestStack;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** R8: the list as a CWT (section 5.2 of the draft), for whoever asks for it. */
class StatusListCwtIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM = PathRealm.create(STACK.url(), STACK.admin(), "status-cwt");
  private static final String CWT = "application/statuslist+cwt";
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** Labels of the header, and names of the claims. */
  private static final String ALG = "1";

  private static final String KID = "4";
  private static final String TYP = "16";
  private static final String ISS = "1";
  private static final String SUB = "2";
  private static final String EXP = "4";
  private static final String IAT = "6";
  private static final String STATUS_LIST = "65533";
  private static final String TTL = "65534";

  private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

  @BeforeAll
  static void optIn() {
    REALM.addStatusLists("cli");
  }

  @AfterAll
  static void close() {
    REALM.delete();
  }

  @Test
  void aRevokedTokenIsListedInTheCwt() throws Exception {
    Response dead = REALM.login("ann");
    Response alive = REALM.login("ben");
    Place place = place(dead);
    assertThat(isSet(list(place), place)).isFalse();
    REALM.logout("cli", dead.text("refresh_token")).expect(204);
    await().atMost(FRESH).until(() -> isSet(list(place), place));
    assertThat(isSet(list(place(alive)), place(alive))).isFalse();
  }

  @Test
  void theCwtIsCachedApartFromTheJwt() throws Exception {
    String uri = place(REALM.login("ben")).uri();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              HttpResponse<byte[]> cwt = get(uri, "Accept", CWT, "Accept-Encoding", "gzip");
              assertThat(header(cwt, "Content-Type")).isEqualTo(CWT);
              assertThat(header(cwt, "Content-Encoding")).isEmpty();
              assertThat(header(cwt, "Vary")).isEqualTo("Accept, Accept-Encoding");
              assertThat(header(cwt, "Cache-Control"))
                  .isEqualTo("public, max-age=2, must-revalidate");
              String tag = header(cwt, "ETag");
              assertThat(tag).isNotEqualTo(Http.get(uri).expect(200).header("ETag"));
              assertThat(get(uri, "Accept", CWT, "If-None-Match", tag).statusCode()).isEqualTo(304);
              assertThat(get(uri, "If-None-Match", tag).statusCode()).isEqualTo(200);
            });
    assertThat(Http.get(uri, "Accept", "application/*, " + CWT + ";q=0.5").header("Content-Type"))
        .isEqualTo("application/statuslist+jwt");
  }

  private static Place place(Response tokens) {
    return StatusListView.place(tokens.text("access_token")).orElseThrow();
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static HttpResponse<byte[]> get(String uri, String... headers)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(uri)).headers(headers).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Returns the claims after all checks of the draft. */
  private static JsonNode list(Place place) throws Exception {
    HttpResponse<byte[]> response = get(place.uri(), "Accept", CWT);
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode signed = CBOR.readTree(response.body());
    byte[] header = signed.get(0).binaryValue();
    JsonNode labels = CBOR.readTree(header);
    assertThat(labels.get(ALG).asInt()).as("RS256").isEqualTo(-257);
    assertThat(labels.get(TYP).asText()).isEqualTo(CWT);
    byte[] payload = signed.get(2).binaryValue();
    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(
        JWKSet.parse(Http.get(REALM.endpoint("certs")).expect(200).body())
            .getKeyByKeyId(new String(signed.get(1).get(KID).binaryValue(), StandardCharsets.UTF_8))
            .toRSAKey()
            .toRSAPublicKey());
    verifier.update(signed(header, payload));
    assertThat(verifier.verify(signed.get(3).binaryValue())).as("signature").isTrue();
    JsonNode claims = CBOR.readTree(payload);
    assertThat(claims.get(ISS).asText()).isEqualTo(REALM.issuer());
    assertThat(claims.get(SUB).asText()).isEqualTo(place.uri());
    assertThat(claims.get(TTL).asLong()).isEqualTo(2);
    long now = Instant.now().getEpochSecond();
    assertThat(claims.get(EXP).asLong()).isGreaterThan(now);
    assertThat(claims.get(IAT).asLong()).isLessThanOrEqualTo(now);
    return claims;
  }

  /** Sig_structure of RFC 9052, section 4.4. */
  private static byte[] signed(byte[] header, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x84);
    out.write(0x6a);
    out.writeBytes("Signature1".getBytes(StandardCharsets.US_ASCII));
    writeBytes(out, header);
    writeBytes(out, new byte[0]);
    writeBytes(out, payload);
    return out.toByteArray();
  }

  private static void writeBytes(ByteArrayOutputStream out, byte[] bytes) {
    int length = bytes.length;
    if (length < 24) {
      out.write(0x40 | length);
    } else if (length < 256) {
      out.write(0x58);
      out.write(length);
    } else {
      out.write(0x59);
      out.write(length >> 8);
      out.write(length);
    }
    out.writeBytes(bytes);
  }

  private static boolean isSet(JsonNode claims, Place place) throws IOException {
    JsonNode list = claims.get(STATUS_LIST);
    assertThat(list.get("bits").asInt()).isEqualTo(1);
    assertThat(list.get("aggregation_uri").asText()).isEqualTo(REALM.url() + "/token-status");
    byte[] packed = list.get("lst").binaryValue();
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
      return (in.readAllBytes()[place.index() / 8] >> place.index() % 8 & 1) == 1;
    }
  }
}
