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
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;

/**
 * Sends an event for each key of a user that expires soon (K10, ASVS 6.4.5), in the transaction of
 * one session. Each expiry is reported once, by any node; a later expiry is reported again.
 */
public final class EndingKeys {

  private static final Logger LOG = Logger.getLogger(EndingKeys.class);

  private final KeycloakSession session;
  private final ApiKeyIndex index;

  /** Works in a session. */
  public EndingKeys(KeycloakSession session) {
    this.session = session;
    this.index = new ApiKeyIndex(session);
  }

  /**
   * The ids of a page of the keys to tell of, those first that end first.
   *
   * @param noticeMillis how long before the end
   */
  public List<String> due(long noticeMillis, int first, int max) {
    return index.ending(Time.currentTimeMillis(), noticeMillis, first, max);
  }

  /**
   * Tells of a key, unless another node has done so.
   *
   * @return whether an event was sent
   * @throws RuntimeException if the owner cannot be read, for example while a user store is
   *     unreachable; then nothing is noted, and the owner can be told later
   */
  public boolean tell(String id) {
    Optional<ApiKeyEntity> row = index.byId(id);
    return row.isPresent() && tell(row.get());
  }

  private boolean tell(ApiKeyEntity row) {
    @Nullable Long end = row.getEndsAt();
    if (end == null || !index.notice(row.getId(), end)) {
      return false;
    }
    @Nullable RealmModel realm = session.realms().getRealm(row.getRealmId());
    if (realm == null) {
      return false;
    }
    session.getContext().setRealm(realm);
    ApiKeyStore store = new ApiKeyStore(session, realm, index);
    Optional<KeyOwner> owner = store.owner(row);
    Optional<ApiKey> key;
    try {
      key = owner.flatMap(holder -> store.read(holder, row));
    } catch (ModelException e) {
      // No key can be verified by it, and it must not keep the others from being told of.
      LOG.warnf(
          "API key %s cannot be read, so no mail announces its expiry: %s",
          row.getId(), e.getMessage());
      return false;
    }
    if (key.isEmpty() || !key.get().data().active()) {
      return false;
    }
    ApiKeyEvents.expiresSoon(
        new EventBuilder(realm, session).user(key.get().owner().id()), key.get(), end);
    return true;
  }
}
