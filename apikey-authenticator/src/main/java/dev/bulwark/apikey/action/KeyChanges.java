package dev.bulwark.apikey.action;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.manage.OwnerRate;
import dev.bulwark.apikey.manage.ProvenAddress;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.models.KeycloakSession;

/** What the page does with keys that are there already: rename, switch off and on, replace. */
final class KeyChanges {

  private final RequiredActionContext context;
  private final ApiKeyManager manager;
  private final OwnerRate rate;
  private final KeyOwner owner;

  KeyChanges(KeycloakSession session, RequiredActionContext context) {
    this.context = context;
    ApiKeyProvider keys = session.getProvider(ApiKeyProvider.class);
    this.manager = keys.manager(context.getRealm());
    this.rate = keys.ownerRate();
    this.owner = new KeyOwner.User(context.getUser());
  }

  /**
   * Does what a button of the page asks for.
   *
   * @return the new key where one was replaced
   * @throws ApiKeyException when it cannot be done
   */
  Optional<NewApiKey> apply(String operation, MultivaluedMap<String, String> input) {
    String id = text(input.getFirst("key"));
    switch (operation) {
      case "rename" ->
          update(id, data -> data.toBuilder().name(text(input.getFirst("name"))).build());
      case "deactivate" -> update(id, data -> data.toBuilder().active(false).build());
      case "activate" -> {
        ProvenAddress.require(context.getRealm(), context.getUser());
        update(id, data -> data.toBuilder().active(true).build());
      }
      case "rotate" -> {
        ProvenAddress.require(context.getRealm(), context.getUser());
        return Optional.of(rotate(id, seconds(input.getFirst("overlap"))));
      }
      default -> throw new ApiKeyException(ApiKeyException.Kind.INVALID_REQUEST, "op is not known");
    }
    return Optional.empty();
  }

  private void update(String id, UnaryOperator<ApiKeyData> change) {
    ApiKeyEvents.updated(context.getEvent().clone(), manager.update(owner, id, change));
  }

  private NewApiKey rotate(String id, long overlapSeconds) {
    rate.newKey(context.getRealm(), owner, () -> context.getEvent().clone());
    ApiKeyManager.Rotation rotation = manager.rotate(owner, id, overlapSeconds);
    ApiKeyEvents.rotated(context.getEvent().clone(), rotation);
    return rotation.made();
  }

  private static long seconds(@Nullable String overlap) {
    if (overlap == null || !overlap.matches("[0-9]{1,9}")) {
      throw new ApiKeyException(
          ApiKeyException.Kind.INVALID_REQUEST, "overlapSeconds must be a number of seconds");
    }
    return Long.parseLong(overlap);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
