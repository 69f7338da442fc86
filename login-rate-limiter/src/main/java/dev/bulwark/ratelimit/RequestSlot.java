package dev.bulwark.ratelimit;

import dev.bulwark.redis.limit.Attempt;
import dev.bulwark.redis.limit.SlotReturns;
import java.util.ArrayList;
import java.util.List;
import org.keycloak.models.AbstractKeycloakTransaction;

/**
 * The slot of one request, from its first step to its end. It goes back when a right secret was
 * presented and none was wrong, whether the rest of the request worked out or not. For one thread.
 */
final class RequestSlot extends AbstractKeycloakTransaction {

  /** Session attribute. */
  static final String ATTRIBUTE = "bulwark.login-rate-limiter.slot";

  private final Attempt attempt;
  private final SlotReturns returns;
  private final List<Attempt> adopted = new ArrayList<>();
  private boolean right;
  private boolean wrong;

  RequestSlot(Attempt attempt, SlotReturns returns) {
    this.attempt = attempt;
    this.returns = returns;
  }

  Attempt attempt() {
    return attempt;
  }

  void succeed() {
    right = true;
  }

  void fail() {
    wrong = true;
  }

  void adopt(Attempt earlier) {
    adopted.add(earlier);
  }

  @Override
  protected void commitImpl() {
    settle();
  }

  @Override
  protected void rollbackImpl() {
    settle();
  }

  private void settle() {
    if (right && !wrong) {
      returns.giveBack(attempt);
      adopted.forEach(returns::giveBack);
    }
  }
}
