package dev.bulwark.revocation;

import dev.bulwark.factory.ServedRequest;
import dev.bulwark.revocation.events.EventContext;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.core.MultivaluedMap;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.Profile;
import org.keycloak.component.ComponentModel;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.http.HttpRequest;
import org.keycloak.keys.KeyProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.representations.AccessToken;
import org.keycloak.storage.UserStorageProvider;

/** Answers from the session of the event. */
final class KeycloakEventContext implements EventContext {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final RevocationService service;

  KeycloakEventContext(KeycloakSession session, RealmModel realm, RevocationService service) {
    this.session = session;
    this.realm = realm;
    this.service = service;
  }

  @Override
  public @Nullable RequestToken requestToken(String parameter) {
    @Nullable HttpRequest request = ServedRequest.of(session.getContext());
    MultivaluedMap<String, String> form =
        request == null ? null : request.getDecodedFormParameters();
    String encoded = form == null ? null : form.getFirst(parameter);
    // Decoding checks the signature; null if it is not ours.
    AccessToken token =
        encoded == null ? null : session.tokens().decode(encoded, AccessToken.class);
    if (token == null || token.getId() == null) {
      return null;
    }
    Long expiry = token.getExp();
    return new RequestToken(token.getId(), token.getSessionId(), expiry == null ? 0 : expiry);
  }

  @Override
  public boolean isUserEnabled(String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    return user != null && user.isEnabled();
  }

  @Override
  public long userNotBefore(String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    return user == null ? 0 : session.users().getNotBeforeOfUser(realm, user);
  }

  @Override
  public boolean isRealmEnabled() {
    return realm.isEnabled();
  }

  @Override
  public boolean hasNewAddress() {
    return session
        .getProvider(JpaConnectionProvider.class)
        .getEntityManager()
        .unwrap(Session.class)
        .doReturningWork(
            connection ->
                service
                    .endings()
                    .isNewAddress(
                        connection,
                        realm.getId(),
                        realm.getName(),
                        realm.getAttribute("frontendUrl")));
  }

  @Override
  public boolean hasOrganizationsOff() {
    if (realm.isOrganizationsEnabled() || !Profile.isFeatureEnabled(Profile.Feature.ORGANIZATION)) {
      return false;
    }
    OrganizationProvider organizations = session.getProvider(OrganizationProvider.class);
    return organizations != null && organizations.hasOrganizations();
  }

  @Override
  public boolean isUserStore(String componentId) {
    return isComponent(componentId, UserStorageProvider.class);
  }

  @Override
  public boolean isKeyProvider(String componentId) {
    return isComponent(componentId, KeyProvider.class);
  }

  private boolean isComponent(String componentId, Class<?> type) {
    ComponentModel component = realm.getComponent(componentId);
    return component != null && type.getName().equals(component.getProviderType());
  }

  @Override
  public boolean hasChanged(String clientId) {
    EntityManager entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
    // Hibernate writes a client when the transaction ends.
    entities.flush();
    return entities
        .unwrap(Session.class)
        .doReturningWork(connection -> service.endings().isNewClient(connection, clientId));
  }

  @Override
  public @Nullable String clientOf(String name) {
    ClientModel client = realm.getClientByClientId(name);
    return client == null ? null : client.getId();
  }

  @Override
  public long realmNotBefore() {
    return realm.getNotBefore();
  }
}
