package dev.bulwark.revocation.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.ScopeKind;
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

class AdminEventScopesTest {

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
        public boolean isRealmEnabled() {
          return realmEnabled;
        }

        @Override
        public long realmNotBefore() {
          return realmNotBefore;
        }
      };

  private List<RevocationScope> scopes(
      OperationType operation, ResourceType type, @Nullable String path) {
    return scopes(operation, type, path, null);
  }

  private List<RevocationScope> scopes(
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
    return AdminEventScopes.of(event, context);
  }

  /** The time of the event (5,000 s) can be seconds after the cut-off. */
  @Test
  void userLogoutKillsByTheNotBeforeThatItSets() {
    userNotBefore = 4_000;
    RevocationScope scope =
        scopes(OperationType.ACTION, ResourceType.USER, "users/u/logout").get(0);
    assertThat(scope.kind()).isEqualTo(ScopeKind.USER);
    assertThat(scope.userId()).isEqualTo("u");
    assertThat(scope.kills()).isEqualTo(SessionType.ALL);
    assertThat(scope.issuedBefore()).isEqualTo(4_000);
    assertThat(scope.verifies()).isEqualTo(SessionType.ALL);
  }

  @Test
  void revokedConsentIsVerified() {
    RevocationScope scope =
        scopes(OperationType.ACTION, ResourceType.USER, "users/u/consents/cli").get(0);
    assertThat(scope.userId()).isEqualTo("u");
    assertThat(scope.issuedBefore()).isZero();
  }

  @Test
  void logoutAllKillsByTheNotBeforeThatItSets() {
    realmNotBefore = 4_000;
    RevocationScope scope = scopes(OperationType.ACTION, ResourceType.REALM, "logout-all").get(0);
    assertThat(scope.kind()).isEqualTo(ScopeKind.REALM);
    assertThat(scope.issuedBefore()).isEqualTo(4_000);
    assertThat(scope.isDoubt()).isFalse();
    assertThat(scopes(OperationType.ACTION, ResourceType.REALM, "push-revocation")).isEmpty();
  }

  @Test
  void aDeletedSessionIsVerified() {
    RevocationScope scope =
        scopes(OperationType.DELETE, ResourceType.USER_SESSION, "sessions/s").get(0);
    assertThat(scope.sessionId()).isEqualTo("s");
    assertThat(scope.verifies()).isEqualTo(SessionType.ALL);
  }

  @Test
  void aDisabledUser() {
    assertThat(scopes(OperationType.UPDATE, ResourceType.USER, "users/u")).isEmpty();
    userEnabled = false;
    assertThat(scopes(OperationType.UPDATE, ResourceType.USER, "users/u").get(0).userId())
        .isEqualTo("u");
    assertThat(scopes(OperationType.CREATE, ResourceType.USER, "users/u")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "REALM_ROLE_MAPPING, users/u/role-mappings/realm, DELETE, 1",
    "GROUP_MEMBERSHIP, users/u/groups/g, DELETE, 1",
    "CLIENT_ROLE_MAPPING, users/u/role-mappings/clients/c, DELETE, 1",
    "REALM_ROLE_MAPPING, users/u/role-mappings/realm, CREATE, 0"
  })
  void aRoleThatIsTakenAway(ResourceType type, String path, OperationType operation, int count) {
    List<RevocationScope> scopes = scopes(operation, type, path);
    assertThat(scopes).hasSize(count);
    assertThat(scopes).allSatisfy(scope -> assertThat(scope.issuedBefore()).isZero());
    assertThat(scopes).allSatisfy(scope -> assertThat(scope.userId()).isEqualTo("u"));
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
    "CLIENT_SCOPE_CLIENT_MAPPING, clients/c/optional-client-scopes/s, DELETE, true",
    "CLIENT_SCOPE_CLIENT_MAPPING, clients/c/optional-client-scopes/s, CREATE, false",
    "CLIENT_SCOPE, client-scopes/s, UPDATE, true",
    "REALM_SCOPE_MAPPING, client-scopes/s/scope-mappings/realm, CREATE, true",
    "REALM_SCOPE_MAPPING, client-scopes/s/scope-mappings/realm, DELETE, true",
    "CLIENT, clients/c, UPDATE, false",
  })
  void whatMayTakeOfflineAccessFromMany(
      ResourceType type, String path, OperationType operation, boolean doubt) {
    List<RevocationScope> scopes = scopes(operation, type, path);
    assertThat(scopes).hasSize(doubt ? 1 : 0);
    assertThat(scopes).allMatch(RevocationScope::isDoubt);
    assertThat(scopes)
        .allSatisfy(
            scope ->
                assertThat(scope.verifies())
                    .containsExactlyInAnyOrder(SessionType.OFFLINE, SessionType.UNKNOWN));
  }

  @Test
  void anUpdatedRealm() {
    assertThat(scopes(OperationType.UPDATE, ResourceType.REALM, null)).isEmpty();
    realmNotBefore = 4_000;
    assertThat(scopes(OperationType.UPDATE, ResourceType.REALM, null).get(0).issuedBefore())
        .isEqualTo(4_000);
    realmEnabled = false;
    assertThat(scopes(OperationType.UPDATE, ResourceType.REALM, null).get(0).verifies())
        .isEqualTo(SessionType.ALL);
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
    List<RevocationScope> scopes = scopes(operation, ResourceType.USER, path);
    if (key == null) {
      assertThat(scopes).isEmpty();
    } else {
      assertThat(scopes.get(0).apiKeyId()).isEqualTo(key);
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
    assertThat(AdminEventScopes.of(event, context))
        .singleElement()
        .satisfies(scope -> assertThat(scope.apiKeyId()).isEqualTo("k1"));
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
    List<RevocationScope> scopes = AdminEventScopes.of(event, context);
    assertThat(scopes).hasSize(key == null ? 0 : 1);
    for (RevocationScope scope : scopes) {
      assertThat(scope.apiKeyId()).isEqualTo(key);
      assertThat(scope.isInForce(1_700_000_000_000L - 1)).isFalse();
      assertThat(scope.isInForce(1_700_000_000_000L)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE, ORGANIZATION, organizations/o, ORGANIZATION, o",
    "DELETE, ORGANIZATION, organizations/o, ORGANIZATION, o",
    "UPDATE, COMPONENT, components/ldap, USER_STORE, ldap",
    "DELETE, COMPONENT, components/ldap, USER_STORE, ldap",
    "UPDATE, COMPONENT, components/keys,,",
    "CREATE, COMPONENT, components/ldap,,",
    "CREATE, ORGANIZATION, organizations/o,,"
  })
  void whatDisablesTheUsersThatBelongToIt(
      OperationType operation,
      ResourceType type,
      String path,
      Members.@Nullable Kind kind,
      @Nullable String id) {
    List<RevocationScope> scopes = scopes(operation, type, path);
    if (kind == null || id == null) {
      assertThat(scopes).isEmpty();
    } else {
      assertThat(scopes).hasSize(1);
      assertThat(scopes.get(0).members()).isEqualTo(new Members(kind, id));
      assertThat(scopes.get(0).isDoubt()).isTrue();
    }
  }

  @Test
  void aRealmWithANewAddress() {
    newAddress = true;
    assertThat(scopes(OperationType.UPDATE, ResourceType.REALM, null))
        .singleElement()
        .satisfies(scope -> assertThat(scope.kind()).isEqualTo(ScopeKind.REALM))
        .satisfies(scope -> assertThat(scope.isDoubt()).isFalse());
  }

  @Test
  void aRealmWithItsOrganizationsOff() {
    organizationsOff = true;
    assertThat(scopes(OperationType.UPDATE, ResourceType.REALM, null))
        .singleElement()
        .extracting(RevocationScope::members)
        .isEqualTo(new Members(Members.Kind.ORGANIZATIONS, ""));
  }

  @Test
  void aUserThatTheScimApiDisables() {
    userEnabled = false;
    RevocationScope scope =
        scopes(OperationType.UPDATE, ResourceType.USER, "scim/v2/Users/u").get(0);
    assertThat(scope.kind()).isEqualTo(ScopeKind.USER);
    assertThat(scope.userId()).isEqualTo("u");
  }
}
