package dev.bulwark.globalrevocation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Finds the user that a subject identifier names. An identity provider finds only users that are
 * linked with it: a provider of one customer must not sign out those of another, and learns nothing
 * of them.
 */
final class SubjectUsers {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final String realmIssuer;
  private final IssuerCallers issuers;

  SubjectUsers(KeycloakSession session, String realmIssuer, IssuerCallers issuers) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.realmIssuer = realmIssuer;
    this.issuers = issuers;
  }

  /**
   * Returns the user.
   *
   * @throws RequestException if there is none, or more than one
   */
  UserModel find(SubjectIdentifier subject, Caller caller) {
    UserModel user = user(subject);
    if (user == null
        || (caller instanceof Caller.Issuer issuer && !isLinked(user, issuer.provider()))) {
      throw RequestException.unknownSubject();
    }
    return user;
  }

  private @Nullable UserModel user(SubjectIdentifier subject) {
    if (subject instanceof SubjectIdentifier.IssuerSubject named) {
      return ofIssuer(named);
    }
    if (subject instanceof SubjectIdentifier.Email email) {
      return withAddress(email.address());
    }
    return withId(((SubjectIdentifier.Opaque) subject).id());
  }

  private @Nullable UserModel ofIssuer(SubjectIdentifier.IssuerSubject named) {
    if (named.issuer().equals(realmIssuer)) {
      return withId(named.subject());
    }
    Optional<IdentityProviderModel> provider = issuers.provider(named.issuer());
    return provider.isEmpty()
        ? null
        : session
            .users()
            .getUserByFederatedIdentity(
                realm,
                new FederatedIdentityModel(provider.get().getAlias(), named.subject(), null));
  }

  private @Nullable UserModel withId(String id) {
    return session.users().getUserById(realm, id);
  }

  private @Nullable UserModel withAddress(String address) {
    List<UserModel> users =
        session
            .users()
            .searchForUserStream(
                realm, Map.of(UserModel.EMAIL, address, UserModel.EXACT, "true"), 0, 2)
            .toList();
    if (users.size() > 1) {
      throw RequestException.ambiguous();
    }
    return users.isEmpty() ? null : users.get(0);
  }

  private boolean isLinked(UserModel user, IdentityProviderModel provider) {
    return session.users().getFederatedIdentity(realm, user, provider.getAlias()) != null;
  }
}
