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
 * of them, not even that several have an e-mail address.
 */
final class SubjectUsers {

  /** Of users that a client may all name: one more than it may mean. */
  private static final int ENOUGH = 2;

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
   * @throws RequestException if the caller may name none of them, or more than one
   */
  UserModel find(SubjectIdentifier subject, Caller caller) {
    List<UserModel> found =
        caller instanceof Caller.Issuer issuer
            ? users(subject, null).stream()
                .filter(user -> isLinked(user, issuer.provider()))
                .toList()
            : users(subject, ENOUGH);
    if (found.isEmpty()) {
      throw RequestException.unknownSubject();
    }
    if (found.size() > 1) {
      throw RequestException.ambiguous();
    }
    return found.get(0);
  }

  /**
   * Returns whom the identifier names.
   *
   * @param limit how many at most; null for all
   */
  private List<UserModel> users(SubjectIdentifier subject, @Nullable Integer limit) {
    if (subject instanceof SubjectIdentifier.IssuerSubject named) {
      return listed(ofIssuer(named));
    }
    if (subject instanceof SubjectIdentifier.Email email) {
      return withAddress(email.address(), limit);
    }
    return listed(withId(((SubjectIdentifier.Opaque) subject).id()));
  }

  private static List<UserModel> listed(@Nullable UserModel user) {
    return user == null ? List.of() : List.of(user);
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

  private List<UserModel> withAddress(String address, @Nullable Integer limit) {
    return session
        .users()
        .searchForUserStream(
            realm, Map.of(UserModel.EMAIL, address, UserModel.EXACT, "true"), 0, limit)
        .toList();
  }

  private boolean isLinked(UserModel user, IdentityProviderModel provider) {
    return session.users().getFederatedIdentity(realm, user, provider.getAlias()) != null;
  }
}
