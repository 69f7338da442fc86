package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R1: what a stranger writes into the jti and sid of a token of his own making gets nowhere near
 * Redis. (What Redis makes of such a jti is shown by {@code RevocationPusherTest}.)
 */
class HostileTokensIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "hostile-tokens");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  /** Keys of real tokens: those of an earlier test may still arrive. */
  private static final Pattern REAL = Pattern.compile("revoked:[a-z]{6}:[0-9a-f-]{36}");

  private static Response genuine;

  @BeforeAll
  static void login() {
    genuine = REALM.login("ann");
    // Whatever else the bundle keeps in Redis is there from now on.
    Response ended = REALM.login("ben");
    REALM.logout("cli", ended.text("refresh_token")).expect(204);
    DEATHS.assertDead(ended);
    await().atMost(SOON).until(() -> KEYS.client().exists("revocation:realm:hostile-tokens"));
  }

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "onrtro:a\r\nSET stolen 1\r\n",
        "onrtro:a\r\n*3\r\n$3\r\nSET\r\n$6\r\nstolen\r\n$1\r\n1\r\n",
        "onrtro:a stolen 1 EX 300",
        "onrtro:*?[a-z]\\",
        "onrtro:{stolen}",
        "onrtro:a\u0000stolen",
        "onrtro:') redis.call('SET', 'stolen', '1') --",
        "stolen"
      })
  void aForgedTokenLeavesNoKey(String value) {
    Set<String> before = keys();
    String access = forged(genuine.text("access_token"), value);
    REALM.revoke("cli", access);
    REALM.revoke("cli", forged(genuine.text("refresh_token"), value));
    REALM.logout("cli", forged(genuine.text("refresh_token"), value));
    String hint = forged(genuine.text("id_token"), value);
    int status = Http.get(REALM.endpoint("logout") + "?id_token_hint=" + hint).status();
    assertThat(status).as("logout with a forged hint").isEqualTo(400);
    assertThat(REALM.isActive(access)).isFalse();

    // A real one afterwards is there: whatever they would have caused has had its time.
    Response later = REALM.login("ben");
    REALM.logout("cli", later.text("refresh_token")).expect(204);
    DEATHS.assertDead(later);
    Set<String> added = keys();
    added.removeAll(before);
    assertThat(added)
        .contains(RevokedKeys.key(later.text("access_token")))
        .allMatch(REAL.asMatchPredicate());
    DEATHS.assertAlive(genuine);
  }

  /** The token with other ids; the signature stays that of the genuine one. */
  private static String forged(String token, String value) {
    ObjectNode claims = (ObjectNode) Realm.claims(token);
    claims.put("jti", value);
    claims.put("sid", value);
    String[] parts = token.split("\\.");
    byte[] json = claims.toString().getBytes(StandardCharsets.UTF_8);
    parts[1] = Base64.getUrlEncoder().withoutPadding().encodeToString(json);
    return String.join(".", parts);
  }

  /** All keys but the one that comes and goes. */
  private static Set<String> keys() {
    Set<String> keys = new TreeSet<>(KEYS.client().keys("*"));
    keys.remove("bulwark:probe");
    return keys;
  }
}
