package dev.bulwark.checker.statuslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** R8: which keys are trusted, and how long. */
class SigningKeysTest {

  private final ECKey first = key("first");
  private final ECKey second = key("second");
  private long nanos = Long.MAX_VALUE - 5;
  private @Nullable JWKSet published = new JWKSet(first);
  private int requests;

  private final SigningKeys keys =
      new SigningKeys(
          URI.create("https://sso.example.org/certs"),
          (uri, etag) -> answer(),
          Duration.ofSeconds(3),
          () -> nanos);

  private ListSource.Answer answer() throws IOException {
    requests++;
    if (published == null) {
      throw new IOException("unreachable");
    }
    return new ListSource.Answer(200, published.toString(), null);
  }

  private static ECKey key(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).algorithm(JWSAlgorithm.ES256).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SignedJWT signedBy(ECKey key) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder().build());
    jwt.sign(new ECDSASigner(key));
    return jwt;
  }

  private void later(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void aKeyThatTheRealmHasDisabledIsTrustedForFiveMinutes() throws Exception {
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    published = new JWKSet(second);
    later(Duration.ofMinutes(5));
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    later(Duration.ofNanos(1));
    assertThat(keys.haveSigned(signedBy(first))).isFalse();
    assertThat(keys.haveSigned(signedBy(second))).isTrue();
    assertThat(requests).isEqualTo(2);
  }

  @Test
  void whileNoneCanBeFetchedTheKnownOnesStayInUse() throws Exception {
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    published = null;
    later(Duration.ofHours(1));
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    assertThat(requests).isEqualTo(2);
  }

  @Test
  void anUnknownKeyIsAskedForOnceInTenSeconds() throws Exception {
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    later(Duration.ofSeconds(11));
    for (int i = 0; i < 5; i++) {
      assertThat(keys.haveSigned(signedBy(second))).isFalse();
    }
    assertThat(requests).isEqualTo(2);
  }

  @Test
  void aCallerThatIsInterruptedTakesNobodysTurn() throws Exception {
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    later(Duration.ofSeconds(11));
    published = null;
    Thread.currentThread().interrupt();
    try {
      assertThat(keys.haveSigned(signedBy(second))).isFalse();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    published = new JWKSet(List.of(first, second));
    assertThat(keys.haveSigned(signedBy(second))).isTrue();
  }

  @Test
  void withoutKeysNobodyCanTell() {
    published = null;
    assertThatThrownBy(() -> keys.haveSigned(signedBy(first)))
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("unreachable");
  }
}
