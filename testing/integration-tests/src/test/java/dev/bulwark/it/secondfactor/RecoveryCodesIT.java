package dev.bulwark.it.secondfactor;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.revocation.Directory;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** T5: recovery codes that Keycloak has stored, their renewal, and logins at the same moment. */
@SharedRealm
class RecoveryCodesIT {

  private static final List<String> OLD =
      List.of("AAAABBBB1111", "AAAABBBB2222", "AAAABBBB3333", "AAAABBBB4444", "AAAABBBB5555");

  private static final String WAITING =
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query ILIKE '%credential%'";

  private static Application application;

  private final AdminApi admin = TestStack.get().admin();
  private final People people = new People(admin);

  @BeforeAll
  static void open() {
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void close() {
    application.close();
  }

  /** From five codes of before to twelve new ones. */
  @Test
  void oldCodesWorkAndAreRenewedWhenThreeAreLeft() {
    people.createWithOldCodes("rita", OLD);
    try (Chromium chromium = Chromium.launch()) {
      assertThat(people.credentialData("rita", "recovery-authn-codes").get("algorithm").asText())
          .isEqualTo("SHA-512");
      try (Visitor visitor = atCodes(chromium)) {
        visitor.enterBackupCode("AAAA-BBBB-2222");
        visitor.page().waitForSelector("#input-error-recoveryCodeInput");
        visitor.enterBackupCode("AAAA-BBBB-1111");
        visitor.tokens();
      }
      assertThat(people.credentialData("rita", "recovery-authn-codes").get("algorithm").asText())
          .isEqualTo("argon2");
      assertThat(left()).isEqualTo(4);

      try (Visitor visitor = atCodes(chromium)) {
        visitor.enterBackupCode(OLD.get(0));
        visitor.page().waitForSelector("#input-error-recoveryCodeInput");
        visitor.enterBackupCode(OLD.get(1));
        visitor.page().waitForSelector("#kc-recovery-codes-list");
        assertThat(visitor.page().innerText("body")).contains("Recovery codes left: 3.");
        visitor.page().click("#cancelRecoveryAuthnCodesBtn");
        visitor.tokens();
      }
      assertThat(left()).isEqualTo(3);

      List<String> fresh;
      try (Visitor visitor = atCodes(chromium)) {
        visitor.enterBackupCode(OLD.get(2));
        fresh = visitor.takeBackupCodes();
        visitor.tokens();
      }
      assertThat(left()).isEqualTo(fresh.size()).isEqualTo(12);
      try (Visitor visitor = atCodes(chromium)) {
        assertThat(visitor.numberOfBackupCode()).isEqualTo(1);
        visitor.enterBackupCode(OLD.get(3));
        visitor.page().waitForSelector("#input-error-recoveryCodeInput");
        visitor.enterBackupCode(fresh.get(0));
        visitor.tokens();
      }
    }
  }

  /**
   * Two logins with one code at the same moment. The database takes no change of a credential until
   * both have read the code as unused: without a lock on it, both get in.
   */
  @Test
  void oneOfTwoSimultaneousLoginsHasTheCode() {
    PostgresProcess database = postgres();
    people.createWithOldCodes("race", OLD);
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page form = signIn(browser, "race");
    FormBrowser otherBrowser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page otherForm = signIn(otherBrowser, "race");

    CompletableFuture<Response> first;
    CompletableFuture<Response> second;
    try (OpenTransaction lock =
        database.hold("LOCK TABLE credential IN SHARE ROW EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      first = enter(browser, form, OLD.get(0));
      awaitWaiting(database, 1, first);
      clearUserCache();
      second = enter(otherBrowser, otherForm, OLD.get(0));
      awaitWaiting(database, 2, second);
    }
    assertThat(first).succeedsWithin(SOON);
    assertThat(second).succeedsWithin(SOON);
    assertThat(first.join().status()).as("the first login").isEqualTo(302);
    assertThat(second.join().status()).as("the second login with the same code").isEqualTo(200);
    assertThat(second.join().body()).contains("input-error-recoveryCodeInput");
  }

  /** The set is gone when the second login has the lock. */
  @Test
  void oneOfTwoSimultaneousLoginsHasTheLastCode() {
    PostgresProcess database = postgres();
    people.createWithOldCodes("last", OLD.subList(0, 1));
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page form = signIn(browser, "last");
    FormBrowser otherBrowser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page otherForm = signIn(otherBrowser, "last");

    CompletableFuture<Response> first;
    CompletableFuture<Response> second;
    try (OpenTransaction lock =
        database.hold("LOCK TABLE credential IN SHARE ROW EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      first = enter(browser, form, OLD.get(0));
      awaitWaiting(database, 1, first);
      clearUserCache();
      second = enter(otherBrowser, otherForm, OLD.get(0));
      awaitWaiting(database, 2, second);
    }
    assertThat(first).succeedsWithin(SOON);
    assertThat(second).succeedsWithin(SOON);
    assertThat(List.of(first.join().status(), second.join().status()))
        .as("the first login, and the second one: %s", second.join().body())
        .containsExactly(302, 200);
    assertThat(people.credentials("last")).doesNotContain("recovery-authn-codes");
  }

  /** P5: codes of another application work in any order, so two of them at once as well. */
  @Test
  void twoSimultaneousLoginsUseTwoImportedCodes() {
    PostgresProcess database = postgres();
    List<String> codes = List.of("1f2e3d4c5b6a", "2f2e3d4c5b6a", "3f2e3d4c5b6a");
    people.createWithImportedCodes("imported", codes);
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page form = signIn(browser, "imported");
    FormBrowser otherBrowser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page otherForm = signIn(otherBrowser, "imported");

    CompletableFuture<Response> first;
    CompletableFuture<Response> second;
    try (OpenTransaction lock =
        database.hold(
            "SELECT id FROM credential WHERE type = 'recovery-authn-codes' AND user_id = '"
                + admin.userId("imported")
                + "' FOR UPDATE")) {
      assertThat(lock).isNotNull();
      first = enter(browser, form, codes.get(0));
      awaitWaiting(database, 1, first);
      clearUserCache();
      second = enter(otherBrowser, otherForm, codes.get(1));
      awaitWaiting(database, 2, second);
    }
    assertThat(first).succeedsWithin(SOON);
    assertThat(second).succeedsWithin(SOON);
    assertThat(first.join().status()).as("the first code").isEqualTo(302);
    assertThat(second.join().status()).as("the second code").isEqualTo(302);
    assertThat(
            people.credentialData("imported", "recovery-authn-codes").get("remainingCodes").asInt())
        .isEqualTo(1);
    for (String used : codes.subList(0, 2)) {
      FormBrowser again = new FormBrowser(TestStack.get().url());
      assertThat(enter(again, signIn(again, "imported"), used).join().status())
          .as("a used code")
          .isEqualTo(200);
    }
  }

  /** The connection to the database is lost at the commit. */
  @Test
  void aLoginThatIsRolledBackLeavesItsCodeUnused() {
    PostgresProcess database = postgres();
    people.createWithOldCodes("undone", OLD);
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page form = signIn(browser, "undone");
    try (OpenTransaction lock =
        database.hold("LOCK TABLE credential IN SHARE ROW EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      CompletableFuture<Response> failed = enter(browser, form, OLD.get(0));
      awaitWaiting(database, 1, failed);
      database.sql(WAITING.replace("SELECT pid", "SELECT pg_terminate_backend(pid)"));
      assertThat(failed).succeedsWithin(SOON);
      assertThat(failed.join().status()).isNotEqualTo(302);
    }
    FormBrowser again = new FormBrowser(TestStack.get().url());
    assertThat(enter(again, signIn(again, "undone"), OLD.get(0)).join().status())
        .as("the same code")
        .isEqualTo(302);
  }

  /** Keycloak stores the credentials of users that it does not import in another table. */
  @Test
  void aCodeOfAUserOfADirectoryWorksOnce() {
    try (Directory directory = Directory.start(List.of("ldap-lou"))) {
      String store = directory.connect(admin, "/realms/app", "recovery-codes", false);
      String path = "/realms/app/users/" + admin.userId("ldap-lou");
      ObjectNode user = (ObjectNode) admin.get(path).expect(200).json();
      assertThat(user.get("id").asText()).startsWith("f:");
      // Keycloak cannot ask a user of a read-only directory to verify an address.
      admin.put("/realms/app", Json.object("verifyEmail", false)).expect(204);
      user.putArray("credentials").add(OldCodes.credential(OLD));
      admin.put(path, user.toString()).expect(204);
      assertThat(List.of(0, 0, 1))
          .map(number -> enterFromDirectory(OLD.get(number)).status())
          .containsExactly(302, 200, 302);
      assertThat(
              people
                  .credentialData("ldap-lou", "recovery-authn-codes")
                  .get("remainingCodes")
                  .asInt())
          .isEqualTo(3);
      admin.put("/realms/app", Json.object("verifyEmail", true)).expect(204);
      admin.delete("/realms/app/components/" + store).expect(204);
    }
  }

  private static Response enterFromDirectory(String code) {
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page form =
        browser.submit(
            browser.open(application.login("openid")),
            Map.of("username", "ldap-lou", "password", Directory.PASSWORD));
    return browser.submitOnly(form, Map.of("recoveryCodeInput", code));
  }

  /** T5: the twelve hashes of each user would let the transaction of a larger import time out. */
  @Test
  void anImportComputesNoHashesOfCodesAndTheFirstUseDoes() {
    double before = argon2Hashes();
    people.importWithOldCodes("imma", OLD);
    assertThat(argon2Hashes() - before).as("that of the password").isEqualTo(1);
    assertThat(people.credentialData("imma", "recovery-authn-codes").get("algorithm").asText())
        .isEqualTo("SHA-512");
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    Response done =
        browser.submitOnly(signIn(browser, "imma"), Map.of("recoveryCodeInput", OLD.get(0)));
    assertThat(done.status()).as(done.body()).isEqualTo(302);
    assertThat(argon2Hashes() - before).as("and of the codes that are left").isEqualTo(5);
    assertThat(people.credentialData("imma", "recovery-authn-codes").get("algorithm").asText())
        .isEqualTo("argon2");
  }

  /** T5: {@code hash_codes} is off by default, and Keycloak alone reads what is stored then. */
  @Test
  void aRealmThatDoesNotAskForHashesKeepsKeycloaksForm() {
    String path =
        "/realms/app/authentication/required-actions/CONFIGURE_RECOVERY_AUTHN_CODES/config";
    String shipped = admin.get(path).expect(200).body();
    admin.put(path, Json.of(Map.of("config", Map.of("warning_threshold", "2")))).expect(204);
    try {
      people.createWithOldCodes("plain", OLD);
      double before = argon2Hashes();
      FormBrowser browser = new FormBrowser(TestStack.get().url());
      Response done =
          browser.submitOnly(signIn(browser, "plain"), Map.of("recoveryCodeInput", OLD.get(0)));
      assertThat(done.status()).as(done.body()).isEqualTo(302);
      assertThat(argon2Hashes()).isEqualTo(before);
      assertThat(people.credentialData("plain", "recovery-authn-codes").get("algorithm").asText())
          .isEqualTo("SHA-512");
    } finally {
      admin.put(path, shipped).expect(204);
    }
  }

  /** P5: an import of thousands of codes must not keep the server busy for hours. */
  @Test
  void aSetOfMoreCodesThanAnybodyNeedsIsNotHashed() {
    List<String> codes = IntStream.range(0, 60).mapToObj("AAAABBBB%04d"::formatted).toList();
    double before = argon2Hashes();
    people.createWithOldCodes("hoarder", codes);
    assertThat(argon2Hashes() - before).as("that of the password").isEqualTo(1);
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page form = signIn(browser, "hoarder");
    Response done = browser.submitOnly(form, Map.of("recoveryCodeInput", codes.get(0)));
    assertThat(done.status()).as(done.body()).isEqualTo(302);
    assertThat(argon2Hashes() - before).isEqualTo(1);
  }

  /** New hashes that the server has made with Argon2. */
  private static double argon2Hashes() {
    return Metrics.sum(
        TestStack.get().keycloak().managementUrl(),
        "bulwark_password_hash_seconds_count",
        "algorithm=\"argon2\"",
        "operation=\"hash\"");
  }

  private static PostgresProcess postgres() {
    Assumptions.assumeTrue(
        TestStack.get().database().orElse(null) instanceof PostgresProcess, "PostgreSQL");
    return (PostgresProcess) TestStack.get().database().orElseThrow();
  }

  private static CompletableFuture<Response> enter(
      FormBrowser browser, FormBrowser.Page form, String code) {
    return CompletableFuture.supplyAsync(
        () -> browser.submitOnly(form, Map.of("recoveryCodeInput", code)));
  }

  /** So that the next login reads the codes from the database, and its session holds the row. */
  private void clearUserCache() {
    admin.post("/realms/app/clear-user-cache", "{}").expect(204);
  }

  /** Until so many logins wait for the database, or the last one is answered. */
  private static void awaitWaiting(
      PostgresProcess database, int count, CompletableFuture<Response> last) {
    await("logins wait")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> last.isDone() || database.sql(WAITING).lines().count() >= count);
  }

  private static FormBrowser.Page signIn(FormBrowser browser, String name) {
    return browser.submit(
        browser.open(application.login("openid")),
        Map.of("username", name, "password", Realm.PASSWORD));
  }

  private static Visitor atCodes(Chromium chromium) {
    Visitor visitor = new Visitor(chromium, application);
    visitor.open();
    visitor.signIn("rita");
    visitor.page().waitForSelector("#kc-recovery-code-login-form");
    return visitor;
  }

  private int left() {
    return people.credentialData("rita", "recovery-authn-codes").get("remainingCodes").asInt();
  }
}
