package dev.bulwark.revocation.entities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.keycloak.models.jpa.entities.ClientEntity;
import org.keycloak.models.jpa.entities.RealmEntity;
import org.keycloak.models.jpa.entities.RoleEntity;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.session.PersistentUserSessionEntity;

/** Which change of a row ends tokens. */
class EntityEndingsTest {

  private static final long NOW = 1_700_000_000_000L;

  private static final Endings OF = new Endings("TEST", NOW);

  private final UserEntity user = new UserEntity();
  private final ClientEntity client = new ClientEntity();
  private final RealmEntity realm = new RealmEntity();

  {
    user.setId("u");
    user.setRealmId("r");
    client.setId("c");
    client.setRealmId("r");
    realm.setId("r");
  }

  @Test
  void whatIsSwitchedOffHasEnded() {
    assertThat(of(user, "enabled"))
        .extracting(Ending::target)
        .containsExactly(OF.user("r", "u").target());
    assertThat(of(client, "enabled"))
        .extracting(Ending::target)
        .containsExactly(OF.client("r", "c").target());
    assertThat(of(realm, "enabled"))
        .extracting(Ending::target)
        .containsExactly(OF.realm("r").target());
    assertThat(of(user, "firstName", "enabled"))
        .extracting(Ending::cause)
        .containsExactly("USER_DISABLED");
  }

  @Test
  void whatIsSwitchedOnHasNot() {
    user.setEnabled(true);
    client.setEnabled(true);
    realm.setEnabled(true);
    assertThat(of(user, "enabled")).isEmpty();
    assertThat(of(client, "enabled")).isEmpty();
    assertThat(of(realm, "enabled")).isEmpty();
  }

  @Test
  void aNewNotBeforeEndsWhatIsOlder() {
    user.setNotBefore(1000);
    client.setNotBefore(2000);
    realm.setNotBefore(3000);
    assertThat(of(user, "notBefore"))
        .extracting(Ending::target)
        .containsExactly(OF.user("r", "u", 1000).target());
    assertThat(of(client, "notBefore"))
        .extracting(Ending::target)
        .containsExactly(OF.clientNotBefore("r", "c", 2000).target());
    assertThat(of(realm, "notBefore"))
        .extracting(Ending::target)
        .containsExactly(OF.realmNotBefore("r", 3000).target());
    user.setNotBefore(0);
    assertThat(of(user, "notBefore")).isEmpty();
  }

  @Test
  void otherChangesEndNothing() {
    assertThat(of(user, "firstName")).isEmpty();
    assertThat(of(client, "secret")).isEmpty();
    assertThat(of(realm, "displayName")).isEmpty();
    assertThat(of(user)).isEmpty();
    assertThat(of(new RoleEntity(), "name")).isEmpty();
    assertThat(EntityEndings.isWatched(new RoleEntity())).isFalse();
  }

  @Test
  void aSessionWithANewStartWasRestarted() {
    PersistentUserSessionEntity session = new PersistentUserSessionEntity();
    session.setUserSessionId("s");
    session.setRealmId("r");
    assertThat(of(session, "lastSessionRefresh")).isEmpty();
    assertThat(of(session, "lastSessionRefresh", "createdOn"))
        .extracting(Ending::sessionId)
        .containsExactly("s");
  }

  private static List<Ending> of(Object entity, String... changed) {
    return EntityEndings.of(entity, Set.of(changed), NOW);
  }
}
