package dev.bulwark.it.realm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ScriptCalls;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.realm.parts.BundleNames;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * B1, B14: a realm that switches nothing on is after the jar what it was before it: what it says,
 * what it answers, and what it writes. On one database, first without the jar.
 */
@Tag("slow")
class PlainRealmIT {

  private static final List<String> REALMS = List.of("plain", "guarded");

  /** Beside them, where the parts are tried. */
  private static final String PILOT = "pilot";

  /** What the background work sends to a Redis, with one realm or with a thousand. */
  private static final List<String> BACKGROUND =
      List.of("revocation:", "bulwark:probe", "TIME", "INFO", "PING", "CLIENT", "HELLO", "ECHO");

  /** Of each kind; so many that the background work is the smaller part. */
  private static final int REQUESTS = 200;

  @Test
  void nothingDiffersAfterTheJar() {
    Map<String, SortedMap<String, String>> before;
    Map<String, Set<String>> withoutJar;
    Map<String, SortedMap<String, String>> after;
    try (PostgresProcess database =
            PostgresProcess.start("shared_preload_libraries=pg_stat_statements");
        RedisProcess redis = RedisProcess.start()) {
      try (DistributionServer server =
          DistributionServer.start(spec(database, "plain-before").withoutBundle().build())) {
        makeRealms(admin(server));
        withoutJar = providers(server);
        before = look(server, database);
        REALMS.forEach(
            realm -> before.get(realm).put("statements", statements(server, database, realm)));
      }
      ServerSpec.Builder withJar =
          spec(database, "plain-after").option("spi-redis-connection--default--url", redis.url());
      try (DistributionServer server = DistributionServer.start(withJar.build())) {
        assertThat(added(withoutJar, providers(server))).isEqualTo(BundleNames.bySpi());
        pilot(server);
        after = look(server, database);
        for (String realm : REALMS) {
          try (ScriptCalls calls = new ScriptCalls(redis.url())) {
            after.get(realm).put("statements", statements(server, database, realm));
            assertThat(calls.besides(BACKGROUND)).isEmpty();
          }
        }
      }
      try (Jedis connection = redis.connect()) {
        assertThat(connection.keys("*")).noneMatch(key -> REALMS.stream().anyMatch(key::contains));
      }
    }
    List<String> differences = new ArrayList<>();
    for (String realm : REALMS) {
      before.get(realm).keySet().removeIf(PlainRealmIT::offersSettings);
      after.get(realm).keySet().removeIf(PlainRealmIT::offersSettings);
      differences.addAll(differences(before.get(realm), after.get(realm)));
    }
    assertThat(differences).isEmpty();
  }

  /** Another realm has everything on, and uses it. */
  private static void pilot(DistributionServer server) {
    Commands.realm(
            Map.of("BULWARK_TOKEN", AdminApi.token(server.url())),
            "prepare",
            "--server",
            server.url().toString(),
            "--realm",
            PILOT,
            "--revocation",
            "--keys",
            "--limits",
            "--mails",
            "--event-log",
            "--theme")
        .expect(0);
    login(new Realm(server.url(), PILOT));
  }

  /** What a realm can name of a server: the ids of its providers, by SPI. */
  private static Map<String, Set<String>> providers(DistributionServer server) {
    JsonNode info = admin(server).get("/serverinfo").expect(200).json().get("providers");
    Map<String, Set<String>> names = new TreeMap<>();
    for (String spi : BundleNames.bySpi().keySet()) {
      Set<String> ids = new TreeSet<>();
      info.at("/" + spi + "/providers").fieldNames().forEachRemaining(ids::add);
      names.put(spi, ids);
    }
    return names;
  }

  private static Map<String, Set<String>> added(
      Map<String, Set<String>> before, Map<String, Set<String>> after) {
    Map<String, Set<String>> added = new HashMap<>();
    after.forEach(
        (spi, ids) -> {
          Set<String> more = new TreeSet<>(ids);
          more.removeAll(before.get(spi));
          added.put(spi, more);
        });
    return added;
  }

  /** An action of Keycloak's that has a setting more: how codes are hashed, off by default. */
  private static boolean offersSettings(String each) {
    return each.endsWith("CONFIGURE_RECOVERY_AUTHN_CODES/config-description");
  }

