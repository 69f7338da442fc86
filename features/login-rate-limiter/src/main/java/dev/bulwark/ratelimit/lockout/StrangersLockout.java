package dev.bulwark.ratelimit.lockout;

import dev.bulwark.ratelimit.CallerKind;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;

/**
 * Keycloak's brute-force detection, of strangers only (L2). An attempt from a known device or
 * address is refused for no failure of others, counts as no failure, and clears none: it has a
 * window and a failure count of its own in the limiter.
 *
 * <p>Keycloak refuses a second login of a user while one is going on, so that a burst does not pass
 * its count. For an attempt that holds a slot the limiter has bounded the burst, and nobody is kept
 * out by an attempt of somebody else that is going on.
 *
 * <p>The return from an identity provider tests no secret, so neither refuses it. A second factor
 * that follows is an attempt of its own.
 */
final class StrangersLockout implements BruteForceProtector {

  /** Below {@code http-relative-path}, if there is one. */
  private static final Pattern BROKER = Pattern.compile("(?:^|/)realms/[^/]+/broker/");

  private final KeycloakSession session;
  private final BruteForceProtector oneAtATime;
  private final BruteForceProtector concurrent;

  /**
   * A protector for one session.
   *
   * @param oneAtATime as the server has it configured
   * @param concurrent without a lock for each user
   */
  StrangersLockout(
      KeycloakSession session, BruteForceProtector oneAtATime, BruteForceProtector concurrent) {
    this.session = session;
    this.oneAtATime = oneAtATime;
    this.concurrent = concurrent;
  }

  /** Where the limiter is off, Keycloak counts as it always does. */
  private CallerKind callerKind(UserModel user) {
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    return limiter == null ? CallerKind.UNCOUNTED : limiter.callerKind(user);
  }

  private boolean isOn() {
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    return limiter != null && limiter.isOn();
  }

  private BruteForceProtector of(CallerKind kind) {
    return kind == CallerKind.UNCOUNTED ? oneAtATime : concurrent;
  }

  /** A known device has counters of its own. */
  private void unlessKnown(UserModel user, Consumer<BruteForceProtector> call) {
    CallerKind kind = callerKind(user);
    if (!kind.isKnown()) {
      call.accept(of(kind));
    }
  }

  @Override
  public void failedLogin(
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo,
      @Nullable Set<String> categories) {
    unlessKnown(
        user, protector -> protector.failedLogin(realm, user, connection, uriInfo, categories));
  }

  @Override
  public void successfulLogin(
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo,
      @Nullable Set<String> categories) {
    unlessKnown(
        user, protector -> protector.successfulLogin(realm, user, connection, uriInfo, categories));
  }

  /** What Keycloak 26.4 and 26.5 call in place of the method with categories. */
  public void failedLogin(
      RealmModel realm, UserModel user, ClientConnection connection, UriInfo uriInfo) {
    unlessKnown(
        user,
        protector ->
            LegacyBruteForceCalls.FAILED.call(protector, realm, user, connection, uriInfo));
  }

  /** What Keycloak 26.4 and 26.5 call in place of the method with categories. */
  public void successfulLogin(
      RealmModel realm, UserModel user, ClientConnection connection, UriInfo uriInfo) {
    unlessKnown(
        user,
        protector ->
            LegacyBruteForceCalls.SUCCESSFUL.call(protector, realm, user, connection, uriInfo));
  }

  /** What Keycloak 26.6 calls in place of the method with several categories. */
  public void failedLogin(
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo,
      @Nullable String category) {
    unlessKnown(
        user,
        protector ->
            LegacyBruteForceCalls.FAILED.call(
                protector, realm, user, connection, uriInfo, category));
  }

  /** What Keycloak 26.6 calls in place of the method with several categories. */
  public void successfulLogin(
      RealmModel realm,
      UserModel user,
      ClientConnection connection,
      UriInfo uriInfo,
      @Nullable String category) {
    unlessKnown(
        user,
        protector ->
            LegacyBruteForceCalls.SUCCESSFUL.call(
                protector, realm, user, connection, uriInfo, category));
  }

  @Override
  public boolean isTemporarilyDisabled(KeycloakSession other, RealmModel realm, UserModel user) {
    CallerKind kind = callerKind(user);
    return !kind.isKnown()
        && !(kind == CallerKind.UNCOUNTED && isOn() && isReturnFromProvider())
        && of(kind).isTemporarilyDisabled(other, realm, user);
  }

  /** Whether this is a login's request to {@code /realms/{realm}/broker/…}. */
  private boolean isReturnFromProvider() {
    return session.getContext().getAuthenticationSession() != null
        && BROKER.matcher(session.getContext().getUri().getPath()).find();
  }

  @Override
  public boolean isPermanentlyLockedOut(KeycloakSession other, RealmModel realm, UserModel user) {
    return of(callerKind(user)).isPermanentlyLockedOut(other, realm, user);
  }

  @Override
  public void cleanUpPermanentLockout(KeycloakSession other, RealmModel realm, UserModel user) {
    oneAtATime.cleanUpPermanentLockout(other, realm, user);
  }

  @Override
  public void close() {}
}
