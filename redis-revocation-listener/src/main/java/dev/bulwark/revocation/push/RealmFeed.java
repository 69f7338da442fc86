package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;

/**
 * What Redis tells applications about one realm.
 *
 * @param completeUntil up to when its revocations are complete, milliseconds since 1970; 0 if Redis
 *     does not say, so that applications accept none of its tokens
 * @param inDoubt how many of its tokens Keycloak cannot decide about
 */
public record RealmFeed(long completeUntil, int inDoubt) {

  private static final String NOT_HELD = "-";

  /**
   * Asks every node.
   *
   * @param realm its name
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer
   */
  public static RealmFeed read(RedisConnection redis, String realm) {
    long complete = FeedState.read(redis).completeUntil();
    Set<String> inDoubt = new HashSet<>();
    for (RedisNode node : redis.nodes()) {
      String state =
          redis.pipeline(
              node,
              pipeline -> {
                Response<String> text = pipeline.get(redis.key(RedisKeys.state(node, realm)));
                pipeline.sync();
                return text.get();
              });
      complete = Math.min(complete, completeUntil(state));
      if (state != null) {
        List<String> fields = List.of(state.split(" "));
        inDoubt.addAll(fields.subList(Math.min(2, fields.size()), fields.size()));
      }
    }
    return new RealmFeed(complete, inDoubt.size());
  }

  private static long completeUntil(@Nullable String state) {
    String[] fields = state == null ? new String[0] : state.split(" ");
    if (fields.length < 2) {
      return 0;
    }
    return fields[1].equals(NOT_HELD) ? Long.MAX_VALUE : Long.parseLong(fields[1]);
  }
}
