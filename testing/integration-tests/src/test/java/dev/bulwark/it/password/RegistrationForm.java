package dev.bulwark.it.password;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** The registration form as a browser sends it. */
final class RegistrationForm {

  private RegistrationForm() {}

  static void register(Realm realm, String name, String password) throws Exception {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("client_id", "dev-cli");
    query.put("response_type", "code");
    query.put("scope", "openid");
    query.put("redirect_uri", "http://localhost/done");
    query.put("code_challenge_method", "S256");
    query.put("code_challenge", challenge("a".repeat(43)));
    FormBrowser browser = new FormBrowser(realm.server());
    FormBrowser.Page page =
        browser.open(realm.endpoint("registrations") + "?" + Http.encode(query));
    Map<String, String> form = new LinkedHashMap<>();
    form.put("username", name);
    form.put("password", password);
    form.put("password-confirm", password);
    form.put("email", name + "@example.org");
    form.put("firstName", "Test");
    form.put("lastName", "User");
    browser.submitOnly(page, form).expect(302);
  }

  private static String challenge(String verifier) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}
