package dev.bulwark.revocation.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.SessionType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;

class AdminEventEndingsTest {

  private static final Endings OF = new Endings("TEST", 1);

  private boolean userEnabled = true;
  private long userNotBefore;
  private boolean realmEnabled = true;
  private long realmNotBefore;
  private boolean newAddress;
  private boolean organizationsOff;

  private final EventContext context =
      new EventContext() {
        @Override
        public @Nullable RequestToken requestToken(String parameter) {
          return null;
        }

        @Override
        public boolean isUserEnabled(String userId) {
          return userEnabled;
        }

        @Override
        public long userNotBefore(String userId) {
          return userNotBefore;
        }

        @Override
        public boolean hasNewAddress() {
          return newAddress;
        }

        @Override
        public boolean hasOrganizationsOff() {
          return organizationsOff;
        }

        @Override
        public boolean isUserStore(String componentId) {
          return componentId.equals("ldap");
        }

        @Override
        public boolean hasChanged(String clientId) {
          return clientId.equals("changed");
        }

        @Override
        public @Nullable String clientOf(String name) {
          return null;
        }

        @Override
        public boolean isKeyProvider(String componentId) {
          return componentId.equals("keys");
        }

        @Override
        public boolean isRealmEnabled() {
          return realmEnabled;
        }

        @Override
        public long realmNotBefore() {
          return realmNotBefore;
        }
      };

  private List<Ending> endings(OperationType operation, ResourceType type, @Nullable String path) {
    return endings(operation, type, path, null);
  }

  private List<Ending> endings(
      OperationType operation,
      ResourceType type,
      @Nullable String path,
      @Nullable String representation) {
    AdminEvent event = new AdminEvent();
    event.setRealmId("r");
    event.setTime(5_000_000);
    event.setOperationType(operation);
    event.setResourceType(type);
    event.setResourcePath(path);
    event.setRepresentation(representation);
    return AdminEventEndings.of(event, context);
  }

  /** The time of the event (5,000 s) can be seconds after the cut-off. */
  @Test
  void userLogoutKillsByTheNotBeforeThatItSets() {
    userNotBefore = 4_000;
    Ending ending = endings(OperationType.ACTION, ResourceType.USER, "users/u/logout").get(0);
    assertThat(ending.target()).isEqualTo(OF.user("r", "u", 4_000).target());
  }

  @Test
  void revokedConsentIsVerified() {
    Ending ending = endings(OperationType.ACTION, ResourceType.USER, "users/u/consents/cli").get(0);
    assertThat(ending.target()).isEqualTo(OF.user("r", "u").target());
  }

  @Test
  void logoutAllKillsByTheNotBeforeThatItSets() {
    realmNotBefore = 4_000;
    Ending ending = endings(OperationType.ACTION, ResourceType.REALM, "logout-all").get(0);
    assertThat(ending.target()).isEqualTo(OF.realm("r", 4_000).target());
    assertThat(ending.requiresVerification()).isFalse();
    assertThat(endings(OperationType.ACTION, ResourceType.REALM, "push-revocation")).isEmpty();
  }

  @Test
  void aDeletedSessionIsVerified() {
    Ending ending = endings(OperationType.DELETE, ResourceType.USER_SESSION, "sessions/s").get(0);
    assertThat(ending.target()).isEqualTo(OF.session("r", "s").target());
  }

  @Test
  void aDisabledUser() {
    assertThat(endings(OperationType.UPDATE, ResourceType.USER, "users/u")).isEmpty();
    userEnabled = false;
    assertThat(endings(OperationType.UPDATE, ResourceType.USER, "users/u").get(0).target())
        .isEqualTo(OF.user("r", "u").target());
    assertThat(endings(OperationType.CREATE, ResourceType.USER, "users/u")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "REALM_ROLE_MAPPING, users/u/role-mappings/realm, DELETE, 1",
    "GROUP_MEMBERSHIP, users/u/groups/g, DELETE, 1",
    "CLIENT_ROLE_MAPPING, users/u/role-mappings/clients/c, DELETE, 1",
    "REALM_ROLE_MAPPING, users/u/role-mappings/realm, CREATE, 0"
  })
  void aRoleThatIsTakenAway(ResourceType type, String path, OperationType operation, int count) {
    List<Ending> endings = endings(operation, type, path);
    assertThat(endings).hasSize(count);
    assertThat(endings)
        .extracting(Ending::target)
        .allMatch(target -> target.equals(OF.user("r", "u").target()));
  }

