package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.credential.ImportedKeys;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.key.limit.Allowance;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.key.limit.ScopeRules;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.apikey.key.secret.KeyHash;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyStore;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.manage.ScopeCatalog;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.apikey.store.UsageCounter;
import dev.bulwark.apikey.verify.Verification.Reason;
import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.limit.quota.QuotaDecision;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Decides whether a presented key is valid: form, SHA-256, index, owner, stored credential,
 * comparison, network, state, rate limit. A key that this node has seen before costs no SQL; a
 * mistyped one neither, unless the realm has imported keys ({@link ImportedKeys}), which may have
 * any form. A rate limit costs one script in Redis.
 */
public final class ApiKeyVerifier {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final ApiKeyConfig config;
  private final KeyMappings mappings;
  private final WrongKeyLimiter limiter;
  private final KeyQuotas quotas;
  private final UsageCounter usage;
  private final NetworkWatch networks;
  private final ApiKeyMetrics metrics;

  /** Verifies keys that are presented to a realm. */
  public ApiKeyVerifier(KeycloakSession session, RealmModel realm, VerifierResources resources) {
    this.session = session;
    this.realm = realm;
    this.config = resources.config();
    this.mappings = new KeyMappings(session, resources.cache());
    this.limiter = resources.limiter();
    this.quotas = resources.quotas();
    this.usage = resources.usage();
    this.networks = resources.networks();
    this.metrics = resources.metrics();
  }

  /**
   * Verifies a key and counts the use of a good one.
   *
   * @param presented as sent; may be anything
   * @param address of whoever sent it, for the limit on wrong keys and the networks of the key
   */
  public Verification verify(String presented, @Nullable String address) {
    if (!RealmSwitches.hasApiKeys(realm)) {
      return Verification.Rejected.unknown(Reason.SWITCHED_OFF);
    }
    long start = System.nanoTime();
    RealmLimits limits = RealmLimits.of(realm);
    Verification verification = charge(decide(presented, address, limits), limits);
    metrics.verified(verification, System.nanoTime() - start);
    if (verification instanceof Verification.Accepted accepted) {
      usage.count(accepted.key().id(), Time.currentTimeMillis());
      if (accepted.key().owner() instanceof KeyOwner.User) {
        networks.used(realm.getId(), accepted.key().id(), address);
      }
    }
    return verification;
  }

  /** Counts the request against the rate limit of a good key, its own or that of the realm. */
  private Verification charge(Verification decided, RealmLimits limits) {
    if (!(decided instanceof Verification.Accepted accepted)) {
      return decided;
    }
    RateLimit limit = KeyDecision.rateLimit(accepted.key().data(), limits.rateLimit());
    if (limit == null) {
      return accepted;
    }
    QuotaDecision taken = quotas.take(realm.getId(), accepted.key().id(), limit);
    Allowance left = new Allowance("key", limit, taken.remaining(), taken.resetSeconds());
    return taken.granted()
        ? new Verification.Accepted(accepted.key(), accepted.scopes(), left)
        : new Verification.Exhausted(accepted.key(), left, taken.first());
  }

  private Verification decide(String presented, @Nullable String address, RealmLimits limits) {
    ApiKeyFormat.Kind kind = ApiKeyFormat.classify(presented, limits.prefix());
    boolean canExist = KeyDecision.canExist(kind, () -> ImportedKeys.areIn(realm));
    String hash = canExist ? KeyHash.of(presented) : "";
    KeyMapping.Id id = new KeyMapping.Id(realm.getId(), hash);
    KeyMapping mapping = canExist ? mappings.cached(id) : null;
    boolean remembered = mapping != null;
    metrics.cached(remembered);
    if (mapping == null || ApiKeyFormat.isGuessable(kind, presented)) {
      // A key that is known here is never rejected for what others at the address have sent, unless
      // it is so short that testing it beyond the limit would help somebody who guesses.
      long wait = limiter.retryAfterSeconds(realm.getId(), address);
      if (wait > 0) {
        return new Verification.Limited(wait);
      }
      mapping = mapping == null && canExist ? mappings.load(id) : mapping;
    }
    Verification verification;
    if (mapping == null) {
      verification = Verification.Rejected.unknown(KeyDecision.unknown(kind));
    } else {
      verification = check(id, mapping, address);
      if (remembered && isUnknown(verification)) {
        // The owner this node remembers is gone; an import may have brought the key back.
        mapping = mappings.load(id);
        verification = mapping == null ? verification : check(id, mapping, address);
      }
    }
    return verification instanceof Verification.Rejected rejected
        ? counted(rejected, address)
        : verification;
  }

