package dev.bulwark.it.observability;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.observability.TraceReceiver.Span;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B11: with Keycloak's tracing, the bundle's own spans show where a request spends its time. */
@Tag("full")
class TracingIT {

  private static final String SCOPE = "dev.bulwark";
  private static final String WRONG = "wrong-battery-4711";

  private static TraceReceiver receiver;
  private static RedisProcess redis;
  private static DistributionServer keycloak;

  @BeforeAll
  static void start() {
    receiver = TraceReceiver.start();
    redis = RedisProcess.start();
    keycloak =
        DistributionServer.start(
            documented(TestStack.manyFromOneAddress(TestStack.spec("traced", redis.url())))
                .option("tracing-protocol", "http/protobuf")
                .build());
  }

  /** With the options of the page, at the receiver of this test. */
  private static ServerSpec.Builder documented(ServerSpec.Builder spec) {
    Map<String, String> options =
        ShellBlock.of("docs/operations/traces.md", "Switch it on").options();
    assertThat(options).containsOnlyKeys("tracing-enabled", "tracing-endpoint");
    return spec.buildOption("tracing-enabled", String.valueOf(options.get("tracing-enabled")))
        .option("tracing-endpoint", receiver.url());
  }

  @AfterAll
  static void stop() {
    keycloak.close();
    redis.close();
    receiver.close();
  }

  private static Realm realm() {
    return new Realm(keycloak.url(), "app");
  }

  private static List<Span> own() {
    return receiver.spans().stream().filter(span -> span.scope().equals(SCOPE)).toList();
  }

  private static Set<String> seen() {
    Set<String> ids = new HashSet<>();
    own().forEach(span -> ids.add(span.id()));
    return ids;
  }

  /** Waits for a span that is not among those seen before. */
  private static Span awaitSpan(Set<String> before, Predicate<Span> which) {
    return await("a span")
        .atMost(SOON)
        .until(
            () ->
                own().stream()
                    .filter(span -> !before.contains(span.id()))
                    .filter(which)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private static Predicate<Span> named(String name) {
    return span -> span.name().equals(name);
  }

  /** The span of the request: the first of the trace. */
  private static Span first(Span span) {
    Span top =
        await("the request's span")
            .atMost(SOON)
            .until(() -> top(span), found -> found.filter(Span::isFirst).isPresent())
            .orElseThrow();
    assertThat(top.kind()).isEqualTo("SERVER");
    return top;
  }

  private static Optional<Span> top(Span span) {
    return span.isFirst() ? Optional.of(span) : receiver.above(span).flatMap(TracingIT::top);
  }

  @Test
  void theHashAndTheLimitOfALoginAreInTheTraceOfItsRequest() {
    Set<String> before = seen();
    realm().login("alice");

    Span hash = awaitSpan(before, named("verify password"));
    assertThat(hash.kind()).isEqualTo("INTERNAL");
    assertThat(hash.failed()).isFalse();
    assertThat(hash.attributes()).containsEntry("bulwark.password.algorithm", "argon2");
    assertThat(Double.parseDouble(hash.attributes().get("bulwark.password.wait"))).isNotNegative();
    assertThat(first(hash).attributes()).containsEntry("http.request.method", "POST");

    Span limit =
        awaitSpan(before, named("EVALSHA limiter.take").and(s -> s.trace().equals(hash.trace())));
    assertThat(limit.kind()).isEqualTo("CLIENT");
    assertThat(limit.attributes())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "db.system.name", "redis",
                "db.operation.name", "EVALSHA",
                "db.namespace", "0",
                "db.stored_procedure.name", "limiter.take",
                "server.address", "127.0.0.1",
                "server.port", Integer.toString(redis.port())));
    assertThat(first(limit)).isEqualTo(first(hash));
  }

