package dev.bulwark.ratelimit;

import dev.bulwark.redis.address.ClientAddress;
import dev.bulwark.redis.limit.Attempt;
import dev.bulwark.redis.limit.Decision;
import dev.bulwark.redis.limit.LimitKeys;
import dev.bulwark.redis.limit.Limits;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** The limiter of one session. Holds nothing but the session and what all sessions share. */
final class DefaultLoginRateLimiterProvider implements LoginRateLimiterProvider {

  private final KeycloakSession session;
  private final LimiterResources shared;

  DefaultLoginRateLimiterProvider(KeycloakSession session, LimiterResources shared) {
    this.session = session;
    this.shared = shared;
  }

  @Override
  public Decision take(Account account) {
    return take(account, rules().limits());
  }

  @Override
  public Decision takeForAccount(Account account) {
    Limits limits = rules().limits();
    return take(account, new Limits(0, limits.perAccount(), limits.window()));
  }

  @Override
  public ClientSlot takeForClient(String clientId) {
    String address = address();
    if (isAllowed(address)) {
      shared.metrics().fromAllowedNetwork();
      return ClientSlot.FREE;
    }
    LimitKeys keys = new LimitKeys(session.getContext().getRealm().getId());
    String bucket = ClientAddress.bucket(address);
    String clientKey = keys.ofClient(bucket, clientId);
    return new CountedClientSlot(
        new Attempt(
            shared.ids().next(), keys.ofClientsAddress(bucket), clientKey, rules().clientLimits()),
        shared.limiter(),
        shared.metrics(),
        shared.turns().of(clientKey));
  }

  private boolean isAllowed(@Nullable String address) {
    return shared.config().allowedNetworks().stream()
        .anyMatch(network -> network.contains(address));
  }

  private Decision take(Account account, Limits limits) {
    if (held() != null) {
      return Decision.GRANTED;
    }
    String address = address();
    if (isAllowed(address)) {
      shared.metrics().fromAllowedNetwork();
      return Decision.GRANTED;
    }
    long start = System.nanoTime();
    RealmModel realm = session.getContext().getRealm();
    LimitKeys keys = new LimitKeys(realm.getId());
    String addressKey = keys.ofAddress(ClientAddress.bucket(address));
    // A flood from one address costs no look-up of the account.
    Decision decision = shared.limiter().check(addressKey, limits);
    if (decision instanceof Decision.Granted) {
      Attempt attempt =
          new Attempt(shared.ids().next(), addressKey, accountKey(keys, realm, account), limits);
      decision = shared.limiter().take(attempt);
      if (decision instanceof Decision.Granted) {
        hold(attempt);
      }
    }
    shared.metrics().decided(decision, System.nanoTime() - start);
    return decision;
  }

  @Override
  public void succeed() {
    RequestSlot slot = held();
    if (slot != null && rules().returnOnSuccess()) {
      slot.succeed();
    }
  }

  @Override
  public void fail() {
    RequestSlot slot = held();
    if (slot != null) {
      slot.fail();
    }
  }

  @Override
  public String slot() {
    RequestSlot slot = held();
    return slot == null ? "" : slot.attempt().write();
  }

  @Override
  public void adopt(String slot) {
    RequestSlot held = held();
    Attempt earlier = Attempt.read(slot, rules().limits());
    if (held != null && earlier != null) {
      held.adopt(earlier);
    }
  }

  private @Nullable RequestSlot held() {
    return session.getAttribute(RequestSlot.ATTRIBUTE, RequestSlot.class);
  }

  private void hold(Attempt attempt) {
    RequestSlot slot = new RequestSlot(attempt, shared.returns());
    session.setAttribute(RequestSlot.ATTRIBUTE, slot);
    session.getTransactionManager().enlistAfterCompletion(slot);
  }

  private RealmRules rules() {
    return RealmRules.of(shared.config(), session.getContext().getRealm()::getAttribute);
  }

  /**
   * As Keycloak has found it, by {@code proxy-headers} and {@code proxy-trusted-addresses}. What a
   * proxy tells in another form than a plain address, {@code [2001:db8::1]} for one, is in
   * getRemoteHost alone; nothing is looked up for that.
   */
  private @Nullable String address() {
    ClientConnection connection = session.getContext().getConnection();
    if (connection == null) {
      return null;
    }
    String address = connection.getRemoteAddr();
    return address == null || address.isBlank() ? connection.getRemoteHost() : address;
  }

  private @Nullable String accountKey(LimitKeys keys, RealmModel realm, Account account) {
    UserModel known = account.user();
    if (known != null) {
      return keys.ofUser(known.getId());
    }
    String name = account.name();
    if (name == null) {
      return null;
    }
    UserModel user = find(realm, name);
    return user != null
        ? keys.ofUser(user.getId())
        : keys.ofName(KeycloakModelUtils.toLowerCaseSafe(name));
  }

  /** So that a user's name and e-mail address count together. */
  private @Nullable UserModel find(RealmModel realm, String name) {
    try {
      return KeycloakModelUtils.findUserByNameOrEmail(session, realm, name);
    } catch (ModelDuplicateException e) {
      // Nobody can log in by that name; Keycloak logs why.
      return null;
    }
  }
}
