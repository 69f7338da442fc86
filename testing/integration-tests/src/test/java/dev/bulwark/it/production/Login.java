package dev.bulwark.it.production;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.Map;

/** Logins at the client {@code relying-app} of a production server, without rendering. */
record Login(ProductionServer server, String application) {

  /** Challenge and verifier of RFC 7636, appendix B. */
  private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

  private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  String address(String scope) {
    return address("auth", scope);
  }

  String address(String endpoint, String scope) {
    return server.realm().endpoint(endpoint)
        + "?client_id=relying-app&response_type=code&state=s&scope="
        + Http.encode(scope)
        + "&redirect_uri="
        + Http.encode(application + "/login/oauth2/code/keycloak")
        + "&code_challenge_method=S256&code_challenge="
        + CHALLENGE;
  }

  FormBrowser.Page signIn(FormBrowser browser, String user, String password) {
    return browser.submit(
        browser.open(address("openid tasks:read")), Map.of("username", user, "password", password));
  }

  /** A whole login with a password. */
  Response tokens(FormBrowser browser, String user, String password) {
    return redeem(signIn(browser, user, password).parameter("code")).expect(200);
  }

  Response redeem(String code) {
    return Http.postForm(
        server.realm().endpoint("token"),
        Map.of(
            "grant_type",
            "authorization_code",
            "code",
            code,
            "redirect_uri",
            application + "/login/oauth2/code/keycloak",
            "code_verifier",
            VERIFIER),
        "Authorization",
        authorization());
  }

  Response refresh(String refreshToken) {
    return Http.postForm(
        server.realm().endpoint("token"),
        Map.of("grant_type", "refresh_token", "refresh_token", refreshToken),
        "Authorization",
        authorization());
  }

  FormBrowser.Page logOut(FormBrowser browser, Response tokens) {
    return browser.open(
        server.realm().endpoint("logout")
            + "?id_token_hint="
            + tokens.text("id_token")
            + "&post_logout_redirect_uri="
            + Http.encode(application + "/"));
  }

  String authorization() {
    return Realm.basic("relying-app", server.secret("RELYING_APP_SECRET"));
  }
}