  @Test
  void thePushOfALogoutIsInTheTraceOfItsRequest() {
    Response login = realm().login("alice");
    Set<String> before = seen();
    realm().logout(login.text("refresh_token")).expect(204);

    Span push = awaitSpan(before, named("push revocations"));
    assertThat(push.kind()).isEqualTo("INTERNAL");
    assertThat(push.attributes())
        .containsExactlyEntriesOf(Map.of("bulwark.revocation.tokens", "1"));
    assertThat(first(push).attributes().get("url.path")).endsWith("/logout");

    Span pipeline = awaitSpan(before, span -> span.parent().equals(push.id()));
    assertThat(pipeline.name()).isEqualTo("PIPELINE");
    assertThat(pipeline.kind()).isEqualTo("CLIENT");
    assertThat(pipeline.attributes()).containsEntry("db.operation.name", "PIPELINE");
  }

  @Test
  void thePushInTheBackgroundIsATraceOfItsOwn() {
    Response login = realm().login("alice");
    Set<String> before = seen();
    redis.kill();
    try {
      realm().logout(login.text("refresh_token")).expect(204);
    } finally {
      redis.startAgain();
    }
    Span push =
        awaitSpan(
            before,
            span -> span.name().equals("push revocations") && span.isFirst() && !span.failed());
    Span pipeline = awaitSpan(before, span -> span.parent().equals(push.id()));
    assertThat(pipeline.name()).isEqualTo("PIPELINE");
  }

  @Test
  void aFailedCallNamesItsKindAlone() {
    awaitRedis();
    Set<String> before = seen();
    redis.admin("ACL", "SETUSER", "default", "-evalsha");
    try {
      realm().login("alice");
    } finally {
      redis.admin("ACL", "SETUSER", "default", "+evalsha");
    }
    Span failed = awaitSpan(before, span -> span.name().startsWith("EVALSHA") && span.failed());
    assertThat(failed.attributes())
        .containsEntry("error.type", "permission")
        .containsEntry("db.response.status_code", "NOPERM");
    assertThat(failed.said()).isEmpty();
    awaitRedis();
  }

  private static void awaitRedis() {
    await("Redis is available to Keycloak")
        .atMost(SOON)
        .until(
            () ->
                Http.get(keycloak.managementUrl() + "/metrics")
                    .expect(200)
                    .body()
                    .lines()
                    .anyMatch(
                        line -> line.startsWith("bulwark_redis_up") && line.endsWith(" 1.0")));
  }

  /** Who reads traces learns no secret, and nothing about a person or a token. */
  @Test
  void noSpanTellsOfAPersonOrASecret() {
    Set<String> before = seen();
    realm().login("alice", WRONG, "openid").expect(400);
    realm().login("nobody-of-that-name", WRONG, "openid").expect(400);
    Response login = realm().login("alice");
    String jti = Realm.claims(login.text("access_token")).get("jti").asText();
    String sid = Realm.claims(login.text("access_token")).get("sid").asText();
    String sub = Realm.claims(login.text("access_token")).get("sub").asText();
    realm().logout(login.text("refresh_token")).expect(204);

    awaitSpan(before, named("push revocations"));
    awaitSpan(before, named("verify password"));
    assertThat(own())
        .allSatisfy(
            span ->
                assertThat(span.toString())
                    .doesNotContain(
                        WRONG, Realm.PASSWORD, "alice", "nobody-of-that-name", jti, sid, sub)
                    .doesNotContain("revoked:", "limit:{"));
    // An attribute with the outcome would be one more.
    assertThat(own())
        .filteredOn(named("verify password"))
        .allSatisfy(
            span ->
                assertThat(span.attributes())
                    .containsOnlyKeys("bulwark.password.algorithm", "bulwark.password.wait"));
  }

  @Test
  void thePageNamesEverySpanAndAttribute() {
    realm().logout(realm().login("alice").text("refresh_token")).expect(204);
    awaitSpan(Set.of(), named("push revocations"));
    Set<String> documented = new TreeSet<>();
    Pattern.compile("`([^`]+)`")
        .matcher(Repository.text("docs/operations/traces.md"))
        .results()
        .forEach(code -> documented.add(code.group(1)));
    assertThat(own())
        .isNotEmpty()
        .allSatisfy(
            span -> {
              assertThat(documented).contains(span.name());
              assertThat(documented).containsAll(span.attributes().keySet());
            });
  }
}
