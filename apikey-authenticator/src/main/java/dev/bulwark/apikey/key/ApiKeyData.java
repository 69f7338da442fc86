package dev.bulwark.apikey.key;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data of a key apart from its hash; stored as JSON (a data format: names are kept).
 *
 * @param name chosen by the owner, 1 to 100 characters
 * @param prefix the part of the key that may be shown; empty for keys imported as a hash
 * @param scopes the client scopes that the key may carry, in the order given
 * @param expiresAt epoch milliseconds from which on the key is rejected; null means never
 * @param active false once deactivated
 * @param graceUntil epoch milliseconds from which on a rotated key is rejected; null if not rotated
 * @param replacedBy id of the key that a rotation put in its place
 * @param tokensFrom epoch seconds; tokens issued before have ended, since the key was deactivated
 *     or may do less since then; null if that never happened
 * @param rateLimit how many requests it may make; null for the default of the realm
 * @param allowedNetworks from which it may be used; null for any
 * @param metadata free names and values; null for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ApiKeyData(
    String name,
    String prefix,
    List<String> scopes,
    @JsonDeserialize(using = InstantMillis.class) @Nullable Long expiresAt,
    Boolean active,
    @JsonDeserialize(using = InstantMillis.class) @Nullable Long graceUntil,
    @Nullable String replacedBy,
    @Nullable Long tokensFrom,
    @Nullable RateLimit rateLimit,
    @Nullable AllowedNetworks allowedNetworks,
    @Nullable KeyMetadata metadata) {

  /** Fills in what an imported key may lack. */
  public ApiKeyData {
    name = name == null ? "" : name;
    prefix = prefix == null ? "" : prefix;
    scopes = scopes == null ? List.of() : List.copyOf(scopes);
    active = active == null || active;
  }

  /** Returns a builder of a new, active key without name, prefix, scopes and end. */
  public static Builder builder() {
    return new Builder(
        new ApiKeyData("", "", List.of(), null, true, null, null, null, null, null, null));
  }

  /** Why a key is not accepted at a moment. */
  public enum State {
    USABLE,
    INACTIVE,
    EXPIRED,
    /** Rotated, and the overlap is over. */
    REPLACED
  }

  /**
   * Whether the key is accepted. The end itself is outside: a key that expires at 12:00 is rejected
   * at 12:00:00.000.
   *
   * @param now epoch milliseconds
   */
  public State stateAt(long now) {
    if (!active) {
      return State.INACTIVE;
    }
    if (graceUntil != null && now >= graceUntil) {
      return State.REPLACED;
    }
    if (expiresAt != null && now >= expiresAt) {
      return State.EXPIRED;
    }
    return State.USABLE;
  }

  /** The moment from which on the key is rejected in any case, or null if there is none. */
  @JsonIgnore
  public @Nullable Long end() {
    if (expiresAt == null || graceUntil == null) {
      return expiresAt == null ? graceUntil : expiresAt;
    }
    return Long.valueOf(Math.min(expiresAt, graceUntil));
  }

  /**
   * Whether the end of the key has come.
   *
   * @param now epoch milliseconds
   */
  public boolean isOver(long now) {
    Long end = end();
    return end != null && end <= now;
  }

  /** Whether a rotation has put another key in this one's place. */
  @JsonIgnore
  public boolean isRotated() {
    return graceUntil != null;
  }

  /** Returns a builder that begins with this key. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** The key after a change that its tokens do not survive. */
  public ApiKeyData withTokensFrom(long epochSecond) {
    return toBuilder().tokensFrom(epochSecond).build();
  }

  /** The key after a rotation: accepted until the overlap is over. */
  public ApiKeyData rotated(long until, String successor) {
    return toBuilder().graceUntil(until).replacedBy(Objects.requireNonNull(successor)).build();
  }

  /**
   * The key that a rotation puts in this one's place: what its owner has chosen. That it was
   * deactivated, rotated or narrowed does not pass on.
   */
  public Builder successor() {
    return toBuilder().active(true).graceUntil(null).replacedBy(null).tokensFrom(null);
  }

  /** Builds a key, or one that differs from another. For one thread. */
  public static final class Builder {
    private String name;
    private String prefix;
    private List<String> scopes;
    private @Nullable Long expiresAt;
    private boolean active;
    private @Nullable Long graceUntil;
    private @Nullable String replacedBy;
    private @Nullable Long tokensFrom;
    private @Nullable RateLimit rateLimit;
    private @Nullable AllowedNetworks allowedNetworks;
    private @Nullable KeyMetadata metadata;

    private Builder(ApiKeyData from) {
      name = from.name;
      prefix = from.prefix;
      scopes = from.scopes;
      expiresAt = from.expiresAt;
      active = from.active;
      graceUntil = from.graceUntil;
      replacedBy = from.replacedBy;
      tokensFrom = from.tokensFrom;
      rateLimit = from.rateLimit;
      allowedNetworks = from.allowedNetworks;
      metadata = from.metadata;
    }

    public Builder name(String name) {
      this.name = name;
      return this;
    }

    public Builder prefix(String prefix) {
      this.prefix = prefix;
      return this;
    }

    public Builder scopes(List<String> scopes) {
      this.scopes = scopes;
      return this;
    }

    public Builder expiresAt(@Nullable Long expiresAt) {
      this.expiresAt = expiresAt;
      return this;
    }

    public Builder active(boolean active) {
      this.active = active;
      return this;
    }

    public Builder graceUntil(@Nullable Long graceUntil) {
      this.graceUntil = graceUntil;
      return this;
    }

    public Builder replacedBy(@Nullable String replacedBy) {
      this.replacedBy = replacedBy;
      return this;
    }

    public Builder tokensFrom(@Nullable Long tokensFrom) {
      this.tokensFrom = tokensFrom;
      return this;
    }

    public Builder rateLimit(@Nullable RateLimit rateLimit) {
      this.rateLimit = rateLimit;
      return this;
    }

    public Builder allowedNetworks(@Nullable AllowedNetworks allowedNetworks) {
      this.allowedNetworks = allowedNetworks;
      return this;
    }

    public Builder metadata(@Nullable KeyMetadata metadata) {
      this.metadata = metadata;
      return this;
    }

    public ApiKeyData build() {
      return new ApiKeyData(
          name,
          prefix,
          scopes,
          expiresAt,
          active,
          graceUntil,
          replacedBy,
          tokensFrom,
          rateLimit,
          allowedNetworks,
          metadata);
    }
  }
}
