package dev.bulwark.benchmarks.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/** A token status list of 1,000,000 tokens of which 1 % are revoked (R8). */
final class StatusListLoad implements Measurement {

  private static final int REVOKED = 10_000;
  private static final int SIZE = 1_048_576;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Decoder BASE64 = Base64.getUrlDecoder();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final LedgerRealm REALM = LedgerRealm.QUIET;

  /** What the server has read is too old to be served then. */
  private static final Duration OLD = Duration.ofMillis(1_100);

  private final Plan plan;
  private final Load load;

  StatusListLoad(Plan plan) {
    this.plan = plan;
    this.load = new Load(plan);
  }

  @Override
  public String name() {
    return "status-list";
  }

  @Override
  public void measure(Report report) throws Exception {
    if (!Command.exists("wrk")) {
      report.missing("Token status list", "wrk is not installed");
      return;
    }
    try (LocalRedis redis = LocalRedis.start(0);
        LedgerServer server = LedgerServer.start(plan, "benchmark-status", redis.url())) {
      new StatusIssuance(plan, load, server).measure(report);
      Place place = place(token(server));
      fill(server, place);
      size(report, place);
      rebuild(report, server, place);
      visible(report, server);
      serve(report, place);
    }
  }

  private record Place(String uri, int index) {
    String list() {
      return uri.substring(uri.lastIndexOf('/') + 1);
    }
  }

  private static String token(LedgerServer server) throws Exception {
    return server
        .post(server.endpoint(REALM, "token"), LedgerServer.clientCredentials(LedgerRealm.LISTED))
        .get("access_token")
        .asText();
  }

  private static Place place(String token) throws IOException {
    JsonNode status = claims(token).get("status").get("status_list");
    return new Place(status.get("uri").asText(), status.get("idx").asInt());
  }

  private static JsonNode claims(String jwt) throws IOException {
    return JSON.readTree(BASE64.decode(jwt.split("\\.", -1)[1]));
  }

  /** Random rows, as the ledger would have written them. */
  private static void fill(LedgerServer server, Place place) {
    server
        .database()
        .sql(
            "INSERT INTO bulwark_status_bit (list_id, idx) SELECT '"
                + place.list()
                + "', n FROM (SELECT DISTINCT (random() * "
                + (SIZE - 1)
                + ")::int n FROM generate_series(1, "
                + REVOKED * 2
                + ")) drawn WHERE n <> "
                + place.index()
                + " LIMIT "
                + REVOKED);
    server.database().sql("VACUUM ANALYZE bulwark_status_bit");
  }

  private static HttpResponse<byte[]> get(String uri, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<byte[]> answer =
        HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IOException(uri + ": " + answer.statusCode());
    }
    return answer;
  }

  private static void size(Report report, Place place) throws Exception {
    Thread.sleep(OLD.toMillis());
    byte[] jwt = get(place.uri()).body();
    String lst =
        claims(new String(jwt, StandardCharsets.US_ASCII)).get("status_list").get("lst").asText();
    int compressed = BASE64.decode(lst).length;
    int gzipped = get(place.uri(), "Accept-Encoding", "gzip").body().length;
    bytes(report, "DEFLATE", compressed);
    bytes(report, "JWT with Content-Encoding: gzip", gzipped);
    report.figure(
        "Status list of 1,048,576 tokens, 1 % revoked: JWT without gzip", jwt.length + " B", "–");
  }

  private static void bytes(Report report, String form, int bytes) {
    report.target(
        "Status list of 1,048,576 tokens, 1 % revoked: " + form,
        bytes + " B",
        "–",
        "≤ 16 KB",
        bytes + " B",
        Bound.atMost(bytes, 16 * 1024));
  }

  private void rebuild(Report report, LedgerServer server, Place place) throws Exception {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < plan.count(30, 5); i++) {
      server
          .database()
          .sql(
              "INSERT INTO bulwark_status_bit (list_id, idx) VALUES ('"
                  + place.list()
                  + "', "
                  + i
                  + ")");
      Thread.sleep(OLD.toMillis());
      long began = System.nanoTime();
      get(place.uri());
      millis.add((System.nanoTime() - began) / 1e6);
    }
    Samples samples = Samples.of(millis);
    report.target(
        "Status list read, compressed, signed and served after a change",
        Samples.number(samples.median(), 0) + " ms",
        samples.spread(0),
        "≤ 200 ms",
        Samples.number(samples.median(), 0) + " ms",
        Bound.atMost(samples.median(), 200));
  }

  private void visible(Report report, LedgerServer server) throws Exception {
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < plan.count(30, 5); i++) {
      String token = token(server);
      Place place = place(token);
      get(place.uri());
      server.post(
          server.endpoint(REALM, "revoke"),
          LedgerServer.form(
              Map.of(
                  "client_id",
                  LedgerRealm.LISTED,
                  "client_secret",
                  LedgerRealm.SECRET,
                  "token",
                  token)));
      long began = System.nanoTime();
      while (!isRevoked(place)) {
        Thread.sleep(20);
      }
      seconds.add((System.nanoTime() - began) / 1e9);
    }
    Samples samples = Samples.of(seconds);
    double longest = seconds.stream().mapToDouble(each -> each).max().orElseThrow();
    report.target(
        "From the response to /revoke until the server's list has it (longest)",
        Samples.number(samples.median(), 2) + " s (" + Samples.number(longest, 2) + " s)",
        samples.spread(2),
        "≤ 5 s",
        Samples.number(longest, 2) + " s, and the ttl of 2 s",
        Bound.atMost(longest + 2, 5));
  }

  private static boolean isRevoked(Place place) throws Exception {
    JsonNode claims = claims(new String(get(place.uri()).body(), StandardCharsets.US_ASCII));
    byte[] compressed = BASE64.decode(claims.get("status_list").get("lst").asText());
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
      byte[] bits = in.readAllBytes();
      return (bits[place.index() / 8] >> place.index() % 8 & 1) == 1;
    }
  }

  private void serve(Report report, Place place) throws Exception {
    rate(report, "304", 5_000, place, "If-None-Match: *");
    rate(report, "200", 2_000, place);
    rate(report, "200, gzip", 2_000, place, "Accept-Encoding: gzip");
  }

  private void rate(Report report, String answer, int target, Place place, String... headers)
      throws Exception {
    load.get(place.uri(), plan.count(20, 2), headers);
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < plan.count(5, 2); i++) {
      Progress.say("status list, answer " + answer);
      rates.add(load.get(place.uri(), plan.count(8, 2), headers).perSecond());
    }
    Samples samples = Samples.of(rates);
    report.target(
        "Status list served a second, answer " + answer,
        Samples.number(samples.median(), 0),
        samples.spread(0),
        "≥ " + target,
        Samples.number(samples.median(), 0),
        Bound.atLeast(samples.median(), target));
  }
}