  @ParameterizedTest
  @CsvSource({
    "REALM_ROLE_MAPPING, groups/g/role-mappings/realm, DELETE, true",
    "CLIENT_ROLE_MAPPING, groups/g/role-mappings/clients/c, DELETE, true",
    "REALM_ROLE_MAPPING, groups/g/role-mappings/realm, CREATE, false",
    "GROUP, groups/g, DELETE, true",
    "GROUP, groups/g/children, UPDATE, true",
    "GROUP, groups, CREATE, false",
    "REALM_ROLE, roles-by-id/x/composites, DELETE, true",
    "CLIENT_ROLE, clients/c/roles/x, DELETE, true",
    "REALM_ROLE, roles/x, UPDATE, false",
    "CLIENT_SCOPE, client-scopes/s, UPDATE, true",
    "REALM_SCOPE_MAPPING, client-scopes/s/scope-mappings/realm, CREATE, true",
    "REALM_SCOPE_MAPPING, client-scopes/s/scope-mappings/realm, DELETE, true",
    "CLIENT, clients/c, UPDATE, false",
  })
  void whatMayTakeOfflineAccessFromMany(
      ResourceType type, String path, OperationType operation, boolean doubt) {
    List<Ending> endings = endings(operation, type, path);
    assertThat(endings).hasSize(doubt ? 1 : 0);
    assertThat(endings).allMatch(Ending::requiresVerification);
    assertThat(endings)
        .allSatisfy(
            ending ->
                assertThat(ending.effect().verifies())
                    .containsExactlyInAnyOrder(SessionType.OFFLINE, SessionType.UNKNOWN));
  }

