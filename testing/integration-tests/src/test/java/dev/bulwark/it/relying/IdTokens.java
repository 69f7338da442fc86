package dev.bulwark.it.relying;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import java.util.Map;

/** ID tokens of the client {@code relying-app}, as the app itself gets them. */
final class IdTokens {

  /** Challenge and verifier of RFC 7636, appendix B. */
  private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

  private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  private IdTokens() {}

  static String of(Realm realm, RunningApp app, String user) {
    String callback = app.at("/login/oauth2/code/keycloak");
    FormBrowser browser = new FormBrowser(realm.server());
    FormBrowser.Page form =
        browser.open(
            realm.endpoint("auth")
                + "?client_id=relying-app&response_type=code&scope=openid&redirect_uri="
                + Http.encode(callback)
                + "&code_challenge_method=S256&code_challenge="
                + CHALLENGE);
    String code =
        browser
            .submit(form, Map.of("username", user, "password", Realm.PASSWORD))
            .parameter("code");
    return Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                callback,
                "code_verifier",
                VERIFIER),
            "Authorization",
            Realm.basic("relying-app", "relying-app-dev-secret"))
        .expect(200)
        .text("id_token");
  }
}
