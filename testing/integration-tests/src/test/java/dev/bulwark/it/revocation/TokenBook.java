package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.StatusListView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every access token that was issued, and the comparison of Redis and the token status lists with
 * introspection. Thread-safe.
 */
final class TokenBook {

  private static final Pattern STARTED = Pattern.compile("\"startedAt\":\"?(\\d+)");

  /** A node learns of another node's logout a moment later. */
  private static final Duration A_MOMENT = Duration.ofSeconds(5);

  /**
   * Where a token is from.
   *
   * @param user whose it is
   * @param client that it was issued to
   * @param kind what the client did
   * @param actor that did it
   */
  record Origin(String user, String client, String kind, String actor) {}

  /**
   * What is known of a token.
   *
   * @param received when its response was there
   */
  private record Entry(Origin origin, Supplier<List<PathRealm>> realm, Instant received) {}

  private final List<PathRealm> nodes;
  private final Predicate<String> inRedis;
  private final StatusListView lists;
  private final Endings endings;
  private final Excuses excuses;
  private final Optional<DatabaseProcess> database;

  /** The tokens that have not been seen dead in both, and how each came about. */
  private final Map<String, Entry> open = new ConcurrentHashMap<>();

  /** When the first token of each session was issued, seconds since 1970. */
  private final Map<String, Long> sessions = new ConcurrentHashMap<>();

  private final AtomicInteger issued = new AtomicInteger();
  private final AtomicInteger dead = new AtomicInteger();
  private final AtomicInteger excused = new AtomicInteger();
  private final AtomicInteger broughtBack = new AtomicInteger();
  private final AtomicInteger disputed = new AtomicInteger();
  private final AtomicInteger expired = new AtomicInteger();
  private final AtomicInteger listed = new AtomicInteger();

  /**
   * An empty book.
   *
   * @param nodes the realm at each node; a token is dead, or alive, when all of them say so
   * @param inRedis whether Redis has the key of an access token
   * @param endings for the message of a failure
   * @param excuses the documented differences
   * @param database asked for the cause of a revocation; may be empty
   */
  TokenBook(
      List<PathRealm> nodes,
      Predicate<String> inRedis,
      Endings endings,
      Excuses excuses,
      Optional<DatabaseProcess> database) {
    this.nodes = List.copyOf(nodes);
    this.lists = new StatusListView(nodes.get(0)::reached);
    this.inRedis = inRedis;
    this.endings = endings;
    this.excuses = excuses;
    this.database = database;
  }

  /** Notes a token of the realm. */
  void add(String token, Origin origin) {
    add(token, origin, () -> nodes);
  }

  /** Notes a token of another realm, which may have another name by the time it is asked. */
  void add(String token, Origin origin, Supplier<List<PathRealm>> realm) {
    open.put(token, new Entry(origin, realm, Instant.now()));
    JsonNode claims = Realm.claims(token);
    if (claims.has("sid")) {
      sessions.merge(claims.get("sid").asText(), claims.get("iat").asLong(), Math::min);
    }
    if (StatusListView.place(token).isPresent()) {
      listed.incrementAndGet();
    }
    issued.incrementAndGet();
  }

  /**
   * Compares while nothing else happens. A live token in Redis fails after a moment; a dead one
   * that is not there has the time that a silent death may take.
   *
   * @param seed for the message
   */
  void check(long seed) {
    AtomicReference<Comparison> last = new AtomicReference<>(compare(List.copyOf(open.keySet())));
    awaitNone(
        "dead for introspection, not in Redis or not in its status list (seed " + seed + ")",
        Deaths.SOON,
        () -> {
          Comparison next = compare(last.get().escaped());
          last.set(new Comparison(next.escaped(), merged(last.get(), next)));
          return next.escaped();
        });
    awaitNone(
        "alive for introspection, but in Redis or its status list (seed " + seed + ")",
        A_MOMENT,
        () ->
            compare(last.get().falselyKilled()).falselyKilled().stream()
                .filter(token -> !isOfAnEndedSession(token))
                .toList());
  }

  /**
   * Whether a token was dead and is honoured all the same, as happens in two ways. In both the user
   * was told that it has ended, and so Redis is right.
   */
  private boolean isOfAnEndedSession(String token) {
    JsonNode claims = Realm.claims(token);
    if (!claims.has("sid")) {
      return false;
    }
    long issuedAt = claims.get("iat").asLong();
    Entry entry = open.get(token);
    if (entry == null) {
      return true;
    }
    String user = entry.origin().user();
    boolean ended =
        database.isEmpty()
            ? endings.hasMet(user, issuedAt, entry.received())
            : endings.isAfter(user, begin(claims))
                    && CachedSession.isOnlyCached(database.get(), claims)
                || endings.hasMet(user, issuedAt, entry.received())
                    && hasBegunAgain(database.get(), claims);
    if (ended) {
      close(token, broughtBack);
    }
    return ended;
  }

  /** Such a session is refreshed as well: then it ended before its newest tokens were issued. */
  private long begin(JsonNode claims) {
    return sessions.getOrDefault(claims.get("sid").asText(), claims.get("iat").asLong());
  }

