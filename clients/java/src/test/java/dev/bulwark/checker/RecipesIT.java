package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.bulwark.checker.RunningRecipe.Question;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * The recipes of docs/recipes as they stand there, run by the real programs against a real Redis:
 * each tells a revoked token (401) from one that nobody can tell about (503). That for Node needs
 * packages of npm: {@code clients/node/test/recipe.test.js} asks it the same. (R5)
 */
@Timeout(400)
class RecipesIT {

  private static final Path PAGES = Path.of("..", "..", "docs", "recipes");
  private static final Path LUA = Path.of("/usr/share/lua/5.1");

  /** Reads ids and times, one pair a line, and says what the recipe says. */
  private static final String PYTHON =
      """

      import sys
      for line in sys.stdin:
          jti, iat = line.rstrip("\\n").split("\\t")
          print(verdict({"jti": jti, "iat": int(iat)} if iat != "-1" else {"jti": jti}), flush=True)
      """;

  private static final String GO =
      """
      package main

      import (
      	"log"
      	"net/http"
      	"strconv"
      )

      func main() {
      	claims := func(r *http.Request) (string, int64) {
      		iat, _ := strconv.ParseInt(r.Header.Get("X-Iat"), 10, 64)
      		return r.Header.Get("X-Jti"), iat
      	}
      	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("app")) })
      	log.Fatal(http.ListenAndServe("127.0.0.1:PORT", checked(claims, app)))
      }
      """;

  private static final Question WITHOUT_IAT = new Question("onrtac:good", -1);

  @TempDir private Path folder;
  private RedisProcess redis;