  /**
   * Counts a rejected key as a wrong one, whether it exists or not. Otherwise the missing limit
   * would tell a thief that a key exists, and a script with an expired key could fill the events.
   */
  private Verification counted(Verification.Rejected rejected, @Nullable String address) {
    long wait = limiter.wrong(realm.getId(), address);
    if (wait > 0) {
      return new Verification.Limited(wait);
    }
    return rejected.keyId().isEmpty()
        ? rejected
        : new Verification.Rejected(
            rejected.reason(),
            rejected.keyId(),
            rejected.ownerId(),
            quotas.isFirstRejection(realm.getId(), rejected.keyId(), rejected.reason(), address));
  }

  private static boolean isUnknown(Verification verification) {
    return verification instanceof Verification.Rejected rejected && rejected.keyId().isEmpty();
  }

  private Verification check(KeyMapping.Id id, KeyMapping mapping, @Nullable String address) {
    return mapping.ownerType() == OwnerType.USER
        ? checkUserKey(id, mapping, address)
        : checkClientKey(id, mapping, address);
  }

  private Verification checkUserKey(
      KeyMapping.Id id, KeyMapping mapping, @Nullable String address) {
    UserModel user = session.users().getUserById(realm, mapping.ownerId());
    CredentialModel stored =
        user == null ? null : user.credentialManager().getStoredCredentialById(mapping.keyId());
    if (user == null
        || user.getServiceAccountClientLink() != null
        || stored == null
        || !ApiKeyCredentialModel.TYPE.equals(stored.getType())) {
      mappings.forget(id);
      return Verification.Rejected.unknown(Reason.UNKNOWN);
    }
    ApiKeyCredentialModel model = ApiKeyCredentialModel.of(stored);
    if (!KeyHash.matches(model.hash(), id.hash())) {
      mappings.forget(id);
      return Verification.Rejected.unknown(Reason.UNKNOWN);
    }
    long created = stored.getCreatedDate() == null ? mapping.createdAt() : stored.getCreatedDate();
    ApiKey key =
        new ApiKey(mapping.keyId(), new KeyOwner.User(user), id.hash(), model.data(), created);
    return decided(key, address, new UserState(session, realm, user, config));
  }

  private Verification checkClientKey(
      KeyMapping.Id id, KeyMapping remembered, @Nullable String address) {
    ClientModel client = realm.getClientById(remembered.ownerId());
    KeyMapping mapping = client == null ? null : mappings.current(id, remembered, client);
    if (client == null || mapping == null || mapping.data() == null) {
      mappings.forget(id);
      return Verification.Rejected.unknown(Reason.UNKNOWN);
    }
    KeyOwner.Client owner = new KeyOwner.Client(client);
    ApiKey key = new ApiKey(mapping.keyId(), owner, id.hash(), mapping.data(), mapping.createdAt());
    return decided(key, address, new ClientState(owner, new ScopeCatalog(session, realm)));
  }

  private Verification decided(ApiKey key, @Nullable String address, KeyDecision.Owner owner) {
    Reason rejection = KeyDecision.rejection(key.data(), address, owner, Time.currentTimeMillis());
    if (rejection != null) {
      return rejected(key, rejection);
    }
    Set<String> ofOwner =
        new ScopeCatalog(session, realm).of(key.owner(), key.data().scopes()).keySet();
    return new Verification.Accepted(
        key, ScopeRules.granted(key.data().scopes(), ofOwner, null), null);
  }

  private static Verification.Rejected rejected(ApiKey key, Reason reason) {
    String user = key.owner() instanceof KeyOwner.User owner ? owner.id() : "";
    return new Verification.Rejected(reason, key.id(), user, false);
  }

  /**
   * Whether a token that was exchanged for a key is still valid as far as the key goes. Nothing is
   * counted.
   *
   * @param ownerId id of the user, for a user's key; null for a client's
   * @param issuedAt epoch seconds at which the token was issued
   */
  public boolean isTokenStillValid(String keyId, @Nullable String ownerId, long issuedAt) {
    if (!RealmSwitches.hasApiKeys(realm)) {
      return false;
    }
    ApiKeyStore store = new ApiKeyStore(session, realm, new ApiKeyIndex(session));
    if (ownerId != null) {
      UserModel user = session.users().getUserById(realm, ownerId);
      CredentialModel stored =
          user == null ? null : user.credentialManager().getStoredCredentialById(keyId);
      return user != null
          && user.isEnabled()
          && stored != null
          && ApiKeyCredentialModel.TYPE.equals(stored.getType())
          && isValid(ApiKeyCredentialModel.of(stored).data(), issuedAt);
    }
    Optional<ApiKeyEntity> row = new ApiKeyIndex(session).byId(realm.getId(), keyId);
    return row.isPresent()
        && row.flatMap(store::owner)
            .filter(owner -> owner instanceof KeyOwner.Client client && client.model().isEnabled())
            .flatMap(owner -> store.read(owner, row.get()))
            .filter(key -> isValid(key.data(), issuedAt))
            .isPresent();
  }

  private static boolean isValid(ApiKeyData data, long issuedAt) {
    return KeyDecision.isTokenValid(data, issuedAt, Time.currentTimeMillis());
  }
}
