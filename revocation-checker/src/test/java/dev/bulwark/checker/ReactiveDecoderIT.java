package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.checker.spring.RevocationReactiveJwtDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.Jwt;
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

  @Test
  void theQuestionToRedisDoesNotBlockTheEventLoop() throws Exception {
    Scheduler eventLoop = Schedulers.newSingle("event-loop");
    try (RedisProcess redis = RedisProcess.start();
        RevocationChecker checker =
            new RevocationChecker(
                JedisAccess.standalone("127.0.0.1", redis.port(), SLOW),
                CheckerOptions.failClosed())) {
      redis.feed();
      Jwt token =
          Jwt.withTokenValue("token")
              .header("alg", "RS256")
              .claim("typ", "Bearer")
              .jti("good")
              .expiresAt(Instant.now().plusSeconds(900))
              .build();
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
}
