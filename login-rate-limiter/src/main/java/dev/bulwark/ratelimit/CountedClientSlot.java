package dev.bulwark.ratelimit;

import dev.bulwark.redis.limit.Attempt;
import dev.bulwark.redis.limit.Decision;
import dev.bulwark.redis.limit.SharedLimiter;
import java.util.concurrent.locks.Lock;

/** A slot in the windows of an address and of a client there. For one thread. */
final class CountedClientSlot implements ClientSlot {

  private final Attempt attempt;
  private final SharedLimiter limiter;
  private final LoginRateLimiterMetrics metrics;
  private final Lock turn;
  private final Decision taken;
  private boolean open = true;

  /**
   * Waits for its turn.
   *
   * @param turn of the client at the address
   */
  CountedClientSlot(
      Attempt attempt, SharedLimiter limiter, LoginRateLimiterMetrics metrics, Lock turn) {
    this.attempt = attempt;
    this.limiter = limiter;
    this.metrics = metrics;
    this.turn = turn;
    turn.lock();
    this.taken = limiter.check(attempt);
    if (taken instanceof Decision.Refused) {
      told(taken);
      close();
    }
  }

  @Override
  public Decision taken() {
    return taken;
  }

  @Override
  public Decision wrong() {
    Decision here = limiter.takeLocally(attempt);
    // Nobody waits for Redis.
    close();
    return told(here instanceof Decision.Refused ? here : limiter.count(attempt));
  }

  private Decision told(Decision decision) {
    if (decision instanceof Decision.Refused refused) {
      metrics.clientRefused(refused);
    } else {
      metrics.clientWrong();
    }
    return decision;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      turn.unlock();
    }
  }
}
