package dev.bulwark.apikey.verify;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bulwark.apikey.key.KeyNetworks;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyStore;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.limit.address.ClientAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Notices uses of users' keys from networks that are new for them (K10). A use from a network that
 * this node has seen costs a look into a map; any other is looked at later, on the thread that
 * writes usage. Bounded. Thread-safe.
 */
public final class NetworkWatch {

  private static final Logger LOG = Logger.getLogger(NetworkWatch.class);

  private static final int MAX_SEEN = 100_000;
  private static final int MAX_PENDING = 10_000;

  private record Use(String realmId, String keyId, String network) {}

  private final boolean on;
  private final Cache<Use, Boolean> seen = Caffeine.newBuilder().maximumSize(MAX_SEEN).build();

  /** A user store that is unreachable may take long to fail. */
  private static final int MAX_FAILURES = 50;

  /** With the address of the first of its requests. */
  private final ConcurrentHashMap<Use, String> pending = new ConcurrentHashMap<>();

  /** Those of {@link #pending} that have failed; of the thread that flushes. */
  private final Set<Use> failed = new HashSet<>();

  /** Watches the networks of keys, or nothing. */
  public NetworkWatch(boolean on) {
    this.on = on;
  }

  /** A key of a user was accepted. */
  void used(String realmId, String keyId, @Nullable String address) {
    if (!on || address == null) {
      return;
    }
    Use use =
        new Use(
            realmId,
            keyId,
            KeyNetworks.of(ClientAddress.bucket(address), ClientAddress.network(address)));
    if (seen.getIfPresent(use) == null && pending.size() < MAX_PENDING) {
      pending.putIfAbsent(use, address);
    }
  }

  /**
   * Looks at what has come since the last time. What fails stops nothing else, and is looked at
   * again, behind what is new. For one thread at a time.
   */
  public void flush(KeycloakSessionFactory factory) {
    List<Use> uses = new ArrayList<>(pending.keySet());
    uses.sort(Comparator.comparing(failed::contains));
    failed.retainAll(pending.keySet());
    int failures = 0;
    for (Use use : uses) {
      String address = pending.get(use);
      if (address == null || failures == MAX_FAILURES) {
        continue;
      }
      try {
        KeycloakModelUtils.runJobInTransaction(factory, session -> look(session, use, address));
        seen.put(use, Boolean.TRUE);
        pending.remove(use);
        failed.remove(use);
      } catch (RuntimeException e) {
        failed.add(use);
        log(use, e, failures++ == 0);
      }
    }
  }

  /** One line a time: an unreachable user store may fail for many keys. */
  private static void log(Use use, RuntimeException failure, boolean first) {
    if (first) {
      LOG.warnf(
          "The network of API key %s could not be stored. The write is repeated later: %s",
          use.keyId(), failure.getMessage());
    }
    LOG.debugf(failure, "The network of API key %s could not be stored", use.keyId());
  }

  private static void look(KeycloakSession session, Use use, String address) {
    @Nullable RealmModel realm = session.realms().getRealm(use.realmId());
    if (realm == null) {
      return;
    }
    session.getContext().setRealm(realm);
    ApiKeyIndex index = new ApiKeyIndex(session);
    Optional<ApiKeyEntity> row = index.byId(use.realmId(), use.keyId());
    if (row.isEmpty()) {
      return;
    }
    @Nullable String stored = row.get().getNetworks();
    KeyNetworks known = KeyNetworks.read(stored);
    if (known.known().contains(use.network())) {
      return;
    }
    ApiKeyStore store = new ApiKeyStore(session, realm, index);
    Optional<ApiKey> key = store.owner(row.get()).flatMap(owner -> store.read(owner, row.get()));
    // Of several nodes that see it at once, one has changed the row.
    if (key.isPresent()
        && index.networks(use.keyId(), stored, known.with(use.network()).write())
        && known.isNews(use.network())) {
      ApiKeyEvents.newNetwork(
          new EventBuilder(realm, session).user(key.get().owner().id()).ipAddress(address),
          key.get());
    }
  }
}
