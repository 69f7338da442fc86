package dev.bulwark.checker.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RedisProcess;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.TestApp;
import dev.bulwark.checker.TokenRef;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import jakarta.servlet.http.HttpServletRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The filter in Tomcat; a header stands for the token that another filter has verified. (R5) */
class RevocationFilterIT {

  private RedisProcess redis;
  private RevocationChecker checker;
  private TestApp app;

  @BeforeEach
  void start() throws Exception {
    redis = RedisProcess.start();
    redis.feed();
    checker =
        new RevocationChecker(
            JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
            CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());
    app = new TestApp(List.of(), List.of(new RevocationFilter(checker, RevocationFilterIT::token)));
  }

  private static @Nullable TokenRef token(HttpServletRequest request) {
    String jti = request.getHeader("X-Jti");
    return jti == null ? null : RedisProcess.token(jti);
  }

  @AfterEach
  void stop() throws Exception {
    app.close();
    checker.close();
    redis.close();
  }

  @Test
  void aRevokedTokenGets401() throws Exception {
    assertThat(app.get("X-Jti", "good").body()).isEqualTo("hello");
    redis.revoke("bad");
    HttpResponse<String> response = app.get("X-Jti", "bad");
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate"))
        .contains(
            "Bearer error=\"invalid_token\", error_description=\"The token has been revoked\"");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(response.body()).isEmpty();
    assertThat(app.get("X-Jti", "a b").statusCode()).isEqualTo(401);
  }

  @Test
  void aRequestWithoutATokenGoesOn() throws Exception {
    redis.stop();
    assertThat(app.get("X-Other", "x").body()).isEqualTo("hello");
  }

  @Test
  void withoutRedisTheAnswerIs503() throws Exception {
    redis.stop();
    HttpResponse<String> response = app.get("X-Jti", "good");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("5");
    redis.startAgain();
    redis.feed();
    await().until(() -> app.get("X-Jti", "good").statusCode() == 200);
  }
}
