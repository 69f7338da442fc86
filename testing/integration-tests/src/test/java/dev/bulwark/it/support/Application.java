package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A stand-in for the relying application: the client {@code relying-app}, which sends a browser to
 * the login and gets it back with a code (O1).
 */
public final class Application implements AutoCloseable {

  private static final String CLIENT = "relying-app";
  private static final String VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789";

  private final Realm realm;
  private final HttpServer server;
  private final String url;

  /** Starts it on a free port and tells the realm of its address. */
  public Application(Realm realm, AdminApi admin) {
    this.realm = realm;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    server.createContext("/", Application::answer);
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
    String path = "/realms/app/clients/" + admin.clientUuid(CLIENT);
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    client.putArray("redirectUris").add(url + "/*");
    ((ObjectNode) client.get("attributes")).put("post.logout.redirect.uris", url + "/");
    admin.put(path, client.toString()).expect(204);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    byte[] body = "<p>the application</p>".getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "text/html");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  public String url() {
    return url;
  }

  /** The address that the application sends a browser to. */
  public String login(String scope) {
    return realm.endpoint("auth")
        + "?client_id="
        + CLIENT
        + "&response_type=code&state=a-state&scope="
        + Http.encode(scope)
        + "&redirect_uri="
        + Http.encode(url + "/callback")
        + "&code_challenge_method=S256&code_challenge="
        + challenge();
  }

  /** Whether the browser is back at the application. */
  public boolean has(Page page) {
    return page.url().startsWith(url + "/");
  }

  /** Waits until the browser is back with a code, and exchanges that. */
  public Response redeem(Page page) {
    page.waitForURL(url + "/callback?**");
    return redeem(parameters(page.url()).getOrDefault("code", ""));
  }

  public Response redeem(String code) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of(
            "grant_type",
            "authorization_code",
            "code",
            code,
            "redirect_uri",
            url + "/callback",
            "code_verifier",
            VERIFIER),
        "Authorization",
        Realm.basic(CLIENT, CLIENT + "-dev-secret"));
  }

  public Response refresh(String refreshToken) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of("grant_type", "refresh_token", "refresh_token", refreshToken),
        "Authorization",
        Realm.basic(CLIENT, CLIENT + "-dev-secret"));
  }

  public static Map<String, String> parameters(String address) {
    String query = URI.create(address).getRawQuery();
    return Arrays.stream(query.split("&"))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, second) -> first));
  }

  private static String challenge() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
