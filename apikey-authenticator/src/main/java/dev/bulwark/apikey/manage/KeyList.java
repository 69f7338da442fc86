package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex.Usage;
import dev.bulwark.apikey.store.KeyFilter;
import dev.bulwark.apikey.store.KeySearch;
import dev.bulwark.apikey.store.UsageCounter;
import java.util.List;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Reads keys with their usage: those of an owner, and those of the realm that a filter selects. */
final class KeyList {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final OwnerKeys keys;
  private final UsageCounter usage;

  /** Reads the keys of a realm in a session. */
  KeyList(KeycloakSession session, RealmModel realm, OwnerKeys keys, UsageCounter usage) {
    this.session = session;
    this.realm = realm;
    this.keys = keys;
    this.usage = usage;
  }

  List<ListedKey> of(KeyOwner owner) {
    return keys.rows(owner).stream()
        .map(row -> listed(owner, row))
        .flatMap(Optional::stream)
        .toList();
  }

  KeyPage search(KeyFilter filter, int first, int max) {
    KeySearch search = new KeySearch(session, realm.getId(), filter, Time.currentTimeMillis());
    List<ApiKeyEntity> rows = search.page(first, max);
    boolean isLast = rows.size() < max && (first == 0 || !rows.isEmpty());
    return new KeyPage(
        rows.stream()
            .map(row -> keys.store().owner(row).flatMap(owner -> listed(owner, row)))
            .flatMap(Optional::stream)
            .toList(),
        isLast ? first + rows.size() : search.count());
  }

  Optional<ListedKey> find(KeyOwner owner, String keyId) {
    return keys.row(owner, keyId).flatMap(row -> listed(owner, row));
  }

  private Optional<ListedKey> listed(KeyOwner owner, ApiKeyEntity row) {
    return keys.store()
        .read(owner, row)
        .map(
            key -> {
              Usage pending = usage.pending(key.id());
              Long last = row.getLastUsedAt();
              if (pending.count() > 0) {
                last = Math.max(last == null ? 0 : last, pending.last());
              }
              return new ListedKey(key, row.getRequestCount() + pending.count(), last);
            });
  }
}
