package dev.bulwark.checker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Token, heartbeat and state of the realm by one MGET. Redis runs it atomically, so that no flush
 * comes in between: an emptied Redis never passes for one that knows the token to be good.
 */
final class SingleTripLookup implements Lookup {

  private final Keys keys;

  SingleTripLookup(Keys keys) {
    this.keys = keys;
  }

  @Override
  public RedisAnswer read(RedisAccess redis, String jti, @Nullable String realm) {
    String token = keys.revoked(jti);
    String complete = keys.complete();
    List<@Nullable String> values =
        redis.mget(
            realm == null
                ? List.of(token, complete)
                : List.of(token, complete, keys.state(complete, realm)));
    return RedisAnswer.of(
        jti,
        values.get(0) != null,
        RedisAnswer.time(values.get(1)),
        realm == null ? null : RealmState.parse(values.get(2)));
  }
}
