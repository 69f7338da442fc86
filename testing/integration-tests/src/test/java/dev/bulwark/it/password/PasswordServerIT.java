package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * P6, P7: servers one after the other on the same data: one that cannot use libargon2, one that
 * computes a single hash at a time, one that is told to use Java.
 */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PasswordServerIT {

  private static final int LOGINS = 24;
  private static final String FALLBACK = "libargon2 cannot be used";

  private static @Nullable String hashByJava;
  private static @Nullable String hashByNative;

  @TempDir(factory = HomeFolder.class)
  static Path home;

  @TempDir static Path libraries;

  private @Nullable DistributionServer server;

  private DistributionServer start(ServerSpec.Builder spec) {
    DistributionServer started = DistributionServer.start(spec.build());
    server = started;
    return started;
  }

  private static ServerSpec.Builder spec() {
    return TestStack.spec("passwords", "redis://127.0.0.1:1").home(home);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** P7: a file that loads and is no libargon2, of all failures the one that shows last. */
  @Test
  @Order(1)
  void withABrokenLibraryTheServerStartsWarnsOnceAndHashesTheSame() throws Exception {
    Path jdk = Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("jsig"));
    Files.copy(jdk, libraries.resolve(System.mapLibraryName("argon2")));
    DistributionServer keycloak = start(spec().jvmOption("-Djna.library.path=" + libraries));
    assertThat(keycloak.log().lines().filter(line -> line.contains(FALLBACK)))
        .singleElement()
        .asString()
        .contains("WARN", "BouncyCastle computes Argon2 instead", "argon2_ctx");
    assertThat(metric(keycloak, "bulwark_password_native")).isZero();
    Users users = new Users(admin(keycloak));
    users.createWithPassword("by-java", "battery-by-java");
    realm(keycloak).login("by-java", "battery-by-java", "openid").expect(200);
    hashByJava = stored(keycloak, "by-java");
    assertThat(hashByJava).contains("argon2", "65536");
  }

  /** P6, and P7: what Java hashed, libargon2 verifies. */
  @Test
  @Order(2)
  void manyLoginsAtOnceWaitForTheOnePermitAndNoneFails() throws Exception {
    DistributionServer keycloak =
        start(
            spec()
                .option("spi-password-hashing--argon2--cpu-cores", "1")
                .option("spi-password-hashing--argon2--count-interval", "1"));
    assertThat(keycloak.log()).doesNotContain(FALLBACK).contains("; 1 at once");
    assertThat(metric(keycloak, "bulwark_password_native")).isEqualTo(1);
    Realm realm = realm(keycloak);
    AdminApi admin = admin(keycloak);
    realm.login("by-java", "battery-by-java", "openid").expect(200);
    assertThat(stored(keycloak, "by-java")).as("needs no new hash").isEqualTo(hashByJava);
    new Users(admin).createWithPassword("by-native", "battery-by-native");
    hashByNative = stored(keycloak, "by-native");

    importUsers(admin);
    double waits = metric(keycloak, "bulwark_password_wait_seconds_count");
    ExecutorService threads = Executors.newFixedThreadPool(LOGINS);
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Response>> responses = new ArrayList<>();
      for (int i = 0; i < LOGINS; i++) {
        String name = "crowd" + i;
        responses.add(
            threads.submit(
                () -> {
                  start.await();
                  return Realm.untilDecided(
                      () -> realm.login(name, "battery-of-" + name, "openid"));
                }));
      }
      start.countDown();
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                assertThat(metric(keycloak, "bulwark_password_permits_used"))
                    .isLessThanOrEqualTo(1);
                return metric(keycloak, "bulwark_password_waiting") > 1;
              });
      for (Future<Response> response : responses) {
        response.get().expect(200);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(metric(keycloak, "bulwark_password_permits_total")).isEqualTo(1);
    assertThat(metric(keycloak, "bulwark_password_permits_used")).isZero();
    assertThat(metric(keycloak, "bulwark_password_wait_seconds_count"))
        .isGreaterThanOrEqualTo(waits + LOGINS);
    assertThat(metric(keycloak, "bulwark_password_wait_seconds_max"))
        .as("the longest wait is that for several hashes")
        .isGreaterThan(metric(keycloak, "bulwark_password_hash_seconds_max"));
    assertThat(admin.get("/realms/app/events?type=LOGIN_ERROR").expect(200).json()).isEmpty();
    for (String name : List.of("crowd0", "crowd" + (LOGINS - 1))) {
      JsonNode failures =
          admin
              .get("/realms/app/attack-detection/brute-force/users/" + admin.userId(name))
              .expect(200)
              .json();
      assertThat(failures.get("numFailures").asInt()).as(name).isZero();
    }
    int demoUsers = 3;
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(metric(keycloak, "bulwark_password_stored{algorithm=\"argon2\"}"))
                    .as("with the administrator of the realm master")
                    .isEqualTo(LOGINS + demoUsers + 3));
  }

  /** P7: what libargon2 hashed, Java verifies. */
  @Test
  @Order(3)
  void onWishJavaComputesWithoutAWarning() {
    DistributionServer keycloak =
        start(spec().option("spi-password-hashing--argon2--native", "false"));
    assertThat(keycloak.log()).doesNotContain(FALLBACK).contains("Argon2id by BouncyCastle");
    assertThat(metric(keycloak, "bulwark_password_native")).isZero();
    realm(keycloak).login("by-native", "battery-by-native", "openid").expect(200);
    assertThat(stored(keycloak, "by-native")).as("needs no new hash").isEqualTo(hashByNative);
    realm(keycloak).login("by-native", "battery-by-Native", "openid").expect(400);
    realm(keycloak).login("by-java", "battery-by-java", "openid").expect(200);
  }

  private static void importUsers(AdminApi admin) {
    ObjectNode body = new ObjectMapper().createObjectNode().put("ifResourceExists", "FAIL");
    for (int i = 0; i < LOGINS; i++) {
      String name = "crowd" + i;
      ObjectNode user = body.withArray("users").addObject();
      user.put("username", name).put("email", name + "@example.org").put("enabled", true);
      user.put("firstName", "One").put("lastName", "OfMany").put("emailVerified", true);
      user.putArray("credentials")
          .addObject()
          .put("type", "password")
          .put("value", "battery-of-" + name);
    }
    admin.post("/realms/app/partialImport", body.toString()).expect(200);
  }

  /** All that an administrator sees of the stored hash: id, dates and parameters. */
  private static String stored(DistributionServer keycloak, String name) {
    return admin(keycloak).passwordCredential(name).toString();
  }

  private static AdminApi admin(DistributionServer keycloak) {
    return new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  private static Realm realm(DistributionServer keycloak) {
    return new Realm(keycloak.url(), "app");
  }

  /** The highest value of all series that begin so. */
  private static double metric(DistributionServer keycloak, String name) {
    return Http.get(keycloak.managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(
            line ->
                line.startsWith(name + " ")
                    || line.startsWith(name + "{")
                    || line.startsWith(name) && name.endsWith("}"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .max()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }
}
