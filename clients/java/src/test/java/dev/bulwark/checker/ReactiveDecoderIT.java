package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.checker.spring.RevocationReactiveJwtDecoder;
import dev.bulwark.checker.spring.RevocationValidator;
import dev.bulwark.checker.springdata.SpringDataAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A decoder for WebFlux while Redis does not answer. (R5) */
class ReactiveDecoderIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final JedisSettings SLOW =
      JedisSettings.builder()
          .connectTimeout(PATIENCE)
          .commandTimeout(Duration.ofSeconds(50))
          .build();

  private static Jwt token() {
    return Jwt.withTokenValue("token")
        .issuer("https://sso.example.org/realms/app")
        .header("alg", "RS256")
        .claim("typ", "Bearer")
        .jti("good")
        .expiresAt(Instant.now().plusSeconds(900))
        .build();
  }

  @Test
  void theQuestionToRedisDoesNotBlockTheEventLoop() throws Exception {
    Scheduler eventLoop = Schedulers.newSingle("event-loop");
    try (RedisProcess redis = RedisProcess.start();
        RevocationChecker checker =
            new RevocationChecker(
                JedisAccess.standalone("127.0.0.1", redis.port(), SLOW),
                CheckerOptions.failClosed())) {
      redis.feed();
      Jwt token = token();
      RevocationReactiveJwtDecoder decoder =
          new RevocationReactiveJwtDecoder(any -> Mono.just(token), checker);
      redis.halt();
      CompletableFuture<Jwt> decoded;
      try {
        decoded = decoder.decode("token").subscribeOn(eventLoop).toFuture();
        assertThat(Mono.just("free").subscribeOn(eventLoop).block(PATIENCE)).isEqualTo("free");
        assertThat(decoded).isNotDone();
      } finally {
        redis.goOn();
      }
      assertThat(decoded.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(token);
    } finally {
      eventLoop.dispose();
    }
  }

  /** All requests share one connection of Lettuce: an interrupted wait for it closed it for all. */
  @Test
  void aCallerWhoHangsUpDisturbsNobody() throws Exception {
    try (RedisProcess redis = RedisProcess.start()) {
      redis.feed();
      LettuceConnectionFactory factory = SpringDataAccessIT.application(redis);
      BlockingQueue<Verdict> verdicts = new LinkedBlockingQueue<>();
      try (RevocationChecker checker =
          new RevocationChecker(
              SpringDataAccess.lettuce(factory, PATIENCE, PATIENCE),
              CheckerOptions.builder().retryInterval(Duration.ofMinutes(1)).build(),
              (verdict, elapsed) -> verdicts.add(verdict))) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        assertThat(verdicts.remove()).isEqualTo(Verdict.LIVE);
        CountDownLatch asked = new CountDownLatch(1);
        OAuth2TokenValidator<Jwt> validator = new RevocationValidator(checker);
        RevocationReactiveJwtDecoder decoder =
            new RevocationReactiveJwtDecoder(
                any -> Mono.just(token()),
                jwt -> {
                  asked.countDown();
                  return validator.validate(jwt);
                });
        redis.halt();
        try {
          Disposable caller = decoder.decode("token").subscribe();
          assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
          caller.dispose();
        } finally {
          redis.goOn();
        }
        assertThat(verdicts.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .as("of the caller who hung up")
            .isEqualTo(Verdict.LIVE);
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        assertThat(checker.status()).isEqualTo(FeedStatus.KNOWING);
      } finally {
        factory.destroy();
      }
    }
  }
}
