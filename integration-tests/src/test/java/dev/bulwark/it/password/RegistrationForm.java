package dev.bulwark.it.password;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The registration form as a browser sends it. */
final class RegistrationForm {

  private static final Pattern ACTION = Pattern.compile("<form[^>]*action=\"([^\"]+)\"");

  private RegistrationForm() {}

  static void register(Realm realm, String name, String password) throws Exception {
    HttpClient browser = HttpClient.newHttpClient();
    Map<String, String> query = new LinkedHashMap<>();
    query.put("client_id", "dev-cli");
    query.put("response_type", "code");
    query.put("scope", "openid");
    query.put("redirect_uri", "http://localhost/done");
    query.put("code_challenge_method", "S256");
    query.put("code_challenge", challenge("a".repeat(43)));
    HttpResponse<String> page =
        send(
            browser,
            HttpRequest.newBuilder(
                URI.create(realm.endpoint("registrations") + "?" + Http.encode(query))));
    Matcher action = ACTION.matcher(page.body());
    if (page.statusCode() != 200 || !action.find()) {
      throw new AssertionError("no registration form: " + page.statusCode() + " " + page.body());
    }
    Map<String, String> form = new LinkedHashMap<>();
    form.put("username", name);
    form.put("password", password);
    form.put("password-confirm", password);
    form.put("email", name + "@example.org");
    form.put("firstName", "Test");
    form.put("lastName", "User");
    HttpResponse<String> done =
        send(
            browser,
            HttpRequest.newBuilder(URI.create(action.group(1).replace("&amp;", "&")))
                .header("Cookie", cookies(page))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(Http.encode(form))));
    if (done.statusCode() != 302) {
      throw new AssertionError("not registered: " + done.statusCode() + " " + done.body());
    }
  }

  /**
   * By hand: Java's own cookie store keeps secure cookies from plain HTTP, which browsers allow on
   * this machine.
   */
  private static String cookies(HttpResponse<String> page) {
    return page.headers().allValues("Set-Cookie").stream()
        .map(cookie -> cookie.split(";", 2)[0])
        .collect(Collectors.joining("; "));
  }

  private static HttpResponse<String> send(HttpClient browser, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String challenge(String verifier) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}