  @BeforeEach
  void start() {
    redis = RedisProcess.start();
    redis.feed();
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void python() throws Exception {
    String python = Programs.requirePython(Map.of("redis", "python3-redis"));
    Path script = write("recipe.py", recipe("tokens-python-node.md", "python") + PYTHON);
    try (RunningRecipe recipe = RunningRecipe.overStdin(folder, python, script.toString())) {
      holds(recipe);
      assertThat(recipe.verdict(WITHOUT_IAT)).isEqualTo("unknown");
    }
  }

  @Test
  void go() throws Exception {
    try (RunningRecipe recipe = startGo()) {
      holds(recipe);
    }
  }

  /** The gateway asks the handler in Go, and passes on what that says. */
  @Test
  void caddy() throws Exception {
    String program = Programs.require("caddy", "caddy").toString();
    try (RunningRecipe check = startGo();
        TestPort app = TestPort.serving("app")) {
      int port = FreePort.next();
      Path file =
          write(
              "Caddyfile",
              "{\n  admin off\n  auto_https off\n  default_bind 127.0.0.1\n}\n"
                  + recipe("caddy.md", "caddyfile")
                      .replace(":8000 {", "http://:" + port + " {")
                      .replace("127.0.0.1:8082", "127.0.0.1:" + check.port())
                      .replace("127.0.0.1:8081", "127.0.0.1:" + app.port()));
      try (RunningRecipe recipe =
          RunningRecipe.overHttp(
              folder,
              port,
              Question::headers,
              program,
              "run",
              "--adapter",
              "caddyfile",
              "--config",
              file.toString())) {
        holds(recipe);
        holdsForEveryRequest(recipe);
        check.halt();
        assertThat(recipe.verdict(good("onrtac:good"))).as("endpoint halted").isEqualTo("unknown");
        check.close();
        assertThat(recipe.verdict(good("onrtac:good"))).as("endpoint away").isEqualTo("unknown");
      }
    }
  }

  @Test
  void nginx() throws Exception {
    String program = Programs.require("nginx", "nginx").toString();
    Path kit = Programs.requireFile(module("ndk_http"), "libnginx-mod-http-ndk");
    Path lua = Programs.requireFile(module("ngx_http_lua"), "libnginx-mod-http-lua");
    Programs.requireFile(LUA.resolve("resty/core.lua"), "lua-resty-core");
    Programs.requireFile(LUA.resolve("resty/lrucache.lua"), "lua-resty-lrucache");
    Programs.requireFile(LUA.resolve("nginx/redis.lua"), "lua-nginx-redis");
    int port = FreePort.next();
    Path file =
        write(
            "nginx.conf",
            """
            user root;
            daemon off;
            load_module KIT;
            load_module LUA;
            error_log stderr warn;
            pid FOLDER/nginx.pid;
            events {}
            http {
              access_log off;
              client_body_temp_path FOLDER/body;
              proxy_temp_path FOLDER/proxy;
              fastcgi_temp_path FOLDER/fastcgi;
              uwsgi_temp_path FOLDER/uwsgi;
              scgi_temp_path FOLDER/scgi;
              server {
                listen 127.0.0.1:PORT;
                location / {
                  set $jti $http_x_jti;
                  set $iat $http_x_iat;
                  RECIPE
                  content_by_lua_block { ngx.say("app") }
                }
              }
            }
            """
                .replace("KIT", kit.toString())
                .replace("LUA", lua.toString())
                .replace("FOLDER", folder.toString())
                .replace("PORT", Integer.toString(port))
                .replace(
                    "RECIPE",
                    recipe("nginx.md", "nginx").replace("\"resty.redis\"", "\"nginx.redis\"")));
    try (RunningRecipe recipe =
        RunningRecipe.overHttp(
            folder,
            port,
            Question::headers,
            program,
            "-p",
            folder.toString(),
            "-c",
            file.toString())) {
      holds(recipe);
      holdsForEveryRequest(recipe);
    }
  }

  /** It verifies the tokens too, so here they are real ones. */
  @Test
  void haproxy() throws Exception {
    String program = Programs.require("haproxy", "haproxy").toString();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    KeyPair others = generator.generateKeyPair();
    Path pem =
        write(
            "realm.pem",
            "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                    .encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n");
    Path script = write("token.lua", recipe("haproxy.md", "lua"));
    try (TestPort app = TestPort.serving("app")) {
      int port = FreePort.next();
      Path file =
          write(
              "haproxy.cfg",
              recipe("haproxy.md", "haproxy")
                  .replace("/etc/haproxy/realm.pem", pem.toString())
                  .replace("/etc/haproxy/token.lua", script.toString())
                  .replace("bind :8000", "bind 127.0.0.1:" + port)
                  .replace("127.0.0.1:8081", "127.0.0.1:" + app.port()));
      try (RunningRecipe recipe =
          RunningRecipe.overHttp(
              folder,
              port,
              question -> bearer(token(question, "relying-app", 900, keys)),
              program,
              "-db",
              "-f",
              file.toString())) {
        holds(recipe);
        holdsForEveryRequest(recipe);
        Question good = good("onrtac:good");
        assertThat(recipe.answer(bearer(token(good, "relying-app", 900, keys))).statusCode())
            .isEqualTo(200);
        for (String bad :
            List.of(
                token(good, "another", 900, keys),
                token(good, "not-relying-app", 900, keys),
                token(good, "relying-app", -1, keys),
                token(good, "relying-app", 900, others),
                "abc")) {
          assertThat(recipe.answer(bearer(bad)).statusCode()).as(bad).isEqualTo(401);
        }
        acceptsPlainAccessTokensOnly(recipe, good, keys);
        assertThat(recipe.answer().headers().firstValue("WWW-Authenticate")).contains("Bearer");
      }
    }
  }

  private static void acceptsPlainAccessTokensOnly(
      RunningRecipe recipe, Question good, KeyPair keys) throws Exception {
    Map<String, Object> thumbprint = Map.of("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    for (Map<String, Object> claims :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("typ", "ID"),
            Map.of("typ", "Refresh"),
            Map.of("typ", "DPoP", "cnf", thumbprint),
            Map.of("typ", "Bearer", "cnf", thumbprint),
            Map.of("typ", "Bearer", "cnf", Map.of("x5t#S256", "bwcK0esc3ACC3DB2Y5_lESsXE8o9")))) {
      String token = token(good, "relying-app", 900, keys, claims);
      assertThat(recipe.verdict(bearer(token))).as("%s", claims).isEqualTo("revoked");
    }
    String token = token(good, "relying-app", 900, keys);
    String[] twice = {"Authorization", "Bearer " + token, "Authorization", "Bearer " + token};
    assertThat(recipe.verdict(twice)).as("two headers").isEqualTo("revoked");
    assertThat(recipe.verdict(bearer(token))).isEqualTo("live");
    String lowerCase = token(good, "relying-app", 900, keys, Map.of("typ", "bearer"));
    assertThat(recipe.verdict(bearer(lowerCase))).isEqualTo("live");
  }

  private static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  private static String token(Question question, String audience, long life, KeyPair keys) {
    return token(question, audience, life, keys, Map.of("typ", "Bearer"));
  }

