package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.RealmLimits;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the realm lets owners choose of their keys beside name, scopes and end. Administrators are
 * not restricted by it.
 *
 * @param realm the limits of the realm
 */
record OwnerChoices(RealmLimits realm) {

  private static final String RATE_LIMIT = "rateLimit";
  private static final String NETWORKS = "allowedNetworks";
  private static final String METADATA = "metadata";

  /** Every member that a realm may reserve for administrators. */
  static final List<String> ALL = List.of(RATE_LIMIT, NETWORKS, METADATA);

  /** The members that owners may set. */
  List<String> allowed() {
    return ALL.stream().filter(this::isAllowed).toList();
  }

  private boolean isAllowed(String member) {
    return switch (member) {
      case RATE_LIMIT -> realm.ownersLimit();
      case NETWORKS -> realm.ownersNetworks();
      case METADATA -> realm.ownersMetadata();
      default -> false;
    };
  }

  /**
   * Rejects a change that only an administrator may make.
   *
   * @param before the key as it was; a new one without anything chosen for a creation
   * @param after the key as its owner wants it
   */
  void check(ApiKeyData before, ApiKeyData after) {
    if (!Objects.equals(before.rateLimit(), after.rateLimit())) {
      require(RATE_LIMIT);
      checkRateLimit(before.rateLimit(), after.rateLimit());
    }
    if (!Objects.equals(before.allowedNetworks(), after.allowedNetworks())) {
      require(NETWORKS);
    }
    if (!Objects.equals(before.metadata(), after.metadata())) {
      require(METADATA);
    }
  }

  private void require(String member) {
    if (!isAllowed(member)) {
      throw new ApiKeyException(
          ApiKeyException.Kind.FORBIDDEN, "Only an administrator of this realm sets " + member);
    }
  }

  /** No more than the realm's default, or than what an administrator has given the key. */
  private void checkRateLimit(@Nullable RateLimit before, @Nullable RateLimit after) {
    RateLimit most = realm.rateLimit();
    if (most == null || after == null || after.isWithin(most)) {
      return;
    }
    if (before == null || !after.isWithin(before)) {
      throw new ApiKeyException(
          ApiKeyException.Kind.INVALID_REQUEST,
          "rateLimit must be within that of the realm: at most "
              + most.requests()
              + " requests, in at least "
              + most.seconds()
              + " seconds");
    }
  }
}
