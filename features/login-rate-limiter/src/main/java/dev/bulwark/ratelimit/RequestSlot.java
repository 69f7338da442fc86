package dev.bulwark.ratelimit;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.slot.SlotReturns;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.AbstractKeycloakTransaction;

/**
 * The slot of one request, from its first step to its end. It goes back when a right secret was
 * presented and none was wrong, whether the rest of the request worked out or not. For one thread.
 */
final class RequestSlot extends AbstractKeycloakTransaction {

  private final Attempt attempt;
  private final SlotReturns returns;
  private final CallerKind kind;
  private final @Nullable String userId;
  private final List<Attempt> adopted = new ArrayList<>();
  private boolean right;
  private boolean wrong;

  /**
   * A slot that is open.
   *
   * @param kind how it is counted
   * @param userId at whose secret the attempt is; null for nobody
   */
  RequestSlot(Attempt attempt, SlotReturns returns, CallerKind kind, @Nullable String userId) {
    this.attempt = attempt;
    this.returns = returns;
    this.kind = kind;
    this.userId = userId;
  }

  /** How an attempt of this request at a user's secret is counted. */
  CallerKind callerKind(String user) {
    return user.equals(userId) ? kind : CallerKind.UNCOUNTED;
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
    } else {
      returns.fail(attempt);
    }
  }
}
