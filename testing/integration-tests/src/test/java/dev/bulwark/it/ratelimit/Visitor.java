package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser without rendering: keeps cookies, follows redirects within the server, sends forms. */
final class Visitor {

  private static final Pattern PATH =
      Pattern.compile(";\\s*Path=([^;]*)", Pattern.CASE_INSENSITIVE);

  private final URI server;
  private final Map<String, String> headers;
  private final Map<Cookie, String> cookies = new LinkedHashMap<>();

  /** Each realm has cookies of its own of the same names. */
  private record Cookie(String path, String name) {}

  /**
   * A browser that has not been here yet.
   *
   * @param headers sent with every request
   */
  Visitor(URI server, Map<String, String> headers) {
    this.server = server;
    this.headers = headers;
  }

  /** The same browser, carried to another address. */
  Visitor at(String address) {
    Visitor moved = new Visitor(server, Map.of("X-Forwarded-For", address));
    moved.cookies.putAll(cookies);
    return moved;
  }

  /** The same browser after the end of its session: of its cookies only one is left. */
  Visitor withOnly(String cookie) {
    Visitor left = new Visitor(server, headers);
    cookies.forEach(
        (key, value) -> {
          if (key.name().equals(cookie)) {
            left.cookies.put(key, value);
          }
        });
    return left;
  }

  /** The same browser, which has lost a cookie. */
  Visitor without(String cookie) {
    Visitor left = new Visitor(server, headers);
    cookies.forEach(
        (key, value) -> {
          if (!key.name().equals(cookie)) {
            left.cookies.put(key, value);
          }
        });
    return left;
  }

  /** The value of a cookie. */
  String cookie(String name) {
    return cookies.entrySet().stream()
        .filter(cookie -> cookie.getKey().name().equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  /** A browser that sends a cookie to all realms, whoever has issued it. */
  Visitor bearing(String name, String value) {
    Visitor other = new Visitor(server, headers);
    other.cookies.put(new Cookie("/", name), value);
    return other;
  }

  /** The login page, by way of the client. */
  Response login(String clientId) {
    return open(loginUrl(clientId));
  }

  /** Address of the login page, by way of the client. */
  String loginUrl(String clientId) {
    return authorization("limits", "auth", clientId);
  }

  /** The login page of an identity provider, by way of the client. */
  Response loginBy(String provider, String clientId) {
    return open(authorization("limits", "auth", clientId) + "&kc_idp_hint=" + provider);
  }

  /** The login page of another realm. */
  Response loginAt(String realm, String clientId) {
    return open(authorization(realm, "auth", clientId));
  }

  /** Where the login page of a client leads to whoever has forgotten the password. */
  String reset(String clientId) {
    return server.resolve(link(login(clientId), "reset-credentials")).toString();
  }

  Response registration() {
    return open(authorization("limits", "registrations", "cli"));
  }

  private String authorization(String realm, String endpoint, String clientId) {
    return server
        + "/realms/"
        + realm
        + "/protocol/openid-connect/"
        + endpoint
        + "?response_type=code&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%2Fdone&client_id="
        + clientId;
  }

  Response open(String url) {
    return follow(Http.request(url).GET());
  }

  /** Sends the form of a page. */
  Response submit(Response page, Map<String, String> fields) {
    return post(server.resolve(action(page)).toString(), fields);
  }

  /** Sends the form as the script of the login theme does: again, while the page stays open. */
  Response submitAsThePage(Response page, Map<String, String> fields) {
    return await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(700 + ThreadLocalRandom.current().nextInt(600)))
        .until(() -> submitOnce(page, fields), answer -> answer.status() != 204);
  }

  /** Sends the form once as that script does; the answer 204 leaves the page open. */
  Response submitOnce(Response page, Map<String, String> fields) {
    Map<String, String> sent = new LinkedHashMap<>(fields);
    String nonce = UUID.randomUUID().toString().replace("-", "");
    sent.put("bulwark-retry", nonce);
    Response answer = submit(page, sent);
    if (answer.status() == 204) {
      assertThat(cookie("BULWARK_RETRY")).isEqualTo(nonce);
      assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
    return answer;
  }

  Response post(String url, Map<String, String> fields) {
    return follow(
        Http.request(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(Http.encode(fields))));
  }

  /** Where the form of a page is sent to. */
  static String action(Response page) {
    return page.element("form[action]").attr("action");
  }

  /** Where the page of a refused attempt leads back to. */
  static String retryLink(Response page) {
    return page.element("#kc-rate-limited-retry").attr("href");
  }

  /** Address of a link that holds a text. */
  static String link(Response page, String part) {
    return page.element("[href*='" + part + "']").attr("href");
  }

  private Response follow(HttpRequest.Builder request) {
    Response response = send(request);
    while (response.status() == 302 || response.status() == 303) {
      String target = response.header("Location");
      if (!target.startsWith(server + "/")) {
        return response;
      }
      response = send(Http.request(target).GET());
    }
    return response;
  }

  private Response send(HttpRequest.Builder request) {
    // By it Keycloak tells who enters a user code from a device that asks for one.
    request.header("Accept", "text/html");
    headers.forEach(request::header);
    String path = request.build().uri().getPath();
    String sent =
        cookies.entrySet().stream()
            .filter(cookie -> path.startsWith(cookie.getKey().path()))
            .map(cookie -> cookie.getKey().name() + "=" + cookie.getValue())
            .collect(Collectors.joining("; "));
    if (!sent.isEmpty()) {
      request.header("Cookie", sent);
    }
    Response response = Http.send(request);
    for (String cookie : response.headers().allValues("Set-Cookie")) {
      String[] pair = cookie.split(";", 2)[0].split("=", 2);
      Matcher of = PATH.matcher(cookie);
      Cookie key = new Cookie(of.find() ? of.group(1) : "/", pair[0]);
      if (pair[1].isEmpty()) {
        cookies.remove(key);
      } else {
        cookies.put(key, pair[1]);
      }
    }
    return response;
  }
}
