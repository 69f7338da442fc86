package dev.bulwark.ratelimit;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.Pool;
import dev.bulwark.limit.address.ClientAddress;
import dev.bulwark.ratelimit.known.KnownDevices;
import dev.bulwark.ratelimit.known.PasswordStamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.ClientConnection;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** The limiter of one session. Holds nothing but the session and what all sessions share. */
final class DefaultLoginRateLimiterProvider implements LoginRateLimiterProvider {

  /**
   * Time of a refusal behind the look-up of the user, which takes longer for a name that nobody
   * has: Keycloak has users in its cache. Refused attempts can be repeated at will, so even little
   * shows.
   */
  private static final long MIN_REJECTION_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final KeycloakSession session;
  private final LimiterResources shared;
  private final KnownDevices devices;

  DefaultLoginRateLimiterProvider(KeycloakSession session, LimiterResources shared) {
    this.session = session;
    this.shared = shared;
    this.devices = new KnownDevices(session, shared.config().known().deviceDays());
  }

  @Override
  public Decision take(Account account) {
    return take(account, true);
  }

  @Override
  public Decision takeForAccount(Account account) {
    return take(account, false);
  }

  private Decision take(Account account, boolean byAddress) {
    if (held() != null) {
      return Decision.GRANTED;
    }
    String address = address();
    if (isAllowed(address)) {
      shared.metrics().fromAllowedNetwork();
      return Decision.GRANTED;
    }
    long start = System.nanoTime();
    AttemptPools pools = pools(address);
    Decision decision = byAddress ? checkAddress(pools) : Decision.GRANTED;
    boolean known = false;
    boolean device = false;
    if (decision instanceof Decision.Granted) {
      LimitKeys keys = pools.keys();
      UserModel user = find(account);
      String accountKey = user != null ? keys.ofUser(user.getId()) : nameKey(keys, account);
      Attempt attempt = attempt(pools, accountKey, byAddress ? user : null, byAddress);
      device = attempt.pools().size() > 1 && attempt.pools().get(0).mark() == null;
      decision = shared.queue().take(attempt);
      if (decision instanceof Decision.Granted granted) {
        known = granted.pool() < attempt.pools().size() - 1;
        hold(attempt, standing(pools, known, accountKey), user);
      } else {
        waitUntil(start + MIN_REJECTION_NANOS);
      }
    }
    shared.metrics().decided(decision, System.nanoTime() - start, known, device);
    return decision;
  }

