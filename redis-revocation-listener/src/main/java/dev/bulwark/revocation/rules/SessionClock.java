package dev.bulwark.revocation.rules;

/**
 * When the sessions of a realm expire, by its settings. Source: {@code
 * org.keycloak.models.jpa.session.RealmExpiration}.
 *
 * @param realmId internal id of the realm
 * @param idle seconds without a refresh after which an online session ends; 0 for Keycloak's
 *     default
 * @param lifespan seconds after which an online session ends; 0 for Keycloak's default
 * @param rememberedIdle the same as {@code idle} for remembered sessions, where it is longer
 * @param rememberedLifespan the same as {@code lifespan} for remembered sessions, where it is
 *     longer
 * @param offlineIdle seconds without a refresh after which an offline session ends; 0 for
 *     Keycloak's default
 * @param remembers whether the realm remembers sessions at all; where it does not, remembered ones
 *     have ended
 */
public record SessionClock(
    String realmId,
    long idle,
    long lifespan,
    long rememberedIdle,
    long rememberedLifespan,
    long offlineIdle,
    boolean remembers) {

  /** What Keycloak takes for 0: {@code org.keycloak.models.Constants}. */
  private static final long DEFAULT_IDLE = 1_800;

  private static final long DEFAULT_LIFESPAN = 36_000;
  private static final long DEFAULT_OFFLINE_IDLE = 2_592_000;

  /** Later than any session. */
  public static final long ALL = Integer.MAX_VALUE;

  /** Earlier than any session. */
  public static final long NONE = -1;

  /** The sessions that expire alike. */
  public enum Kind {
    /** Online sessions. */
    ONLINE(false, false, true),
    /** Remembered online sessions. */
    REMEMBERED(false, true, true),
    /** Offline sessions. */
    OFFLINE(true, false, true),
    /** Offline sessions of a remembered login. */
    REMEMBERED_OFFLINE(true, true, true),
    /**
     * Online sessions from before Keycloak 26.5, whose column does not say whether they are
     * remembered. Keycloak completes it when it is about to remove them, which is too late.
     */
    UNMARKED_ONLINE(false, false, false),
    /** The same of remembered online sessions. */
    UNMARKED_REMEMBERED(false, true, false),
    /** The same of offline sessions, remembered or not: their time is the same. */
    UNMARKED_OFFLINE(true, false, false);

    private final boolean offline;
    private final boolean remembered;
    private final boolean marked;

    Kind(boolean offline, boolean remembered, boolean marked) {
      this.offline = offline;
      this.remembered = remembered;
      this.marked = marked;
    }

    /** Whether these are offline sessions. */
    public boolean isOffline() {
      return offline;
    }

    /** Whether these are remembered sessions. */
    public boolean isRemembered() {
      return remembered;
    }

    /** Whether the column of their rows says that. */
    public boolean isMarked() {
      return marked;
    }
  }

  /** Whether all sessions of a kind have ended, whatever their age. */
  public boolean hasEnded(Kind kind) {
    return kind.isRemembered() && !remembers;
  }

  /**
   * The last refresh of the youngest session that is idle for too long, seconds since 1970. Older
   * ones have ended too.
   *
   * @param now seconds since 1970
   */
  public long idleSince(Kind kind, long now) {
    if (hasEnded(kind)) {
      return ALL;
    }
    if (kind.isOffline()) {
      return now - orDefault(offlineIdle, DEFAULT_OFFLINE_IDLE);
    }
    long seconds = orDefault(idle, DEFAULT_IDLE);
    return now - (kind.isRemembered() ? Math.max(seconds, rememberedIdle) : seconds);
  }

  /**
   * The start of the youngest session that has lived for too long, seconds since 1970; {@link
   * #NONE} for offline sessions, which Keycloak removes by itself.
   *
   * @param now seconds since 1970
   */
  public long startedBy(Kind kind, long now) {
    if (kind.isOffline()) {
      return NONE;
    }
    long seconds = orDefault(lifespan, DEFAULT_LIFESPAN);
    return now - (kind.isRemembered() ? Math.max(seconds, rememberedLifespan) : seconds);
  }

  private static long orDefault(long seconds, long fallback) {
    return seconds > 0 ? seconds : fallback;
  }
}