  @Test
  void anUpdatedRealm() {
    assertThat(endings(OperationType.UPDATE, ResourceType.REALM, null)).isEmpty();
    realmNotBefore = 4_000;
    assertThat(endings(OperationType.UPDATE, ResourceType.REALM, null).get(0).target())
        .isEqualTo(OF.realmNotBefore("r", 4_000).target());
    realmEnabled = false;
    assertThat(endings(OperationType.UPDATE, ResourceType.REALM, null).get(0).target())
        .isEqualTo(OF.realm("r").target());
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, users/u/credentials/k1, k1",
    "ACTION, users/u/credentials/k1, k1",
    "DELETE, api-keys/k1, k1",
    "UPDATE, api-keys/k1,",
    "DELETE, users/u/api-keys/k1, k1",
    "UPDATE, users/u/credentials/k1,",
    "DELETE, api-keys/,",
    "DELETE, api-keys,",
    "DELETE, users/u,",
    "DELETE, clients/c/protocol-mappers/models/m,"
  })
  void aDeadApiKey(OperationType operation, String path, @Nullable String key) {
    List<Ending> endings = endings(operation, ResourceType.USER, path);
    if (key == null) {
      assertThat(endings).isEmpty();
    } else {
      assertThat(endings.get(0).target()).isEqualTo(OF.apiKey("r", key).target());
    }
  }

  @Test
  void anApiKeyThatMayDoLessThanBefore() {
    AdminEvent event = new AdminEvent();
    event.setRealmId("r");
    event.setOperationType(OperationType.UPDATE);
    event.setResourceTypeAsString("API_KEY");
    event.setResourcePath("api-keys/k1");
    event.setDetails(Map.of("api_key_tokens_dead_from", "1700000000"));
    assertThat(AdminEventEndings.of(event, context))
        .singleElement()
        .extracting(Ending::target)
        .isEqualTo(OF.apiKey("r", "k1").target());
  }

  @ParameterizedTest
  @CsvSource({"1700000000000, k1", "soon,", ","})
  void aRotatedApiKeyEndsLater(@Nullable String end, @Nullable String key) {
    AdminEvent event = new AdminEvent();
    event.setRealmId("r");
    event.setOperationType(OperationType.ACTION);
    event.setResourceTypeAsString("API_KEY");
    event.setResourcePath("api-keys/k1/rotate");
    if (end != null) {
      event.setDetails(Map.of("api_key_ends_at", end));
    }
    List<Ending> endings = AdminEventEndings.of(event, context);
    assertThat(endings).hasSize(key == null ? 0 : 1);
    for (Ending ending : endings) {
      assertThat(ending.target())
          .isEqualTo(OF.apiKeyEnding("r", String.valueOf(key), 1_700_000_000_000L).target());
      assertThat(ending.isInForce(1_700_000_000_000L - 1)).isFalse();
      assertThat(ending.isInForce(1_700_000_000_000L)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE, ORGANIZATION, organizations/o, ORGANIZATION, o",
    "DELETE, ORGANIZATION, organizations/o, ORGANIZATION, o",
    "UPDATE, COMPONENT, components/ldap, USER_STORE, ldap",
    "DELETE, COMPONENT, components/ldap, USER_STORE, ldap",
    "UPDATE, COMPONENT, components/other,,",
    "CREATE, COMPONENT, components/ldap,,",
    "CREATE, ORGANIZATION, organizations/o,,"
  })
  void whatDisablesTheUsersThatBelongToIt(
      OperationType operation,
      ResourceType type,
      String path,
      Members.@Nullable Kind kind,
      @Nullable String id) {
    List<Ending> endings = endings(operation, type, path);
    if (kind == null || id == null) {
      assertThat(endings).isEmpty();
    } else {
      assertThat(endings).hasSize(1);
      assertThat(endings.get(0).target())
          .isEqualTo(OF.verifyMembers("r", new Members(kind, id)).target());
      assertThat(endings.get(0).requiresVerification()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE, CLIENT, clients/changed, 1",
    "UPDATE, CLIENT, clients/same, 0",
    "CREATE, CLIENT, clients/changed, 0",
    "DELETE, CLIENT_SCOPE_CLIENT_MAPPING, clients/changed/optional-client-scopes/s, 1",
    "DELETE, CLIENT_SCOPE_CLIENT_MAPPING, clients/same/optional-client-scopes/s, 0"
  })
  void aClientWhoseStateHasChanged(
      OperationType operation, ResourceType type, String path, int count) {
    assertThat(endings(operation, type, path))
        .hasSize(count)
        .allSatisfy(
            ending -> assertThat(ending.target()).isEqualTo(OF.client("r", "changed").target()));
  }

  @ParameterizedTest
  @CsvSource({"UPDATE, 1", "DELETE, 1", "CREATE, 0", "ACTION, 0"})
  void aKeyThatMayVerifyNoLonger(OperationType operation, int count) {
    List<Ending> endings = endings(operation, ResourceType.COMPONENT, "components/keys");
    assertThat(endings)
        .hasSize(count)
        .allSatisfy(
            ending ->
                assertThat(ending.target())
                    .isEqualTo(OF.verifyRealm("r", SessionType.ALL).target()));
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE, create-api-key, 1",
    "DELETE, create-api-key, 1",
    "CREATE, create-api-key, 0",
    "UPDATE, UPDATE_PASSWORD, 0"
  })
  void theSwitchOfApiKeys(OperationType operation, String action, int count) {
    assertThat(
            endings(
                operation,
                ResourceType.REQUIRED_ACTION,
                "authentication/required-actions/" + action))
        .hasSize(count)
        .allSatisfy(
            ending ->
                assertThat(ending.target())
                    .isEqualTo(OF.verifyRealm("r", SessionType.ALL).target()));
  }

  @Test
  void aRealmWithANewAddress() {
    newAddress = true;
    assertThat(endings(OperationType.UPDATE, ResourceType.REALM, null))
        .singleElement()
        .satisfies(ending -> assertThat(ending.target()).isEqualTo(OF.realm("r").target()))
        .satisfies(ending -> assertThat(ending.requiresVerification()).isFalse());
  }

  @Test
  void aRealmWithItsOrganizationsOff() {
    organizationsOff = true;
    assertThat(endings(OperationType.UPDATE, ResourceType.REALM, null))
        .singleElement()
        .extracting(Ending::target)
        .isEqualTo(OF.verifyMembers("r", new Members(Members.Kind.ORGANIZATIONS, "")).target());
  }

  @Test
  void aUserThatTheScimApiDisables() {
    userEnabled = false;
    Ending ending = endings(OperationType.UPDATE, ResourceType.USER, "scim/v2/Users/u").get(0);
    assertThat(ending.target()).isEqualTo(OF.user("r", "u").target());
  }
}
