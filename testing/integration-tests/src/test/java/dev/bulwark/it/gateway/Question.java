package dev.bulwark.it.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a caller may send, and how each gateway has to answer. {@code KEY} in a request stands for a
 * good key, {@code mallory} for what neither Keycloak nor the application may ever see. Immutable.
 *
 * @param name what is asked
 * @param request bytes, as ISO 8859-1
 */
record Question(String name, Outcome outcome, String request) {

  /** What has to come of a request. */
  enum Outcome {
    /** The application gets it, with who the key belongs to. */
    PASSES,
    /** The key is called invalid. */
    REFUSED,
    /** There is no key in it; for deploy/docker/gateway.conf it is a request of somebody else. */
    WITHOUT_KEY,
    /** The key is where only the recipe for package repositories looks. */
    STANDARD_KEY,
    /** It is odd enough to be rejected as malformed. If it is not, all the rules hold. */
    PASSES_OR_REJECTED,
    /** The same for a key that is not valid. */
    REFUSED_OR_REJECTED
  }

  private static final String GOOD = "X-API-Key: KEY";

  /** Whether it can be put to a server of files. */
  boolean isRead() {
    return request.startsWith("GET /t");
  }

  @Override
  public String toString() {
    return name;
  }

  /** All questions. */
  static List<Question> all() {
    return Stream.of(
            methods(), identities(), connections(), targets(), bodies(), keys(), origins(), forms())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Question> methods() {
    return Stream.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND")
        .map(
            method ->
                of(method, Outcome.PASSES, method + " /t HTTP/1.1", GOOD, "Content-Length: 0"))
        .toList();
  }

  /** Names that an application may take for the gateway's: CGI, WSGI and Rack fold - and _. */
  private static List<Question> identities() {
    List<Question> questions = new ArrayList<>();
    for (String name :
        List.of(
            "X-Auth-Subject",
            "x-auth-username",
            "X-AUTH-CLIENT",
            "X_Auth_Scopes",
            "X-Auth_Key-Id",
            "X_Auth-Subject",
            "X_AUTH_SCOPES",
            "X-Auth-Role",
            "x_auth_role",
            "X-Auth-",
            "Client-Cert",
            "Client_Cert",
            "Client-Cert-Chain")) {
      questions.add(of("own " + name, Outcome.PASSES, "GET /t HTTP/1.1", name + ": mallory", GOOD));
      questions.add(
          of(
              "own " + name + " without a key",
              Outcome.WITHOUT_KEY,
              "GET /t HTTP/1.1",
              name + ": mallory"));
    }
    String twice = "X-Auth-Scopes: mallory";
    questions.add(
        of("own X-Auth-Scopes twice", Outcome.PASSES, "GET /t HTTP/1.1", twice, GOOD, twice));
    for (String odd :
        List.of(
            "X-Auth-Role : mallory",
            "X-Other: x\r\n X-Auth-Role: y",
            "X-Other: x\rX-Auth-Role: mallory",
            "X-Other: x\nX-Auth-Role: mallory",
            "X-Auth-Role\u0000: mallory",
            "X-Auth-R\u00f6le: mallory")) {
      questions.add(
          of(
              "odd header " + visible(odd),
              Outcome.PASSES_OR_REJECTED,
              "GET /t HTTP/1.1",
              odd,
              GOOD));
    }
    return questions;
  }

  /** A header that is named here belongs to one connection: a proxy takes it away. */
  private static List<Question> connections() {
    return Stream.of(
            "X-Auth-Scopes, X-Auth-Subject",
            "x-auth-subject, X-Auth-Username, X-AUTH-CLIENT, X-Auth-Scopes, X-Auth-Key-Id",
            "Authorization, X-Real-IP",
            "X-Forwarded-For, Host, Content-Length",
            "keep-alive, X-Auth-Scopes")
        .flatMap(
            names ->
                Stream.of(
                    of(
                        "Connection: " + names,
                        Outcome.PASSES,
                        "GET /t HTTP/1.1",
                        "Connection: close, " + names,
                        GOOD),
                    of(
                        "two lines Connection: " + names,
                        Outcome.PASSES,
                        "GET /t HTTP/1.1",
                        "Connection: " + names,
                        "Connection: close",
                        GOOD)))
        .toList();
  }

  private static List<Question> targets() {
    List<Question> questions = new ArrayList<>();
    for (String query :
        List.of(
            "q=%00",
            "q=%zz", "q=%", "client_id=mallory", "X-API-Key=x", "q=" + "x".repeat(4_000))) {
      questions.add(
          of(
              "query " + query.substring(0, Math.min(query.length(), 20)),
              Outcome.PASSES,
              "GET /t?" + query + " HTTP/1.1",
              GOOD));
    }
    return questions;
  }

  private static List<Question> bodies() {
    List<Question> questions = new ArrayList<>();
    for (int size : new int[] {1, 10_000, 900_000}) {
      questions.add(
          new Question(
              "body of " + size,
              Outcome.PASSES,
              head("POST /body HTTP/1.1", GOOD, "Content-Length: " + size) + "b".repeat(size)));
    }
    questions.add(
        new Question(
            "chunked body",
            Outcome.PASSES,
            head("POST /body HTTP/1.1", GOOD, "Transfer-Encoding: chunked")
                + "5\r\nbbbbb\r\n2710\r\n"
                + "b".repeat(10_000)
                + "\r\n0\r\n\r\n"));
    questions.add(
        new Question(
            "form with credentials of a client",
            Outcome.REFUSED,
            head(
                    "POST /body HTTP/1.1",
                    "X-API-Key: x",
                    "Content-Type: application/x-www-form-urlencoded",
                    "Content-Length: 35")
                + "client_id=mallory&client_secret=mal"));
    questions.add(
        new Question(
            "length and chunked",
            Outcome.PASSES_OR_REJECTED,
            head("POST /body HTTP/1.1", GOOD, "Content-Length: 100", "Transfer-Encoding: chunked")
                + "0\r\n\r\n"
                + "GET /smuggled HTTP/1.1\r\nHost: x\r\nX-Auth-Subject: mallory\r\n\r\n"));
    return questions;
  }

  private static List<Question> keys() {
    List<Question> questions = new ArrayList<>();
    questions.add(of("no key", Outcome.WITHOUT_KEY, "GET /t HTTP/1.1"));
    for (String name : List.of("X_API_Key", "X-Api_Key", "Api-Key", "X-My-Key")) {
      questions.add(of("key in " + name, Outcome.WITHOUT_KEY, "GET /t HTTP/1.1", name + ": KEY"));
    }
    questions.add(of("empty key", Outcome.WITHOUT_KEY, "GET /t HTTP/1.1", "X-API-Key:"));
    questions.add(of("blank key", Outcome.WITHOUT_KEY, "GET /t HTTP/1.1", "X-API-Key:   "));
    questions.add(of("key of a tab", Outcome.REFUSED, "GET /t HTTP/1.1", "X-API-Key: \t "));
    questions.add(of("key in the query", Outcome.WITHOUT_KEY, "GET /t?X-API-Key=KEY HTTP/1.1"));
    for (String value : List.of("x", "KEYx", "KEY, KEY", "KEY KEY", "schl\u00fcssel", "\"KEY\"")) {
      questions.add(
          of("key " + visible(value), Outcome.REFUSED, "GET /t HTTP/1.1", "X-API-Key: " + value));
    }
    for (String[] pair :
        new String[][] {{"KEY", "KEY"}, {"x", "KEY"}, {"KEY", "x"}, {"", "KEY"}, {"KEY", ""}}) {
      questions.add(
          of(
              "two keys " + String.join(" ", pair),
              Outcome.REFUSED_OR_REJECTED,
              "GET /t HTTP/1.1",
              "X-API-Key: " + pair[0],
              "x-api-key: " + pair[1]));
    }
    for (String value :
        List.of("x\u0001", "x\ty", "x\u007f", "x".repeat(7_000), "x".repeat(40_000))) {
      questions.add(
          of(
              "key "
                  + visible(value.substring(0, Math.min(3, value.length())))
                  + " of "
                  + value.length(),
              Outcome.REFUSED_OR_REJECTED,
              "GET /t HTTP/1.1",
              "X-API-Key: " + value));
    }
    questions.add(
        of("Bearer", Outcome.STANDARD_KEY, "GET /t HTTP/1.1", "Authorization: Bearer KEY"));
    questions.add(
        of(
            "Bearer with a control character",
            Outcome.REFUSED_OR_REJECTED,
            "GET /t HTTP/1.1",
            "X-API-Key: x",
            "Authorization: Bearer x\u0001"));
    questions.add(of("Basic", Outcome.STANDARD_KEY, "GET /t HTTP/1.1", "Authorization: BASIC"));
    questions.add(
        of(
            "wrong key and a good one as Bearer",
            Outcome.REFUSED,
            "GET /t HTTP/1.1",
            "X-API-Key: x",
            "Authorization: Bearer KEY"));
    questions.add(
        of(
            "key and a wrong one as Bearer",
            Outcome.PASSES,
            "GET /t HTTP/1.1",
            GOOD,
            "Authorization: Bearer x"));
    questions.add(
        of(
            "key in X-Forwarded-Authorization",
            Outcome.WITHOUT_KEY,
            "GET /t HTTP/1.1",
            "X-Forwarded-Authorization: Bearer KEY"));
    return questions;
  }

  /** What a caller says about where it comes from. */
  private static List<Question> origins() {
    return Stream.of(
            "X-Forwarded-For: mallory",
            "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: mallory",
            "X-Forwarded-Host: mallory",
            "X-Forwarded-Proto: mallory",
            "X-Forwarded-Port: mallory",
            "X-Forwarded-Prefix: /mallory",
            "X-Forwarded-User: mallory",
            "x_forwarded_for: mallory",
            "X-Real-IP: mallory",
            "Forwarded: for=mallory")
        .map(
            header -> of("own " + visible(header), Outcome.PASSES, "GET /t HTTP/1.1", header, GOOD))
        .toList();
  }

  private static List<Question> forms() {
    return List.of(
        new Question(
            "HTTP/1.0",
            Outcome.PASSES,
            "GET /t HTTP/1.0\r\nHost: gateway.example.org\r\n" + GOOD + "\r\n\r\n"),
        of(
            "Upgrade: websocket",
            Outcome.PASSES,
            "GET /t HTTP/1.1",
            GOOD,
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Connection: close, Upgrade"),
        of(
            "Upgrade: h2c",
            Outcome.PASSES,
            "GET /t HTTP/1.1",
            GOOD,
            "Upgrade: h2c",
            "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
            "Connection: close, Upgrade, HTTP2-Settings"),
        of(
            "TE, Trailer, Keep-Alive",
            Outcome.PASSES,
            "GET /t HTTP/1.1",
            GOOD,
            "TE: trailers",
            "Keep-Alive: timeout=9",
            "Proxy-Connection: keep-alive"),
        of(
            "Proxy-Authorization",
            Outcome.PASSES,
            "GET /t HTTP/1.1",
            GOOD,
            "Proxy-Authorization: Basic bWFsbG9yeQ=="),
        of(
            "Cookie and conditions",
            Outcome.PASSES,
            "GET /t HTTP/1.1",
            GOOD,
            "Cookie: session=x",
            "If-None-Match: \"x\"",
            "Range: bytes=0-0"),
        of(
            "Expect",
            Outcome.PASSES,
            "POST /t HTTP/1.1",
            GOOD,
            "Expect: 100-continue",
            "Content-Length: 0"));
  }

  /** A request without a body, of lines. */
  private static Question of(String name, Outcome outcome, String... lines) {
    return new Question(name, outcome, head(lines));
  }

  private static String head(String... lines) {
    String text = String.join("\r\n", lines) + "\r\nHost: gateway.example.org\r\n";
    boolean closes = text.toLowerCase(Locale.ROOT).contains("\r\nconnection: ");
    return text + (closes ? "" : "Connection: close\r\n") + "\r\n";
  }

  private static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      visible.append(c > 32 && c < 127 ? "" + c : c == ' ' ? " " : "\\x" + Integer.toHexString(c));
    }
    return visible.toString();
  }
}