  /**
   * The client's part of a session has ended and has begun again in the second in which the token
   * was issued: Keycloak cannot tell which came first.
   */
  private static boolean hasBegunAgain(DatabaseProcess database, JsonNode claims) {
    Matcher started =
        STARTED.matcher(
            database.sql(
                "SELECT DATA FROM OFFLINE_CLIENT_SESSION WHERE USER_SESSION_ID = '"
                    + claims.get("sid").asText()
                    + "'"));
    long issuedAt = claims.get("iat").asLong();
    return started.results().anyMatch(begin -> Long.parseLong(begin.group(1)) >= issuedAt);
  }

  private static List<String> merged(Comparison one, Comparison other) {
    return Stream.concat(one.falselyKilled().stream(), other.falselyKilled().stream())
        .distinct()
        .toList();
  }

  private void awaitNone(String what, Duration atMost, Supplier<List<String>> tokens) {
    await(what)
        .atMost(atMost)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(tokens.get().stream().map(this::describe).toList()).as(what).isEmpty());
  }

  /**
   * How Redis and introspection differ.
   *
   * @param escaped dead, but not in Redis
   * @param falselyKilled in Redis, but alive
   */
  private record Comparison(List<String> escaped, List<String> falselyKilled) {}

  private Comparison compare(List<String> tokens) {
    Queue<String> falselyKilled = new ConcurrentLinkedQueue<>();
    Queue<String> escaped = new ConcurrentLinkedQueue<>();
    tokens.parallelStream()
        .forEach(
            token -> {
              Entry entry = open.get(token);
              if (entry == null) {
                // Closed by an earlier look.
                return;
              }
              if (Realm.claims(token).get("exp").asLong() <= Instant.now().getEpochSecond()) {
                // Nobody has ended it, and Redis has nothing to say of it.
                close(token, expired);
                return;
              }
              // In this order: what is in Redis must have been dead before.
              boolean hasKey = inRedis.test(token);
              boolean inList = lists.isRevoked(token).orElse(hasKey);
              boolean revoked = hasKey || inList;
              List<PathRealm> asked = entry.realm().get();
              long active = asked.stream().filter(at -> at.isActive(token)).count();
              if (active == 0 && !(hasKey && inList)) {
                escaped.add(token);
              } else if (active == 0) {
                close(token, dead);
              } else if (revoked && active < asked.size()) {
                // A node that has loaded a user or session just before its end keeps it cached.
                close(token, disputed);
              } else if (revoked) {
                closeOrReport(token, entry.origin(), falselyKilled);
              }
            });
    return new Comparison(List.copyOf(escaped), List.copyOf(falselyKilled));
  }

  private void closeOrReport(String token, Origin origin, Queue<String> falselyKilled) {
    JsonNode claims = Realm.claims(token);
    if (excuses.mayHaveBeenDead(origin, claims.get("iat").asLong())) {
      close(token, excused);
    } else {
      falselyKilled.add(token);
    }
  }

  private void close(String token, AtomicInteger count) {
    if (open.remove(token) != null) {
      count.incrementAndGet();
    }
  }

  /** All that may say why Redis and introspection differ. */
  private String describe(String token) {
    JsonNode claims = Realm.claims(token);
    Entry entry = open.get(token);
    Origin origin = entry == null ? new Origin("?", "?", "?", "?") : entry.origin();
    long issuedAt = claims.get("iat").asLong();
    return claims.get("jti").asText()
        + " iat "
        + issuedAt
        + " sid "
        + claims.path("sid").asText("-")
        + " "
        + origin
        + "\n  rows:\n    "
        + rows(claims)
        + "\n  endings (ms since 1970):\n    "
        + String.join("\n    ", endings.of(origin.user(), origin.client(), issuedAt))
        + "\n";
  }

  /** What the database says of the token: its revocation, and its session where there is one. */
  private String rows(JsonNode claims) {
    if (database.isEmpty()) {
      return "unknown: not PostgreSQL or MariaDB";
    }
    String sid = claims.path("sid").asText("-");
    return database
        .get()
        .sql(
            "SELECT 'revoked', CAUSE, REVOKED_AT FROM BULWARK_REVOKED_TOKEN WHERE JTI = '"
                + claims.get("jti").asText()
                + "'; SELECT 'user session', OFFLINE_FLAG, CREATED_ON, LAST_SESSION_REFRESH"
                + " FROM OFFLINE_USER_SESSION WHERE USER_SESSION_ID = '"
                + sid
                + "'; SELECT 'client session', OFFLINE_FLAG, CLIENT_ID, DATA"
                + " FROM OFFLINE_CLIENT_SESSION WHERE USER_SESSION_ID = '"
                + sid
                + "'")
        .replace("\n", "\n    ");
  }

  /** The figures of the run. */
  String summary() {
    return issued
        + " tokens, "
        + listed
        + " of them with a place in a list: "
        + dead
        + " dead and in Redis, "
        + open.size()
        + " alive, "
        + excused
        + " in Redis that were dead for a while, "
        + broughtBack
        + " in Redis of an ended session that Keycloak honours again, "
        + disputed
        + " in Redis that only one of the nodes honours, "
        + expired
        + " expired";
  }

  /** Number of tokens so far with a place in a token status list. */
  int listed() {
    return listed.get();
  }

  int issued() {
    return issued.get();
  }

  int dead() {
    return dead.get();
  }
}
