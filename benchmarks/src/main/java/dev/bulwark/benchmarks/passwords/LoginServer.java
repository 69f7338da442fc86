package dev.bulwark.benchmarks.passwords;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Keycloak with or without the bundle, a Redis, and realms for logins, at the shipped cost.
 * Safe for use by many threads.
 */
final class LoginServer implements AutoCloseable {

  private static final String ADMIN = "admin";
  private static final String ADMIN_PASSWORD = "correct-admin-battery";
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final Pattern ENGINE = Pattern.compile("Argon2id by (.*?): m=");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LocalRedis redis;
  private final DistributionServer server;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private LoginServer(LocalRedis redis, DistributionServer server) {
    this.redis = redis;
    this.server = server;
  }

  /**
   * Starts the server.
   *
   * @param library libargon2 that it has to use
   * @param cpuCores hashes at once; null for the default, the number of processors
   * @param heap {@code JAVA_OPTS_KC_HEAP}
   */
  static LoginServer start(
      Plan plan,
      String name,
      List<BenchmarkRealm> realms,
      NativeLibraries.Library library,
      @Nullable Integer cpuCores,
      String heap)
      throws IOException {
    Path folder = plan.folder("realms");
    LocalRedis redis = LocalRedis.start(0);
    try {
      ServerSpec.Builder spec =
          ServerSpec.builder()
              .name(name)
              .option("spi-redis-connection--default--url", redis.url())
              .hashesAsShipped()
              .option("log-level", "warn,dev.bulwark.password:info")
              .environment("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN)
              .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD)
              .environment("JAVA_OPTS_KC_HEAP", heap);
      library.jvmOptions().forEach(spec::jvmOption);
      if (cpuCores != null) {
        spec.option("spi-password-hashing--argon2--cpu-cores", "" + cpuCores);
      }
      for (BenchmarkRealm realm : realms) {
        spec.realmFile(realm.writeTo(folder));
      }
      DistributionServer server = DistributionServer.start(spec.build());
      try {
        requireLibrary(server, library);
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
      return new LoginServer(redis, server);
    } catch (IOException | RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  /** By the server's own line at start. */
  private static void requireLibrary(DistributionServer server, NativeLibraries.Library library) {
    // The log is copied by a thread.
    await("what computes Argon2id, in the server's log")
        .atMost(Duration.ofSeconds(10))
        .until(() -> ENGINE.matcher(server.log()).find());
    Matcher line = ENGINE.matcher(server.log());
    if (!line.find() || !line.group(1).equals("libargon2 (" + library.file() + ")")) {
      throw new IllegalStateException(
          "the server does not compute with " + library.file() + ": " + line.group());
    }
  }

  /** One login by password grant, which has to succeed. */
  void login(BenchmarkRealm realm, int user) throws IOException, InterruptedException {
    token(realm.name(), BenchmarkRealm.CLIENT, BenchmarkRealm.user(user), BenchmarkRealm.PASSWORD);
  }

  /**
   * Makes sure that a user's stored hash is what the row tells.
   *
   * @throws IOException when it is not
   */
  void checkHash(BenchmarkRealm realm) throws IOException, InterruptedException {
    String token = token("master", "admin-cli", ADMIN, ADMIN_PASSWORD);
    String users = "/admin/realms/" + realm.name() + "/users";
    String id =
        get(users + "?exact=true&username=" + BenchmarkRealm.user(0), token).at("/0/id").asText();
    String stored = get(users + "/" + id + "/credentials", token).at("/0/credentialData").asText();
    JsonNode data = JSON.readTree(stored);
    boolean equal =
        data.at("/algorithm").asText().equals(realm.hasher())
            && data.at("/hashIterations").asInt() == Cost.SHIPPED.iterations()
            && data.at("/additionalParameters/memory/0").asInt() == Cost.SHIPPED.memory()
            && data.at("/additionalParameters/parallelism/0").asInt() == Cost.SHIPPED.parallelism()
            && data.at("/additionalParameters/type/0").asText().equals("id")
            && data.at("/additionalParameters/hashLength/0").asInt() == Cost.HASH_LENGTH;
    if (!equal) {
      throw new IOException("the hashes of " + realm.name() + " are " + stored);
    }
  }

  /**
   * The process of the Java virtual machine: {@code kc.sh}, which the server's own process id
   * names, either becomes it or waits for it.
   *
   * @throws IOException when there is none
   */
  long javaPid() throws IOException {
    ProcessHandle started =
        ProcessHandle.of(server.pid()).orElseThrow(() -> new IOException("Keycloak has ended"));
    return Stream.concat(Stream.of(started), started.descendants())
        .filter(process -> process.info().command().orElse("").endsWith("/java"))
        .findFirst()
        .orElseThrow(() -> new IOException("no Java below process " + started.pid()))
        .pid();
  }

  private String token(String realm, String client, String user, String password)
      throws IOException, InterruptedException {
    // All plain letters, digits, - and _: nothing to escape.
    String form =
        "grant_type=password&client_id=%s&username=%s&password=%s"
            .formatted(client, user, password);
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        server.url() + "/realms/" + realm + "/protocol/openid-connect/token"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(
          "login of "
              + user
              + " in "
              + realm
              + ": "
              + response.statusCode()
              + " "
              + response.body());
    }
    return JSON.readTree(response.body()).at("/access_token").asText();
  }

  private JsonNode get(String path, String token) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(server.url() + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + ": " + response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      redis.close();
    }
  }
}
