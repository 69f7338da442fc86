package dev.bulwark.ratelimit;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.SharedLimiter;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A slot in the windows of an address and of a client there. For one thread. */
final class CountedClientSlot implements ClientSlot {

  private final Attempt attempt;
  private final SharedLimiter limiter;
  private final LoginRateLimiterMetrics metrics;
  private final @Nullable Lock turn;
  private final RightSecrets.Entry secret;
  private final Decision taken;
  private boolean open;

  /**
   * Waits for its turn, unless the secret was right lately.
   *
   * @param turn of the client at the address; null for a secret that was right lately
   */
  CountedClientSlot(
      Attempt attempt,
      SharedLimiter limiter,
      LoginRateLimiterMetrics metrics,
      @Nullable Lock turn,
      RightSecrets.Entry secret) {
    this.attempt = attempt;
    this.limiter = limiter;
    this.metrics = metrics;
    this.turn = turn;
    this.secret = secret;
    if (turn == null) {
      this.taken = Decision.GRANTED;
      return;
    }
    turn.lock();
    open = true;
    this.taken = limiter.check(attempt);
    if (taken instanceof Decision.Refused) {
      record(taken);
      close();
    }
  }

  @Override
  public Decision taken() {
    return taken;
  }

  @Override
  public Decision wrong() {
    secret.forget();
    Decision here = limiter.takeLocally(attempt);
    // Nobody waits for Redis.
    close();
    return record(here instanceof Decision.Refused ? here : limiter.count(attempt));
  }

  @Override
  public void right() {
    secret.remember();
  }

  private Decision record(Decision decision) {
    if (decision instanceof Decision.Refused refused) {
      metrics.clientRefused(refused);
    } else {
      metrics.clientWrong();
    }
    return decision;
  }

  @Override
  public void close() {
    if (open && turn != null) {
      open = false;
      turn.unlock();
    }
  }
}
