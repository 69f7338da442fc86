package dev.bulwark.apikey.upkeep;

import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyStore;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;

/**
 * Removes rotated keys whose overlap is over, in the transaction of one session. Each removal is an
 * event that revokes the tokens exchanged for the key. So a relying application that asks Redis
 * learns of them as introspection does.
 */
public final class ReplacedKeys {

  private static final Logger LOG = Logger.getLogger(ReplacedKeys.class);

  private final KeycloakSession session;
  private final ApiKeyIndex index;

  /** Works in a session. */
  public ReplacedKeys(KeycloakSession session) {
    this.session = session;
    this.index = new ApiKeyIndex(session);
  }

  /** The ids of a page of the keys to remove, those first whose overlap ended first. */
  public List<String> due(int first, int max) {
    return index.replaced(Time.currentTimeMillis(), first, max);
  }

  /**
   * Removes a key.
   *
   * @return whether the key was there and its overlap over
   * @throws RuntimeException if the owner cannot be read, for example while a user store is
   *     unreachable
   */
  public boolean remove(String id) {
    Optional<ApiKeyEntity> row = index.byId(id);
    return row.isPresent() && remove(row.get());
  }

  private boolean remove(ApiKeyEntity row) {
    RealmModel realm = session.realms().getRealm(row.getRealmId());
    if (realm == null) {
      index.remove(row);
      return false;
    }
    session.getContext().setRealm(realm);
    Optional<KeyOwner> owner = new ApiKeyStore(session, realm, index).owner(row);
    // Under lock: another node may be at the same row, and finds it gone.
    Optional<ApiKeyEntity> locked = index.lock(row);
    return locked.isPresent() && remove(realm, owner, locked.get());
  }

  private boolean remove(RealmModel realm, Optional<KeyOwner> owner, ApiKeyEntity row) {
    ApiKeyStore store = new ApiKeyStore(session, realm, index);
    // Another transaction may have the credential: then it is not unreadable, and its turn comes.
    owner.ifPresent(holder -> store.readAgain(holder, row));
    Optional<ApiKey> key;
    try {
      key = owner.flatMap(holder -> store.readStored(holder, row));
    } catch (ModelException e) {
      // No key can be verified by it, and it must not keep the others from being removed.
      LOG.warnf("API key %s cannot be read and is not removed: %s", row.getId(), e.getMessage());
      row.setRetired(false);
      return false;
    }
    if (key.isEmpty()) {
      index.remove(row);
      return false;
    }
    ApiKey stored = key.get();
    Long end = stored.data().end();
    if (!stored.data().isRotated() || end == null || end > Time.currentTimeMillis()) {
      // The row is a copy; the credential says otherwise.
      row.setRetired(stored.data().isRotated());
      row.setEndsAt(end);
      return false;
    }
    store.remove(stored, row);
    ApiKeyEvents.replaced(event(realm, stored.owner()), stored);
    return true;
  }

  private EventBuilder event(RealmModel realm, KeyOwner owner) {
    EventBuilder event = new EventBuilder(realm, session);
    return owner instanceof KeyOwner.Client client
        ? event.client(client.model())
        : event.user(owner.id());
  }
}