  private static void waitUntil(long nanoTime) {
    long left = nanoTime - System.nanoTime();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = nanoTime - System.nanoTime();
    }
  }

  /** A flood from one address costs no look-up of the account; a known device is no part of it. */
  private Decision checkAddress(AttemptPools pools) {
    Decision decision =
        shared.limiter().check(new Attempt("", List.of(Pool.of(pools.ofAddress()))));
    return decision instanceof Decision.Refused refused && !refused.inFlight() && !devices.isAny()
        ? decision
        : Decision.GRANTED;
  }

  private Attempt attempt(
      AttemptPools pools,
      @Nullable String accountKey,
      @Nullable UserModel user,
      boolean byAddress) {
    List<Pool> counted;
    if (!byAddress) {
      counted = List.of(Pool.of(pools.ofAccount(accountKey)));
    } else if (user != null) {
      counted =
          pools.of(
              accountKey,
              new AttemptPools.KnownUser(
                  user.getId(), PasswordStamp.of(user), devices.nameFor(user)));
    } else {
      // A name that nobody has costs what others do, so that the time of the answer tells nothing.
      AttemptPools.KnownUser nobody =
          accountKey == null ? null : new AttemptPools.KnownUser(accountKey, "none", null);
      counted = pools.of(accountKey, nobody);
    }
    return new Attempt(shared.ids().next(), counted);
  }

  private static Standing standing(AttemptPools pools, boolean known, @Nullable String accountKey) {
    if (known) {
      return Standing.KNOWN;
    }
    return pools.ofAccount(accountKey).isEmpty() ? Standing.UNCOUNTED : Standing.STRANGER;
  }

  @Override
  public Decision takeForUserCode() {
    if (session.getAttribute(RequestSlot.USER_CODE) != null || isAllowed(address())) {
      return Decision.GRANTED;
    }
    Attempt attempt =
        new Attempt(shared.ids().next(), List.of(Pool.of(pools(address()).ofUserCodes())));
    Decision decision = shared.queue().take(attempt);
    if (decision instanceof Decision.Granted) {
      enlist(
          RequestSlot.USER_CODE,
          new RequestSlot(attempt, shared.returns(), Standing.UNCOUNTED, null));
    }
    return decision;
  }

  @Override
  public void userCodeWasRight() {
    RequestSlot slot = session.getAttribute(RequestSlot.USER_CODE, RequestSlot.class);
    if (slot != null && rules().returnOnSuccess()) {
      slot.succeed();
    }
  }

  @Override
  public Standing standing(UserModel user) {
    RequestSlot slot = held();
    return slot == null ? Standing.UNCOUNTED : slot.standing(user.getId());
  }

  @Override
  public void remember(UserModel user, boolean browser) {
    if (browser) {
      devices.remember(user);
    }
    String address = address();
    int days = shared.config().known().addressDays();
    if (days > 0 && address != null && !isAllowed(address)) {
      String mark = pools(address).mark(user.getId(), PasswordStamp.of(user));
      shared.returns().mark(mark, Duration.ofDays(days));
    }
  }

  @Override
  public ClientSlot takeForClient(String clientId, @Nullable String secret) {
    String address = address();
    if (isAllowed(address)) {
      shared.metrics().fromAllowedNetwork();
      return ClientSlot.FREE;
    }
    LimitKeys keys = new LimitKeys(session.getContext().getRealm().getId());
    String bucket = ClientAddress.bucket(address);
    String clientKey = keys.ofClient(bucket, clientId);
    RightSecrets.Entry sent = shared.rightSecrets().of(clientKey, secret);
    return new CountedClientSlot(
        new Attempt(
            shared.ids().next(), keys.ofClientsAddress(bucket), clientKey, rules().clientLimits()),
        shared.limiter(),
        shared.metrics(),
        sent.isRight() ? null : shared.clientLocks().of(clientKey),
        sent);
  }

  private AttemptPools pools(@Nullable String address) {
    return new AttemptPools(
        new LimitKeys(session.getContext().getRealm().getId()),
        rules(),
        shared.config().known(),
        address);
  }

  private boolean isAllowed(@Nullable String address) {
    return shared.config().allowedNetworks().stream()
        .anyMatch(network -> network.contains(address));
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
    Attempt earlier = Attempt.read(slot);
    if (held != null && earlier != null) {
      held.adopt(earlier);
    }
  }

  @Override
  public Account find(String name) {
    Account named = Account.named(name);
    return new Account(find(named), named.name());
  }

  @Override
  public boolean lift(Account account) {
    LimitKeys keys = new LimitKeys(session.getContext().getRealm().getId());
    List<String> windows = new ArrayList<>();
    // Attempts from before the user was created count at the name.
    String nameKey = nameKey(keys, account);
    if (nameKey != null) {
      windows.add(nameKey);
    }
    if (account.user() != null) {
      windows.add(keys.ofUser(account.user().getId()));
    }
    return shared.limiter().lift(windows);
  }

  @Override
  public boolean liftAddress(String address) {
    LimitKeys keys = new LimitKeys(session.getContext().getRealm().getId());
    String bucket = ClientAddress.bucket(address);
    List<String> windows =
        new ArrayList<>(
            List.of(
                keys.ofAddress(bucket),
                keys.ofUserCodes(bucket),
                keys.ofClientsAddress(bucket),
                keys.ofApiKeys(bucket)));
    String network = ClientAddress.network(address);
    if (network != null) {
      windows.add(keys.ofNetwork(network));
      windows.add(keys.ofUserCodesNetwork(network));
      windows.add(keys.ofApiKeys(network));
    }
    return shared.limiter().lift(windows);
  }

  private @Nullable RequestSlot held() {
    return session.getAttribute(RequestSlot.ATTRIBUTE, RequestSlot.class);
  }

  private void hold(Attempt attempt, Standing standing, @Nullable UserModel user) {
    String userId = user == null ? null : user.getId();
    enlist(RequestSlot.ATTRIBUTE, new RequestSlot(attempt, shared.returns(), standing, userId));
  }

  private void enlist(String attribute, RequestSlot slot) {
    session.setAttribute(attribute, slot);
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

  private static @Nullable String nameKey(LimitKeys keys, Account account) {
    return account.name() == null
        ? null
        : keys.ofName(KeycloakModelUtils.toLowerCaseSafe(account.name()));
  }

  /** So that a user's name and e-mail address count together. */
  private @Nullable UserModel find(Account account) {
    if (account.user() != null || account.name() == null) {
      return account.user();
    }
    if (account.name().indexOf('\0') >= 0) {
      // Nobody has such a name, and PostgreSQL rejects a query with it: the attempt would not
      // count.
      return null;
    }
    try {
      return KeycloakModelUtils.findUserByNameOrEmail(
          session, session.getContext().getRealm(), account.name());
    } catch (ModelDuplicateException e) {
      // Nobody can log in by that name; Keycloak logs why.
      return null;
    }
  }
}
