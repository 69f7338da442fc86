package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.bundle.PublicEndpoints;
import dev.bulwark.it.bundle.PublicEndpoints.Endpoint;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * L6: whoever has not authenticated leaves nothing behind, at any endpoint of the bundle: no row in
 * any table, no key in Redis but the counters of limits, no line in the log, no webhook.
 */
@Tag("slow")
class AnonymousRequestsIT {

  private static final int CALLS = 100;
  private static final int CALLS_OF_ANOTHER_METHOD = 5;
  private static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD");
  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/x-ndjson",
          "application/x-www-form-urlencoded",
          "application/merge-patch+json",
          "text/plain");
  private static final String MADE_UP_KEY = "atk_" + "M".repeat(43);

  /** The counters of limits. */
  private static final String LIMITS = "limit:";

  private static final String PASSWORD_COUNTS = "public.bulwark_password_day";

  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  private static DatabaseProcess database;
  private static WebhookReceiver receiver;
  private static EventServer server;
  private static RedisProcess redis;
  private static String alice;

  @BeforeAll
  static void start() {
    database =
        SharedDatabase.startForOwnServer()
            .orElseGet(
                () -> Assumptions.abort("H2 is a part of Keycloak: nobody else sees its tables"));
    receiver = WebhookReceiver.start();
    server =
        EventServer.start(
            "anonymous",
            spec ->
                database.configure(
                    EventServer.delivering(spec, receiver)
                        // Each request comes from an address of its own: no limit helps.
                        .option("proxy-headers", "xforwarded")
                        .option("proxy-trusted-addresses", "127.0.0.1")));
    redis = server.redis();
    alice = server.admin().userId("alice");
    // The server counts passwords by itself, once a day and first after its start.
    await().atMost(SOON).until(() -> Traces.countRows().get(PASSWORD_COUNTS) > 0);
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
    if (receiver != null) {
      receiver.close();
    }
    if (database != null) {
      database.close();
    }
  }

  @Test
  void requestsWithoutCredentialsLeaveNothing() throws Exception {
    Traces before = Traces.now();
    List<Endpoint> endpoints = PublicEndpoints.all();
    assertThat(endpoints).hasSizeGreaterThan(40);
    Set<String> paths = new TreeSet<>();
    for (Endpoint endpoint : endpoints) {
      paths.add(endpoint.path());
      for (int i = 0; i < CALLS; i++) {
        call(endpoint.method(), endpoint.path(), i);
      }
    }
    for (String path : paths) {
      for (String method : METHODS) {
        for (int i = 0; i < CALLS_OF_ANOTHER_METHOD; i++) {
          call(method, path, i);
        }
      }
    }
    for (String grant : PublicEndpoints.grants()) {
      for (int i = 0; i < CALLS; i++) {
        exchange(grant, null);
      }
    }
    before.assertNothingNew();
    assertThat(server.keycloak().log().substring(before.logged)).isEmpty();
    assertNoDelivery();
  }

  /** A wrong secret is a line of the log, as an audit needs it, and nothing else. */
  @Test
  void madeUpCredentialsAreStoredNowhere() throws Exception {
    Traces before = Traces.now();
    List<Endpoint> endpoints = PublicEndpoints.all();
    for (Endpoint endpoint : endpoints) {
      for (String header : List.of("Bearer a.b.c", "Bearer x", "Basic eDp5", "DPoP a.b.c")) {
        call(endpoint.method(), endpoint.path(), 0, "Authorization", header);
      }
      call(endpoint.method(), endpoint.path(), 0, "X-API-Key", MADE_UP_KEY);
    }
    for (String grant : PublicEndpoints.grants()) {
      for (int i = 0; i < CALLS; i++) {
        exchange(grant, MADE_UP_KEY);
      }
    }
    before.assertNothingNew();
    assertNoDelivery();
  }

  private static void exchange(String grant, @Nullable String key) {
    List<String> headers =
        new ArrayList<>(List.of("X-Forwarded-For", address(), "X-Forwarded-Proto", "https"));
    if (key != null) {
      headers.addAll(List.of("X-API-Key", key));
    }
    Response answer =
        Http.postForm(
            server.realm().endpoint("token"),
            Map.of("grant_type", grant, "client_id", "dev-cli"),
            headers.toArray(String[]::new));
    assertThat(answer.status()).as(grant + answer.body()).isEqualTo(400);
  }

  private static void call(String method, String path, int number, String... headers) {
    String realm = number % 10 == 9 ? "no-such-realm" : "app";
    String filled =
        path.replace("{realm}", realm).replaceAll("\\{[^}]*}", UUID.randomUUID().toString());
    String query = number % 2 == 0 ? "" : "?owner=user:" + alice + "&max=5";
    HttpRequest.Builder request =
        Http.request(server.keycloak().url() + filled + query)
            .header("X-Forwarded-For", address())
            .header("X-Forwarded-Proto", "https")
            .header("Content-Type", TYPES.get(number % TYPES.size()))
            .method(method, HttpRequest.BodyPublishers.ofString(body(number)));
    if (headers.length > 0) {
      request.headers(headers);
    }
    int status = Http.send(request).status();
    assertThat(status).as(method + " " + filled).isLessThan(500);
  }

  private static String body(int number) {
    return switch (number % 5) {
      case 0 ->
          Json.object(
              "name",
              "k",
              "scopes",
              List.of("tasks:read"),
              "owner",
              Map.of("type", "user", "id", alice));
      case 1 -> Json.object("sub_id", Map.of("format", "email", "email", "alice@example.org"));
      case 2 -> Json.object("username", "alice", "hash", "0".repeat(64));
      case 3 -> "\u0000 no JSON {";
      default -> "";
    };
  }

  /** Of a network for documents, a new one each time. */
  private static String address() {
    int number = ADDRESSES.incrementAndGet();
    return "2001:db8:" + Integer.toHexString(number & 0xffff) + "::1";
  }

  /** Behind an event that is delivered, no other one is on its way. */
  private static void assertNoDelivery() {
    String user = server.user("u" + UUID.randomUUID());
    server.realm().login(server.admin().get("/realms/app/users/" + user).text("username"));
    await()
        .atMost(SOON)
        .until(() -> receiver.taken().stream().anyMatch(event -> isOf(event, user)));
    assertThat(receiver.taken())
        .filteredOn(event -> !isKnown(event))
        .as("delivered for nobody who is known")
        .isEmpty();
  }

  private static boolean isOf(WebhookReceiver.Taken event, String user) {
    return event.text("/user/id").equals(user);
  }

  /** Of an administrator, or of a user. */
  private static boolean isKnown(WebhookReceiver.Taken event) {
    return event.type().startsWith("org.keycloak.admin.")
        || (!event.type().endsWith("_ERROR") && !event.text("/user/id").isEmpty());
  }

  /** What is stored at a moment. */
  private record Traces(Map<String, Long> rows, Set<String> keys, int logged) {

    static Traces now() {
      return new Traces(countRows(), readKeys(), server.keycloak().log().length());
    }

    private static Map<String, Long> countRows() {
      List<String> counts = new ArrayList<>();
      database
          .sql(
              "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE"
                  + " table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog',"
                  + " 'information_schema')")
          .lines()
          .filter(table -> !table.isBlank())
          .forEach(table -> counts.add("SELECT '" + table + "', COUNT(*) FROM " + table.strip()));
      assertThat(counts).hasSizeGreaterThan(90);
      return database
          .sql(String.join(" UNION ALL ", counts))
          .lines()
          .filter(line -> line.contains("|"))
          .map(line -> line.split("\\|"))
          .collect(
              Collectors.toMap(
                  columns -> columns[0].strip(),
                  columns -> Long.valueOf(columns[1].strip()),
                  (first, second) -> first,
                  TreeMap::new));
    }

    private static Set<String> readKeys() {
      try (Jedis jedis = redis.connect()) {
        return jedis.keys("*").stream()
            .filter(key -> !key.startsWith(LIMITS))
            .collect(Collectors.toCollection(TreeSet::new));
      }
    }

    void assertNothingNew() {
      Map<String, Long> grown = new TreeMap<>();
      countRows()
          .forEach(
              (table, now) -> {
                long more = now - rows.getOrDefault(table, 0L);
                if (more > 0) {
                  grown.put(table, more);
                }
              });
      assertThat(grown).as("new rows by table").isEmpty();
      assertThat(readKeys()).as("keys in Redis").isEqualTo(keys);
    }
  }
}