  /** The lines that only one of both has, each behind what it is of. */
  private static List<String> differences(
      SortedMap<String, String> before, SortedMap<String, String> after) {
    List<String> differences = new ArrayList<>();
    Set<String> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    for (String each : all) {
      List<String> old = before.getOrDefault(each, "nothing").lines().toList();
      List<String> now = after.getOrDefault(each, "nothing").lines().toList();
      old.stream()
          .filter(line -> !now.contains(line))
          .forEach(line -> differences.add(each + ": before: " + line.strip()));
      now.stream()
          .filter(line -> !old.contains(line))
          .forEach(line -> differences.add(each + ": after: " + line.strip()));
    }
    return differences;
  }

  private static Map<String, SortedMap<String, String>> look(
      DistributionServer server, PostgresProcess database) {
    Map<String, SortedMap<String, String>> seen = new HashMap<>();
    for (String realm : REALMS) {
      // The first requests of a server fill its caches and tables.
      new RealmView(server.url(), realm, admin(server), database).look();
      seen.put(realm, new RealmView(server.url(), realm, admin(server), database).look());
    }
    return seen;
  }

  /**
   * The statements of many refreshes and many tokens of a service, with how many of each a pair.
   */
  private static String statements(
      DistributionServer server, PostgresProcess database, String name) {
    Realm realm = new Realm(server.url(), name);
    Response tokens = login(realm);
    database.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    database.sql("SELECT pg_stat_statements_reset()");
    for (int i = 0; i < REQUESTS; i++) {
      tokens =
          Http.postForm(
                  realm.endpoint("token"),
                  Map.of(
                      "grant_type",
                      "refresh_token",
                      "client_id",
                      RealmView.BROWSER,
                      "refresh_token",
                      tokens.text("refresh_token")))
              .expect(200);
      Http.postForm(
              realm.endpoint("token"),
              Map.of("grant_type", "client_credentials"),
              "Authorization",
              Realm.basic(RealmView.SERVICE, RealmView.SECRET))
          .expect(200);
    }
    // Those of the background work are fewer than a request has.
    return database.sql(
        "SELECT round(sum(calls)::numeric / %d) || ' ' || regexp_replace(query, '\\s+', ' ', 'g')"
                .formatted(REQUESTS)
            + " FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'"
            + " GROUP BY regexp_replace(query, '\\s+', ' ', 'g')"
            + " HAVING sum(calls) >= %d ORDER BY 1".formatted(REQUESTS / 2));
  }

  private static Response login(Realm realm) {
    return Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "password",
                "client_id",
                RealmView.BROWSER,
                "username",
                "ann",
                "password",
                Realm.PASSWORD))
        .expect(200);
  }

  private static ServerSpec.Builder spec(PostgresProcess database, String name) {
    return database.configure(
        ServerSpec.builder()
            .name(name)
            .shortLived()
            .environment("KC_BOOTSTRAP_ADMIN_USERNAME", TestStack.ADMIN_USERNAME)
            .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD));
  }

  private static AdminApi admin(DistributionServer server) {
    return new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  /** As administrators have them who never heard of the bundle. */
  private static void makeRealms(AdminApi admin) {
    for (String name : List.of("plain", "guarded", PILOT)) {
      Map<String, Object> realm = new HashMap<>();
      realm.put("realm", name);
      realm.put("enabled", true);
      realm.put(
          "clients",
          List.of(
              Map.of(
                  "clientId",
                  RealmView.BROWSER,
                  "publicClient",
                  true,
                  "directAccessGrantsEnabled",
                  true,
                  "redirectUris",
                  List.of("http://127.0.0.1:1/*")),
              Map.of(
                  "clientId", RealmView.SERVICE,
                  "secret", RealmView.SECRET,
                  "serviceAccountsEnabled", true)));
      realm.put("users", List.of(user("ann"), user("ben")));
      if (name.equals("guarded")) {
        realm.put("bruteForceProtected", true);
        realm.put("failureFactor", 5);
        realm.put("eventsEnabled", true);
        realm.put("adminEventsEnabled", true);
        realm.put("passwordPolicy", "length(8) and passwordHistory(3)");
      }
      admin.makeRealm(Json.of(realm));
    }
  }

  private static Map<String, Object> user(String name) {
    return Map.of(
        "username",
        name,
        "enabled",
        true,
        "email",
        name + "@example.org",
        "emailVerified",
        true,
        "firstName",
        name,
        "lastName",
        "Plain",
        "clientRoles",
        Map.of("account", List.of("manage-account", "view-profile")),
        "credentials",
        List.of(Map.of("type", "password", "value", Realm.PASSWORD)));
  }
}
