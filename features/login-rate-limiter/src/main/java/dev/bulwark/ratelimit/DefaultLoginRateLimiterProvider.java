package dev.bulwark.ratelimit;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.Pool;
import dev.bulwark.limit.Scope;
import dev.bulwark.limit.address.ClientAddress;
import dev.bulwark.ratelimit.known.KnownDevices;
import dev.bulwark.ratelimit.known.LoginStamp;
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

/** The limiter of one session: the slots and the thread that its request holds. For one thread. */
final class DefaultLoginRateLimiterProvider implements LoginRateLimiterProvider {

  /**
   * Time of a refusal behind the look-up of the user, which takes longer for a name that nobody
   * has: Keycloak has users in its cache. Refused attempts can be repeated at will, so even little
   * shows.
   */
  private static final long MIN_REJECTION_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** For attempts that need not wait for a window to move on. */
  private static final Decision.Refused BUSY = new Decision.Refused(1_000, Scope.ADDRESS, true);

  private final KeycloakSession session;
  private final LimiterResources shared;
  private final KnownDevices devices;
  private LoginThreads.@Nullable Hold thread;
  private @Nullable RequestSlot login;
  private @Nullable RequestSlot userCode;

  DefaultLoginRateLimiterProvider(KeycloakSession session, LimiterResources shared) {
    this.session = session;
    this.shared = shared;
    this.devices = new KnownDevices(session, shared.config().known().deviceDays());
  }

  @Override
  public boolean isOn() {
    return RealmRules.isOn(shared.config(), session.getContext().getRealm()::getAttribute);
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
    if (login != null || !isOn()) {
      return Decision.GRANTED;
    }
    long start = System.nanoTime();
    String address = address();
    shared.addresses().note(address, account.name());
    boolean allowed = isAllowed(address);
    AttemptPools pools = pools(address);
    if (byAddress && !allowed && checkAddress(pools) instanceof Decision.Refused refused) {
      shared.metrics().refused(refused, System.nanoTime() - start);
      return refused;
    }
    // Before the account is looked for, so that who gets no thread learns nothing of it.
    if (!takeThread(address, allowed || !byAddress ? 0 : pools.rules().limits().perAddress())) {
      return BUSY;
    }
    if (allowed) {
      shared.metrics().fromAllowedNetwork();
      return Decision.GRANTED;
    }
    return decide(account, pools, byAddress, start);
  }

  /** Until the request ends: what follows may compute, wait or be delayed. */
  private boolean takeThread(@Nullable String address, int addressLimit) {
    if (thread == null) {
      thread = shared.threads().take(ClientAddress.bucket(address), addressLimit);
    }
    if (thread == null) {
      shared.metrics().withoutThread();
    }
    return thread != null;
  }

  @Override
  public Decision takeThread() {
    if (!isOn()) {
      return Decision.GRANTED;
    }
    String address = address();
    int addressLimit = isAllowed(address) ? 0 : rules().limits().perAddress();
    return takeThread(address, addressLimit) ? Decision.GRANTED : BUSY;
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.close();
    }
  }

  /** A flood from one address costs no look-up of the account; a known device is no part of it. */
  private Decision checkAddress(AttemptPools pools) {
    Attempt attempt = new Attempt("", List.of(Pool.of(pools.ofAddress())));
    Decision decision = shared.limiter().check(attempt);
    return decision instanceof Decision.Refused refused && !refused.inFlight() && !devices.isAny()
        ? decision
        : Decision.GRANTED;
  }

  private Decision decide(Account account, AttemptPools pools, boolean byAddress, long start) {
    UserModel user = find(account);
    List<AttemptPools.Counted> counted = counted(pools, account, user, byAddress);
    Attempt attempt =
        new Attempt(shared.ids().next(), counted.stream().map(AttemptPools.Counted::pool).toList());
    Decision decision = shared.limiter().take(attempt);
    if (decision instanceof Decision.Granted granted) {
      CallerKind kind = counted.get(granted.pool()).kind();
      login = hold(attempt, kind, user);
      shared.metrics().granted(kind, System.nanoTime() - start);
      return decision;
    }
    waitUntil(start + MIN_REJECTION_NANOS);
    Decision.Refused refused = (Decision.Refused) decision;
    shared.metrics().refused(refused, System.nanoTime() - start);
    return refused.inFlight() ? BUSY : refused;
  }

  private static void waitUntil(long nanoTime) {
    long left = nanoTime - System.nanoTime();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = nanoTime - System.nanoTime();
    }
  }

  private List<AttemptPools.Counted> counted(
      AttemptPools pools, Account account, @Nullable UserModel user, boolean byAddress) {
    String accountKey =
        user != null ? pools.keys().ofUser(user.getId()) : nameKey(pools.keys(), account);
    if (!byAddress) {
      return pools.ofAccountAlone(accountKey);
    }
    if (user != null) {
      return pools.of(
          accountKey,
          new AttemptPools.KnownUser(
              user.getId(), LoginStamp.of(session, user), devices.nameFor(user)));
    }
    // A name that nobody has costs what others do, so that the time of the answer tells nothing.
    return pools.of(
        accountKey,
        accountKey == null ? null : new AttemptPools.KnownUser(accountKey, "none", null));
  }

  @Override
  public Decision takeForUserCode() {
    if (userCode != null || !isOn() || isAllowed(address())) {
      return Decision.GRANTED;
    }
    Attempt attempt =
        new Attempt(shared.ids().next(), List.of(Pool.of(pools(address()).ofUserCodes())));
    Decision decision = shared.limiter().take(attempt);
    if (decision instanceof Decision.Granted) {
      userCode = hold(attempt, CallerKind.UNCOUNTED, null);
    }
    return decision instanceof Decision.Refused refused && refused.inFlight() ? BUSY : decision;
  }

  @Override
  public void userCodeWasRight() {
    if (userCode != null && rules().returnOnSuccess()) {
      userCode.succeed();
    }
  }

  @Override
  public CallerKind callerKind(UserModel user) {
    return login == null ? CallerKind.UNCOUNTED : login.callerKind(user.getId());
  }

  @Override
  public void remember(UserModel user, boolean browser) {
    if (!isOn()) {
      return;
    }
    if (browser) {
      devices.remember(user);
    }
    String address = address();
    int days = shared.config().known().addressDays();
    if (days > 0 && address != null && !isAllowed(address)) {
      String mark = pools(address).mark(user.getId(), LoginStamp.of(session, user));
      shared.returns().mark(mark, Duration.ofDays(days));
    }
  }

  @Override
  public ClientSlot takeForClient(String clientId, @Nullable String secret) {
    if (!isOn()) {
      return ClientSlot.FREE;
    }
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
        sent.isRight() ? null : shared.rightSecrets().lock(clientKey),
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
    if (login != null && rules().returnOnSuccess()) {
      login.succeed();
    }
  }

  @Override
  public void fail() {
    if (login != null) {
      login.fail();
    }
  }

  @Override
  public String slot() {
    return login == null ? "" : login.attempt().write();
  }

  @Override
  public void adopt(String slot) {
    Attempt earlier = Attempt.read(slot);
    if (login != null && earlier != null) {
      login.adopt(earlier);
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

  private RequestSlot hold(Attempt attempt, CallerKind kind, @Nullable UserModel user) {
    String userId = user == null ? null : user.getId();
    RequestSlot slot = new RequestSlot(attempt, shared.returns(), kind, userId);
    session.getTransactionManager().enlistAfterCompletion(slot);
    return slot;
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
