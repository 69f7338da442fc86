package dev.bulwark.ratelimit;

import dev.bulwark.limit.Decision;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.UserModel;
import org.keycloak.provider.Provider;

/**
 * The limit on login attempts, for the request of one session and its realm. A request takes one
 * slot, however many secrets it tests. The result is known when the request ends.
 */
public interface LoginRateLimiterProvider extends Provider {

  /**
   * Whether the realm of the request has limits and known devices. Where it has none, every attempt
   * is granted, nothing is counted and nothing remembered.
   */
  boolean isOn();

  /**
   * Takes a slot for this request, unless it holds one or comes from an allowed network, and one of
   * the threads that all login attempts may hold. Never waits for either.
   *
   * @param account whom the attempt is about
   * @return refused where a window is full or no thread is left: then no secret may be tested, nor
   *     anything be told about the account
   */
  Decision take(Account account);

  /**
   * As {@link #take}, but not counted by the address: for calls of a client's server, which speaks
   * for many users.
   */
  Decision takeForAccount(Account account);

  /**
   * Takes one of the threads that all login attempts may hold, and no slot: for a user who has
   * logged in, and whose request computes a hash.
   */
  Decision takeThread();

  /**
   * Takes a slot in the window of user codes, which is another than that of logins: any page can
   * have its visitors' browsers send codes.
   */
  Decision takeForUserCode();

  /** The user code was right: its slot goes back when the request ends. */
  void userCodeWasRight();

  /**
   * How attempts of this request at a user's secret are counted.
   *
   * @return {@link CallerKind#UNCOUNTED} where this request holds no slot of that user
   */
  CallerKind callerKind(UserModel user);

  /**
   * The user has logged in, all factors done: the device and the address are known from now on.
   *
   * @param browser whether the answer goes to a browser, which keeps a cookie
   */
  void remember(UserModel user, boolean browser);

  /**
   * Waits for the turn to test the secret of a client.
   *
   * @param clientId of a client that exists
   * @param secret as it was sent; null where it is not sent itself. One that was right lately, from
   *     this address and on this node, waits for no turn and is refused for no wrong ones
   * @return the slot, which has to be closed
   */
  ClientSlot takeForClient(String clientId, @Nullable String secret);

  /**
   * A right secret was presented: the slot goes back when the request ends, unless {@link #fail} is
   * called too, or slots are not given back.
   */
  void succeed();

  /** A secret was wrong or missing: the slot stays taken until the window has passed. */
  void fail();

  /**
   * Text by which a later request gives this request's slot back; empty where it holds none. For a
   * step that names the user, which counts only until the login succeeds.
   */
  String slot();

  /**
   * Returns whom a name stands for, as an attempt with that name finds it.
   *
   * @param name user name or e-mail address
   */
  Account find(String name);

  /**
   * Forgets the attempts at an account, so that the next one is granted.
   *
   * @return whether all nodes know; false without Redis: then this node alone
   */
  boolean lift(Account account);

  /**
   * Forgets the attempts from an IP address and from its network: logins, user codes, wrong client
   * secrets and wrong API keys. Those of a single client at the address stay.
   *
   * @return as {@link #lift}
   */
  boolean liftAddress(String address);

  /** Gives back the slot of an earlier request of the same login, when this request succeeds. */
  void adopt(String slot);

  @Override
  default void close() {}
}
