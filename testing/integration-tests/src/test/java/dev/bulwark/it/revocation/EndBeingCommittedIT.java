package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * R1: a session whose end is being committed while its tokens are judged. Keycloak has taken the
 * session out of its cache by then and not yet out of the table (keycloak#51127): whoever reads it
 * through Keycloak's session provider puts it back, and it lives on.
 */
class EndBeingCommittedIT {

  private static final TestStack STACK = TestStack.get();

  /** Any number: nothing else takes advisory locks. */
  private static final int LOCK = 51_127;

  private PostgresProcess database;
  private PathRealm realm;
  private RevokedKeys keys;

  @BeforeEach
  void start() {
    Assumptions.assumeTrue(
        STACK.database().orElse(null) instanceof PostgresProcess,
        "Only PostgreSQL has triggers that stall a commit: the test is skipped.");
    database = (PostgresProcess) STACK.database().orElseThrow();
    realm = PathRealm.create(STACK.url(), STACK.admin(), "in-commit");
    keys = new RevokedKeys(STACK.redis().url());
  }

  @AfterEach
  void end() {
    if (database == null) {
      return;
    }
    database.sql("DROP TRIGGER IF EXISTS stall_commit ON offline_user_session");
    keys.close();
    realm.delete();
  }

  @Test
  void aLogoutIsNotUndoneByWhoeverJudgesItsTokens() throws Exception {
    judgeWhileCommitting(tokens -> realm.logout("cli", tokens.text("refresh_token")).expect(204));
  }

  @Test
  void anAdministratorsLogoutIsNotUndoneByWhoeverJudgesItsTokens() throws Exception {
    judgeWhileCommitting(
        tokens ->
            realm
                .admin()
                .post(realm.path("/users/" + realm.userId("ann") + "/logout"), "")
                .expect(204));
  }

  /** Whoever else reads the session does put it back; the bundle takes it out again. */
  @Test
  void anEndedSessionThatIntrospectionBroughtBackEndsAgain() throws Exception {
    Response tokens = realm.login("ann");
    whileCommitting(
        tokens,
        () -> realm.logout("cli", tokens.text("refresh_token")).expect(204),
        () -> assertThat(realm.isActive(tokens.text("access_token"))).isTrue());
    assertEnded(tokens);
  }

  @Test
  void anEndedSessionThatAListBroughtBackEndsAgain() throws Exception {
    Response tokens = realm.login("ann");
    String user = "/users/" + realm.userId("ann");
    whileCommitting(
        tokens,
        () -> realm.admin().delete(realm.path("/sessions/" + PathRealm.sid(tokens))).expect(204),
        () ->
            assertThat(realm.admin().get(realm.path(user + "/sessions")).expect(200).json())
                .hasSize(1));
    assertEnded(tokens);
  }

  private void judgeWhileCommitting(Consumer<Response> end) throws Exception {
    String user = "/users/" + realm.userId("ann");
    // With an offline token, the loss of a group puts all tokens of the user in doubt.
    realm.login("cli", "ann", "openid offline_access");
    realm.admin().post(realm.path("/groups"), Json.object("name", "lost")).expect(201);
    String group =
        realm.admin().get(realm.path("/groups")).expect(200).json().get(0).get("id").asText();
    realm.admin().put(realm.path(user + "/groups/" + group), "").expect(204);
    Response tokens = realm.login("ann");
    whileCommitting(
        tokens,
        () -> end.accept(tokens),
        // The tokens are judged before this answers.
        () -> realm.admin().delete(realm.path(user + "/groups/" + group)).expect(204));
    assertEnded(tokens);
  }

  private void whileCommitting(Response tokens, Runnable end, Runnable meanwhile) throws Exception {
    stallTheCommit(PathRealm.sid(tokens));
    CompletableFuture<Void> ended;
    try (OpenTransaction held = database.hold("SELECT pg_advisory_xact_lock(" + LOCK + ")")) {
      assertThat(held).isNotNull();
      ended = CompletableFuture.runAsync(end);
      await("the commit that waits")
          .atMost(SOON)
          .until(
              () ->
                  !database
                      .sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'")
                      .isEmpty());
      meanwhile.run();
    }
    ended.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private void assertEnded(Response tokens) {
    keys.assertRevoked(tokens.text("access_token"));
    assertThat(realm.isActive(tokens.text("access_token"))).as("introspection").isFalse();
    assertThat(realm.refresh("cli", tokens.text("refresh_token")).status())
        .as("a refresh with the ended session")
        .isEqualTo(400);
  }

  /** A transaction that removes the session waits for the lock, with everything done. */
  private void stallTheCommit(String sid) {
    database.sql(
        "CREATE OR REPLACE FUNCTION stall_commit() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM pg_advisory_xact_lock(%d); RETURN NULL; END $$;".formatted(LOCK)
            + " CREATE CONSTRAINT TRIGGER stall_commit AFTER DELETE ON offline_user_session"
            + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            + " WHEN (OLD.user_session_id = '%s') EXECUTE FUNCTION stall_commit()".formatted(sid));
  }
}
