package dev.bulwark.checker.statuslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** R8: which keys are trusted, and how long. */
@Timeout(60)
class SigningKeysTest {

  private final ECKey first = key("first");
  private final ECKey second = key("second");
  private long nanos = Long.MAX_VALUE - 5;
  private @Nullable JWKSet published = new JWKSet(first);
  private final AtomicInteger requests = new AtomicInteger();
  private boolean mistaken;

  private final SigningKeys keys = keys((uri, etag) -> answer());

  private SigningKeys keys(ListSource source) {
    return new SigningKeys(
        URI.create("https://sso.example.org/certs"), source, Duration.ofSeconds(30), () -> nanos);
  }

  private ListSource.Answer answer() throws IOException {
    requests.incrementAndGet();
    if (mistaken) {
      throw new IllegalStateException("a mistake of the application");
    }
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
    assertThat(requests).hasValue(2);
  }

  @Test
  void whileNoneCanBeFetchedTheKnownOnesStayInUse() throws Exception {
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    published = null;
    later(Duration.ofHours(1));
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    assertThat(requests).hasValue(2);
  }

  @Test
  void anUnknownKeyIsAskedForOnceInTenSeconds() throws Exception {
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    later(Duration.ofSeconds(11));
    for (int i = 0; i < 5; i++) {
      assertThat(keys.haveSigned(signedBy(second))).isFalse();
    }
    assertThat(requests).hasValue(2);
  }

  /** Of an application's own source. */
  @Test
  void afterAnyExceptionTheNextFetchIsTenSecondsLater() throws Exception {
    assertThat(keys.haveSigned(signedBy(first))).isTrue();
    later(Duration.ofSeconds(11));
    mistaken = true;
    for (int i = 0; i < 5; i++) {
      assertThat(keys.haveSigned(signedBy(second))).isFalse();
    }
    assertThat(requests).hasValue(2);
    assertThatThrownBy(() -> keys((uri, etag) -> answer()).haveSigned(signedBy(first)))
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("a mistake of the application");
  }

  @Test
  void whoWaitsForACallerThatIsInterruptedTakesItsTurn() throws Exception {
    WaitingCallers callers = new WaitingCallers();
    callers.threads.get(0).interrupt();
    assertThatThrownBy(() -> callers.answers.get(0).get()).hasCauseInstanceOf(IOException.class);
    for (FutureTask<Boolean> answer : callers.answers.subList(1, 6)) {
      assertThat(answer.get()).isTrue();
    }
    assertThat(requests).hasValue(1);
  }

  @Test
  void whoWaitsForAFetchThatFailsMakesNoneOfItsOwn() throws Exception {
    published = null;
    WaitingCallers callers = new WaitingCallers();
    callers.goOn.countDown();
    for (FutureTask<Boolean> answer : callers.answers) {
      assertThatThrownBy(answer::get).hasRootCauseMessage("unreachable");
    }
    assertThat(requests).hasValue(1);
  }

  /** Six, of which the first one fetches the keys and is held up, and five wait for it. */
  private final class WaitingCallers {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final List<FutureTask<Boolean>> answers = new ArrayList<>();

    WaitingCallers() throws Exception {
      SigningKeys slow = keys((uri, etag) -> heldUp());
      SignedJWT jwt = signedBy(first);
      start(slow, jwt);
      asked.await();
      for (int i = 0; i < 5; i++) {
        start(slow, jwt);
      }
      await()
          .until(
              () ->
                  threads.stream()
                      .allMatch(
                          each ->
                              each.getState() == Thread.State.WAITING
                                  || each.getState() == Thread.State.TIMED_WAITING));
    }

    private void start(SigningKeys slow, SignedJWT jwt) {
      FutureTask<Boolean> answer = new FutureTask<>(() -> slow.haveSigned(jwt));
      Thread thread = new Thread(answer);
      thread.setDaemon(true);
      threads.add(thread);
      answers.add(answer);
      thread.start();
    }

    private ListSource.Answer heldUp() throws IOException {
      if (asked.getCount() > 0) {
        asked.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException(e);
        }
      } else {
        // The first caller may use keys that another fetches before it looks for them.
        await().until(answers.get(0)::isDone);
      }
      return answer();
    }
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
