package dev.bulwark.realm.parts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B8, B14. */
class RealmSettingsTest {

  private static ObjectNode realm(String json) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(json);
  }

  @Test
  void allPartsAreAddedOnce() throws IOException {
    ObjectNode realm =
        realm(
            "{'eventsListeners':['jboss-logging','own'],'attributes':{'x':'y'}}"
                .replace('\'', '"'));
    Set<Part> all = EnumSet.allOf(Part.class);
    assertThat(RealmSettings.add(realm, all))
        .containsExactly(
            "event listener redis-revocation added",
            "attribute loginRateLimiter.enabled set to true",
            "event listener bulwark-notifications added",
            "event listener bulwark-event-log added",
            "event listener jboss-logging removed",
            "loginTheme set to bulwark",
            "accountTheme set to bulwark",
            "emailTheme set to bulwark");
    assertThat(realm.get("eventsListeners").toString())
        .isEqualTo(
            "[\"own\",\"redis-revocation\",\"bulwark-notifications\",\"bulwark-event-log\"]");
    assertThat(realm.at("/attributes/x").asText()).isEqualTo("y");
    assertThat(RealmSettings.add(realm, all)).isEmpty();
  }

  @Test
  void onePartChangesNothingElse() throws IOException {
    ObjectNode realm = realm("{}");
    assertThat(RealmSettings.add(realm, Set.of(Part.REVOCATION))).hasSize(1);
    assertThat(RealmSettings.add(realm, Set.of(Part.KEYS))).isEmpty();
    assertThat(realm).isEqualTo(realm("{\"eventsListeners\":[\"redis-revocation\"]}"));
  }

  @Test
  void everyNameOfTheBundleIsRemoved() throws IOException {
    ObjectNode realm =
        realm(
            """
            {"passwordPolicy":"breachedPassword(1) and length(8) and breachedPasswordAtLogin(warn)",
             "attributes":{"loginRateLimiter.enabled":"true","loginRateLimiter.addressLimit":"7",
               "backchannelLogout.durable":"true","client-certificates.strict":"true",
               "globalTokenRevocation.apiKeys":"true","api-key.imported":"true","own":"1"},
             "quickLoginCheckMilliSeconds":0,
             "loginTheme":"bulwark","accountTheme":"own","emailTheme":"bulwark",
             "eventsListeners":["bulwark-event-log","bulwark-notifications","bulwark-webhook",
               "redis-revocation","own"]}
            """);
    List<String> changes = RealmSettings.remove(realm);
    assertThat(realm)
        .isEqualTo(
            realm(
                """
                {"passwordPolicy":"length(8)","attributes":{"api-key.imported":"true","own":"1"},
                 "quickLoginCheckMilliSeconds":1000,
                 "loginTheme":"","accountTheme":"own","emailTheme":"",
                 "eventsListeners":["own","jboss-logging"]}
                """));
    assertThat(changes).hasSize(15).doesNotHaveDuplicates();
    assertThat(RealmSettings.remove(realm)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "breachedPassword(undefined) | ''",
        "length(8) | length(8)",
        "'' | ''",
        "breachedPasswordLike(1) and breachedPassword | breachedPasswordLike(1)",
        "regexPattern(a) and breachedPasswordAtLogin(off) and digits(1) | regexPattern(a) and digits(1)"
      })
  void policiesOfOthersStay(String before, String after) throws IOException {
    ObjectNode realm = realm("{}").put("passwordPolicy", before);
    RealmSettings.remove(realm);
    assertThat(realm.get("passwordPolicy").asText()).isEqualTo(after);
  }

  @Test
  void onlyWhatHasChangedIsSent() throws IOException {
    ObjectNode before =
        realm("{\"smtpServer\":{\"password\":\"**********\"},\"eventsListeners\":[\"own\"]}");
    ObjectNode after = before.deepCopy();
    RealmSettings.add(after, Set.of(Part.LIMITS, Part.MAILS));
    assertThat(RealmSettings.difference(before, after))
        .isEqualTo(
            realm(
                """
                {"eventsListeners":["own","bulwark-notifications"],
                 "attributes":{"loginRateLimiter.enabled":"true"}}
                """));
  }

  /** Where the limiter was not on, somebody has set it to 0 for another reason. */
  @Test
  void quickLoginsOfOthersStay() throws IOException {
    ObjectNode realm = realm("{\"quickLoginCheckMilliSeconds\":0}");
    assertThat(RealmSettings.remove(realm)).isEmpty();
    assertThat(realm.get("quickLoginCheckMilliSeconds").asInt()).isZero();
  }
}
