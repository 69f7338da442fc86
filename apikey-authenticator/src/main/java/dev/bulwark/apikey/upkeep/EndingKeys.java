package dev.bulwark.apikey.upkeep;

import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyStore;
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
   * Tells of up to a number of keys.
   *
   * @param noticeMillis how long before the end
   * @return how many rows there were to look at
   */
  public int tell(long noticeMillis, int max) {
    List<ApiKeyEntity> rows = index.ending(Time.currentTimeMillis(), noticeMillis, max);
    rows.forEach(this::tell);
    return rows.size();
  }

  private void tell(ApiKeyEntity row) {
    @Nullable Long end = row.getEndsAt();
    if (end == null || !index.notice(row.getId(), end)) {
      return;
    }
    @Nullable RealmModel realm = session.realms().getRealm(row.getRealmId());
    if (realm == null) {
      return;
    }
    session.getContext().setRealm(realm);
    ApiKeyStore store = new ApiKeyStore(session, realm, index);
    Optional<ApiKey> key;
    try {
      key = store.owner(row).flatMap(owner -> store.read(owner, row));
    } catch (ModelException e) {
      // No key can be verified by it, and it must not keep the others from being told of.
      LOG.warnf(
          "API key %s cannot be read, so no mail announces its expiry: %s",
          row.getId(), e.getMessage());
      return;
    }
    if (key.isPresent() && key.get().data().active()) {
      ApiKeyEvents.expiresSoon(
          new EventBuilder(realm, session).user(key.get().owner().id()), key.get(), end);
    }
  }
}