  private static String token(
      Question question, String audience, long life, KeyPair keys, Map<String, Object> more) {
    try {
      JWTClaimsSet.Builder claims =
          new JWTClaimsSet.Builder()
              .issuer("https://sso.example.org/realms/app")
              .audience(List.of("account", audience))
              .jwtID(question.jti())
              .issueTime(Date.from(Instant.ofEpochSecond(question.issuedAt())))
              .expirationTime(Date.from(Instant.now().plusSeconds(life)));
      more.forEach(claims::claim);
      SignedJWT jwt =
          new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).build(), claims.build());
      jwt.sign(new RSASSASigner(keys.getPrivate()));
      return jwt.serialize();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private RunningRecipe startGo() throws Exception {
    String program = Programs.require("go", "golang-go").toString();
    int port = FreePort.next();
    write("recipe.go", recipe("tokens-go.md", "go"));
    write("main.go", GO.replace("PORT", Integer.toString(port)));
    Path binary = folder.resolve("recipe");
    Process build =
        new ProcessBuilder(program, "build", "-o", binary.toString(), "recipe.go", "main.go")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("build").toFile())
            .start();
    assertThat(build.waitFor()).as(Files.readString(folder.resolve("build"))).isZero();
    return RunningRecipe.overHttp(folder, port, Question::headers, binary.toString());
  }

  /** What every recipe must tell apart. */
  private void holds(RunningRecipe recipe) throws Exception {
    redis.feed();
    redis.revoke("onrtac:bad");
    assertThat(recipe.verdict(good("onrtac:good"))).isEqualTo("live");
    assertThat(recipe.verdict(good("onrtac:bad"))).isEqualTo("revoked");
    for (String hostile : List.of("a b", "{x}a", "x".repeat(256))) {
      assertThat(recipe.verdict(good(hostile))).as(hostile).isEqualTo("revoked");
    }

    long before = redis.calls("mget") + redis.calls("get") + redis.calls("exists");
    for (int i = 0; i < 10; i++) {
      assertThat(recipe.verdict(good("onrtac:good-" + i))).isEqualTo("live");
    }
    long after = redis.calls("mget") + redis.calls("get") + redis.calls("exists");
    assertThat(after - before).as("round trips").isEqualTo(10);

    for (String state :
        List.of("", "0", "never -", "0 never", "0 - onrtac:bad onrtac:good", "0 1000")) {
      state(state);
      assertThat(recipe.verdict(good("onrtac:good"))).as(state).isEqualTo("unknown");
      assertThat(recipe.verdict(good("onrtac:bad"))).as(state).isEqualTo("revoked");
    }
    for (String state : List.of("0 - onrtac:goods", "0 " + System.currentTimeMillis())) {
      state(state);
      assertThat(recipe.verdict(good("onrtac:good"))).as(state).isEqualTo("live");
    }
    state(System.currentTimeMillis() - 60_000 + " -");
    assertThat(recipe.verdict(good("onrtac:good"))).isEqualTo("live");
    assertThat(recipe.verdict(new Question("onrtac:old", now() - 120)))
        .as("older than the ledger")
        .isEqualTo("unknown");

    redis.feed(System.currentTimeMillis() - 61_000);
    assertThat(recipe.verdict(good("onrtac:good"))).as("not fed").isEqualTo("unknown");
    assertThat(recipe.verdict(good("onrtac:bad"))).as("not fed").isEqualTo("revoked");
    try (Jedis jedis = redis.connect()) {
      jedis.set("revocation:complete", "soon");
      assertThat(recipe.verdict(good("onrtac:good"))).as("no number").isEqualTo("unknown");
      jedis.flushAll();
    }
    assertThat(recipe.verdict(good("onrtac:good"))).as("emptied").isEqualTo("unknown");
    redis.feed();
    assertThat(recipe.verdict(good("onrtac:good"))).isEqualTo("live");

    redis.halt();
    long began = System.nanoTime();
    assertThat(recipe.verdict(good("onrtac:good"))).as("halted").isEqualTo("unknown");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    redis.goOn();
    redis.feed();
    await().until(() -> recipe.verdict(good("onrtac:good")).equals("live"));

    redis.stop();
    assertThat(recipe.verdict(good("onrtac:good"))).as("away").isEqualTo("unknown");
    redis.startAgain();
    redis.feed();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> recipe.verdict(good("onrtac:good")).equals("live"));
  }

  /** Gateways: the method, the query and the body have no say. */
  private void holdsForEveryRequest(RunningRecipe recipe) throws Exception {
    redis.feed();
    redis.revoke("onrtac:bad");
    for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
      for (String target : List.of("/", "/a/b?q=%00&jti=onrtac:bad")) {
        String body = method.equals("GET") ? "" : "b".repeat(100_000);
        assertThat(recipe.verdict(good("onrtac:good"), method, target, body))
            .as(method + " " + target)
            .isEqualTo("live");
        assertThat(recipe.verdict(good("onrtac:bad"), method, target, body))
            .as(method + " " + target)
            .isEqualTo("revoked");
      }
    }
  }

  /** What Keycloak says of the realm; an empty text for nothing. */
  private void state(String text) {
    try (Jedis jedis = redis.connect()) {
      if (text.isEmpty()) {
        jedis.del("revocation:realm:app");
      } else {
        jedis.set("revocation:realm:app", text);
      }
    }
  }

  private static Question good(String jti) {
    return new Question(jti, now());
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** The block of a language, with the port of this test's Redis. */
  private String recipe(String page, String language) throws IOException {
    String text = Files.readString(PAGES.resolve(page));
    // The pages of gateways begin with API keys.
    int tokens = Math.max(0, text.indexOf("\n## Tokens"));
    Matcher block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(text);
    assertThat(block.find(tokens)).as("a block of %s in %s", language, page).isTrue();
    return block.group(1).replace("6379", Integer.toString(redis.port()));
  }

  private static Path module(String name) {
    return Programs.NGINX_MODULES.resolve(name + "_module.so");
  }

  /** A port of the loopback interface, with an application on it. */
  private static final class TestPort implements AutoCloseable {

    private final HttpServer server;

    private TestPort(HttpServer server) {
      this.server = server;
    }

    static TestPort serving(String body) throws IOException {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            // What is not read would break the connection, and with it the answer.
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
          });
      server.start();
      return new TestPort(server);
    }

    int port() {
      return server.getAddress().getPort();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
