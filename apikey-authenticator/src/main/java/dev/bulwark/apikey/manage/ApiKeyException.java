package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.limit.Allowance;
import org.jspecify.annotations.Nullable;

/** A request about keys that cannot be fulfilled; its message may be shown to the caller. */
public final class ApiKeyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What is wrong, with the HTTP status it becomes. */
  public enum Kind {
    INVALID_REQUEST(400),
    INVALID_SCOPE(400),
    FORBIDDEN(403),
    INSUFFICIENT_SCOPE(403),
    /** An administrator would give more than the own roles allow. */
    IMPERSONATION_REQUIRED(403),
    EMAIL_NOT_VERIFIED(403),
    NOT_FOUND(404),
    CONFLICT(409),
    LIMIT_EXCEEDED(409),
    /** Of all keys that are stored, expired ones included. */
    STORED_LIMIT_EXCEEDED(409),
    /** Too many requests of the owner; the same request can succeed later. */
    SLOW_DOWN(429),
    /** Another request was first; the same request can succeed now. */
    BUSY(503);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  private final Kind kind;
  private final String detail;
  private final transient @Nullable Allowance usedUp;

  public ApiKeyException(Kind kind, String detail) {
    this(kind, detail, null);
  }

  private ApiKeyException(Kind kind, String detail, @Nullable Allowance usedUp) {
    super(detail);
    this.kind = kind;
    this.detail = detail;
    this.usedUp = usedUp;
  }

  /** A request of an owner beyond a rate that is used up. */
  public static ApiKeyException tooMany(Allowance usedUp) {
    return new ApiKeyException(
        Kind.SLOW_DOWN, "Too many requests about your API keys. Try again later", usedUp);
  }

  /** What was wrong, for the caller. */
  public String detail() {
    return detail;
  }

  public Kind kind() {
    return kind;
  }

  /** The rate that is used up; null for every other kind. */
  public @Nullable Allowance usedUp() {
    return usedUp;
  }

  /** Seconds after which the same request can succeed; 0 where waiting does not help. */
  public long retryAfterSeconds() {
    if (usedUp != null) {
      return usedUp.resetSeconds();
    }
    return kind == Kind.BUSY ? 1 : 0;
  }
}
