package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.KeyName;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.KeyLife;
import dev.bulwark.apikey.key.limit.ScopeRules;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the name, the scopes and the end of a key may be: of a new key, of an imported one, and
 * after a change. Of one moment and one owner; pure.
 *
 * <p>What the realm and the owner allow is read only if a check needs it. So a key can be
 * deactivated even if the settings of the realm are not valid.
 */
final class KeyRules {

  /**
   * An exchange that read the key before a change has issued its token by then. The revocation of a
   * key's tokens reckons with the same.
   */
  private static final int TOKENS_UNDER_WAY_SECONDS = 2;

  private final Supplier<KeyLife> life;
  private final Supplier<Set<String>> ofOwner;
  private final long now;

  /**
   * The rules for the keys of an owner at a moment.
   *
   * @param life how long keys of the realm may live
   * @param ofOwner names of the scopes that the owner may get
   * @param now epoch milliseconds
   */
  KeyRules(Supplier<KeyLife> life, Supplier<Set<String>> ofOwner, long now) {
    this.life = life;
    this.ofOwner = ofOwner;
    this.now = now;
  }

  /**
   * The data of a new key, or of an imported one.
   *
   * @param chosen its end is null for the longest life that the realm allows
   * @throws ApiKeyException when the owner may not have such a key
   */
  ApiKeyData checked(ApiKeyData chosen) {
    String name = name(chosen.name());
    List<String> scopes = scopes(chosen.scopes());
    KeyLife allowed = life.get();
    Long end = end(chosen.expiresAt(), allowed.latestEnd(now), allowed);
    return chosen.toBuilder().name(name).scopes(scopes).expiresAt(end).build();
  }

  /**
   * When an imported key was made, in epoch milliseconds.
   *
   * @param wanted epoch milliseconds, null for now
   * @throws ApiKeyException when it is in the future
   */
  long createdAt(@Nullable Long wanted) {
    long createdAt = wanted == null ? now : wanted;
    if (createdAt > now) {
      throw invalid("createdAt must not be in the future");
    }
    return createdAt;
  }

  /**
   * The data of a key after a change. What does not change is not checked again: it may be from
   * before a limit of the realm.
   *
   * @param createdAt of the key, epoch milliseconds
   * @throws ApiKeyException when the change is not allowed
   */
  ApiKeyData changed(ApiKeyData was, long createdAt, ApiKeyData wanted) {
    ApiKeyData.Builder checked = wanted.toBuilder();
    if (!wanted.name().equals(was.name())) {
      checked.name(name(wanted.name()));
    }
    if (!wanted.scopes().equals(was.scopes())) {
      checked.scopes(scopes(wanted.scopes()));
    }
    if (!Objects.equals(wanted.expiresAt(), was.expiresAt())) {
      KeyLife allowed = life.get();
      Long latest = allowed.latestEnd(createdAt, was.expiresAt());
      checked.expiresAt(end(wanted.expiresAt(), latest, allowed));
    }
    return checked.build();
  }

  /** Whether a change gives a later end to a key that has ended. It counts as new then. */
  boolean bringsBack(ApiKeyData was, ApiKeyData is) {
    return was.isOver(now) && !is.isOver(now);
  }

  /** Whether tokens exchanged for a key before a change may go beyond what it allows after it. */
  static boolean narrows(ApiKeyData was, ApiKeyData is) {
    Long end = is.end();
    Long oldEnd = was.end();
    return (was.active() && !is.active())
        || !is.scopes().containsAll(was.scopes())
        || AllowedNetworks.narrows(was.allowedNetworks(), is.allowedNetworks())
        || (end != null && (oldEnd == null || end < oldEnd));
  }

  /**
   * The data of a key after a change, with which the tokens end that may go beyond it.
   *
   * @param now epoch milliseconds, read when all checks are over: they may wait for a user store
   */
  static ApiKeyData endingTokens(ApiKeyData was, ApiKeyData is, long now) {
    return narrows(was, is) ? is.withTokensFrom(now / 1000 + TOKENS_UNDER_WAY_SECONDS) : is;
  }

  private static String name(String name) {
    return KeyName.check(name)
        .orElseThrow(
            () ->
                invalid(
                    "name must be 1 to "
                        + KeyName.MAX_LENGTH
                        + " characters without control or format characters"));
  }

  private List<String> scopes(List<String> scopes) {
    if (scopes.size() > ScopeRules.MAX_SCOPES) {
      throw new ApiKeyException(
          Kind.INVALID_SCOPE, "No more than " + ScopeRules.MAX_SCOPES + " scopes are allowed");
    }
    Set<String> wanted = new LinkedHashSet<>(scopes);
    Set<String> excess = ScopeRules.excess(wanted, ofOwner.get());
    if (!excess.isEmpty()) {
      throw new ApiKeyException(
          Kind.INVALID_SCOPE, "The owner may not have these scopes: " + String.join(" ", excess));
    }
    return List.copyOf(wanted);
  }

  private @Nullable Long end(@Nullable Long expiresAt, @Nullable Long latest, KeyLife allowed) {
    if (expiresAt == null) {
      return latest;
    }
    if (expiresAt <= now) {
      throw invalid("expiresAt must be in the future");
    }
    if (latest != null && expiresAt > latest) {
      throw invalid(
          "expiresAt must be within " + allowed.maxDays() + " days from the creation of the key");
    }
    return expiresAt;
  }

  private static ApiKeyException invalid(String detail) {
    return new ApiKeyException(Kind.INVALID_REQUEST, detail);
  }
}
