package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.revocation.Directory;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R9: notices are sent though the LDAP server of their users does not answer. */
@Tag("slow")
class LogoutStoreDownIT {

  private static final TestStack STACK = TestStack.get();

  private final LogoutRealm realm =
      LogoutRealm.create(STACK.url(), STACK.admin(), "logout-store-down");
  private final Application application =
      Application.start(realm.url(), "shop", JWSAlgorithm.RS256);
  private final Directory directory = Directory.start(List.of("liz", "lou"));

  @AfterEach
  void end() {
    directory.close();
    application.close();
    realm.delete();
  }

  /** It takes connections, and has no time-out. */
  @ParameterizedTest(name = "imported: {0}")
  @ValueSource(booleans = {true, false})
  void aStoreThatStalls(boolean imports) {
    Response login = loginOfAStoredUser(imports);
    directory.stall();
    forgetUsers();
    assertNotified(login);
  }

  @Test
  void aStoreThatIsDown() {
    Response login = loginOfAStoredUser(false);
    directory.stop();
    forgetUsers();
    assertNotified(login);
    assertThat(realm.failing()).isEmpty();
  }

  private Response loginOfAStoredUser(boolean imports) {
    directory.connect(realm.admin(), realm.path(""), "people", imports);
    realm.notified("shop", application.url());
    realm.change(Json.object("ssoSessionIdleTimeout", 4));
    return realm.login("shop", "liz", Directory.PASSWORD, "openid");
  }

  private void forgetUsers() {
    realm.admin().post(realm.path("/clear-user-cache"), "{}").expect(204);
  }

  private void assertNotified(Response login) {
    await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
    assertThat(application.calls()).hasSize(1);
    assertThat(application.calls().get(0).sid()).isEqualTo(LogoutRealm.sid(login));
    assertThat(application.calls().get(0).claims().getSubject())
        .isEqualTo(Realm.claims(login.text("access_token")).get("sub").asText());
  }
}
