package dev.bulwark.it.relying;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.URI;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** O1, S1: a login at the relying app, of which each request names another host. */
@SharedRealm
class RelyingAppLoginIT {

  private static final Realm REALM = TestStack.get().realm();
  private static final AdminApi ADMIN = TestStack.get().admin();
  private static final String EVIL = "evil.example";

  private static final Pattern SESSION = Pattern.compile("\r\nSet-Cookie: (TASKS_SESSION=[^;]+)");
  private static final Pattern LOCATION = Pattern.compile("\r\nLocation: (.*)\r\n");

  @Test
  void noRedirectOfALoginIsMadeOfTheHostThatARequestNames() {
    RunningApp app = RunningApp.get();
    String refused = send(app, "/tasks", "");
    assertThat(first(LOCATION, refused)).isEqualTo("/oauth2/authorization/keycloak");
    assertThat(refused).as("a session for a stranger").doesNotContain("Set-Cookie");

    String way = send(app, "/oauth2/authorization/keycloak", "");
    assertThat(way).doesNotContain(EVIL);
    FormBrowser browser = new FormBrowser(REALM.server());
    FormBrowser.Page form = browser.open(first(LOCATION, way));
    URI callback =
        URI.create(
            browser.submit(form, Map.of("username", "bob", "password", Realm.PASSWORD)).url());
    assertThat(callback.toString()).startsWith(app.at("/login/oauth2/code/keycloak?"));
    String path = callback.getRawPath() + "?" + callback.getRawQuery();
    String arrived = send(app, path, first(SESSION, way));
    assertThat(first(LOCATION, arrived)).isEqualTo("/tasks");

    String session = first(SESSION, arrived);
    assertThat(first(LOCATION, send(app, "/", session))).isEqualTo("/tasks");
    Response tasks = Http.get(app.at("/tasks"), "Cookie", session).expect(200);
    assertThat(tasks.body()).contains("bob");
    ADMIN.post("/realms/app/users/" + ADMIN.userId("bob") + "/logout", "").expect(204);
    assertThat(first(LOCATION, send(app, "/tasks", session))).isEqualTo("/?ended");
  }

  private static String send(RunningApp app, String path, String cookie) {
    String answer =
        RawHttp.sendAs(EVIL, app.url(), "GET " + path + " HTTP/1.1", "Cookie: " + cookie);
    assertThat(RawHttp.status(answer)).as("%s%n%s", path, app.log()).isEqualTo(302);
    return answer;
  }

  private static String first(Pattern pattern, String answer) {
    Matcher matcher = pattern.matcher(answer);
    assertThat(matcher.find()).as(answer).isTrue();
    return matcher.group(1);
  }
}
