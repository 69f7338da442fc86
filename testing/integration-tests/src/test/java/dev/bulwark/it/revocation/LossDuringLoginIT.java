package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * R1: a user loses {@code offline_access} during the first login with that scope. No offline
 * session of the user is stored at that moment.
 */
class LossDuringLoginIT {

  private static final TestStack STACK = TestStack.get();

  /** Any number that no other test has. */
  private static final int LOCK = 51_128;

  private PostgresProcess database;
  private PathRealm realm;
  private RevokedKeys keys;

  @BeforeEach
  void start() {
    Assumptions.assumeTrue(
        STACK.database().orElse(null) instanceof PostgresProcess,
        "Only PostgreSQL has triggers that stall a commit: the test is skipped.");
    database = (PostgresProcess) STACK.database().orElseThrow();
    realm = PathRealm.create(STACK.url(), STACK.admin(), "loss-during-login");
    keys = new RevokedKeys(STACK.redis().url());
  }

  @AfterEach
  void end() {
    if (database == null) {
      return;
    }
    database.sql("DROP TRIGGER IF EXISTS stall_login ON offline_user_session");
    keys.close();
    realm.delete();
  }

  /** A workflow sends no admin event. */
  @Test
  void aWorkflowThatTakesTheRole() {
    String id = realm.createUser("fay");
    Deaths deaths = new Deaths(realm, keys);
    stallTheLogin(id);
    CompletableFuture<Response> login;
    try (OpenTransaction held = database.hold("SELECT pg_advisory_xact_lock(" + LOCK + ")")) {
      assertThat(held).isNotNull();
      login =
          CompletableFuture.supplyAsync(() -> realm.login("cli", "fay", "openid offline_access"));
      await("the login waits")
          .atMost(SOON)
          .until(
              () ->
                  !database
                      .sql(
                          "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                              + " AND objid = "
                              + LOCK)
                      .isEmpty());
      realm.runWorkflow(
          "revoke-role", Map.of("role", List.of("default-roles-" + realm.name())), id);
      await("the role is gone")
          .atMost(SOON)
          .until(
              () ->
                  realm
                      .admin()
                      .get(realm.path("/users/" + id + "/role-mappings/realm"))
                      .expect(200)
                      .json()
                      .isEmpty());
    }
    deaths.awaitDead(login.join());
    deaths.assertAlive(realm.login("cli", "ann", "openid offline_access"));
  }

  /** Keycloak has read the roles of the user by the time of the commit. */
  private void stallTheLogin(String userId) {
    database.sql(
        """
        CREATE OR REPLACE FUNCTION stall_login() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_advisory_xact_lock(%d); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER stall_login AFTER INSERT ON offline_user_session
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
          WHEN (NEW.offline_flag = '1' AND NEW.user_id = '%s') EXECUTE FUNCTION stall_login()
        """
            .formatted(LOCK, userId));
  }
}
