package dev.bulwark.redis.process;

import static org.awaitility.Awaitility.await;

import dev.bulwark.testing.FreePort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/** A cluster of three shards, each with one replica. */
public final class RedisClusterGroup implements AutoCloseable {

  private static final int SHARDS = 3;
  private static final Duration START = Duration.ofSeconds(40);

  private final List<RedisProcess> nodes = new ArrayList<>();

  private RedisClusterGroup() {}

  public static RedisClusterGroup start(RedisKind kind) {
    RedisClusterGroup group = new RedisClusterGroup();
    try {
      int firstBus = 0;
      for (int i = 0; i < 2 * SHARDS; i++) {
        int bus = FreePort.next();
        group.nodes.add(
            RedisProcess.of(kind)
                .set("cluster-enabled", "yes")
                .set("cluster-config-file", "nodes-" + bus + ".conf")
                .set("cluster-port", Integer.toString(bus))
                .set("cluster-node-timeout", "2000")
                .set("cluster-replica-validity-factor", "0")
                .set("repl-diskless-sync-delay", "0")
                .start());
        // As redis-cli does: nodes with one epoch choose others one by one later. A primary that
        // has
        // just done so and is lost could not be replaced: who knows its new epoch votes for nobody.
        group.nodes.get(i).admin("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        if (i == 0) {
          firstBus = bus;
        } else {
          group
              .nodes
              .get(i)
              .admin(
                  "CLUSTER",
                  "MEET",
                  "127.0.0.1",
                  Integer.toString(group.nodes.get(0).port()),
                  Integer.toString(firstBus));
        }
      }
      group.form();
      return group;
    } catch (RuntimeException e) {
      group.close();
      throw e;
    }
  }

  private void form() {
    int slots = Protocol.CLUSTER_HASHSLOTS;
    for (int shard = 0; shard < SHARDS; shard++) {
      nodes
          .get(shard)
          .admin(
              "CLUSTER",
              "ADDSLOTSRANGE",
              Integer.toString(shard * slots / SHARDS),
              Integer.toString((shard + 1) * slots / SHARDS - 1));
    }
    await("the nodes know each other")
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> nodes.stream().allMatch(n -> info(n).contains("cluster_known_nodes:6")));
    for (int shard = 0; shard < SHARDS; shard++) {
      String primary = nodes.get(shard).admin("CLUSTER", "MYID");
      RedisProcess replica = nodes.get(SHARDS + shard);
      await("a node takes its role")
          .atMost(START)
          .ignoreExceptionsInstanceOf(JedisException.class)
          .until(() -> replica.admin("CLUSTER", "REPLICATE", primary).equals("OK"));
    }
    awaitHealthy();
  }

  /** Waits until every node that runs says that all slots are served. */
  public void awaitServed() {
    await("all slots are served")
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                nodes.stream()
                    .filter(RedisProcess::isAlive)
                    .allMatch(n -> info(n).contains("cluster_state:ok")));
  }

  /** Waits until all nodes run, all slots are served and all replicas are in step. */
  public void awaitHealthy() {
    awaitServed();
    await("all replicas are in step")
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                nodes.stream()
                        .filter(n -> n.admin("INFO", "replication").contains("state=online"))
                        .count()
                    == SHARDS);
  }

  /** Moves a slot and its keys to a node, as resharding does. */
  public void moveSlot(int slot, RedisProcess target) {
    RedisProcess source = primaryOf(slot);
    String number = Integer.toString(slot);
    String sourceId = source.admin("CLUSTER", "MYID");
    String targetId = target.admin("CLUSTER", "MYID");
    target.admin("CLUSTER", "SETSLOT", number, "IMPORTING", sourceId);
    source.admin("CLUSTER", "SETSLOT", number, "MIGRATING", targetId);
    source
        .admin("CLUSTER", "GETKEYSINSLOT", number, "1000")
        .lines()
        .filter(key -> !key.isEmpty())
        .forEach(
            key ->
                source.admin(
                    "MIGRATE", "127.0.0.1", Integer.toString(target.port()), key, "0", "5000"));
    target.admin("CLUSTER", "SETSLOT", number, "NODE", targetId);
    source.admin("CLUSTER", "SETSLOT", number, "NODE", targetId);
    await("the slot has moved")
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> primaryOf(slot).port() == target.port());
  }

  /** The node that serves a slot now. */
  public RedisProcess primaryOf(int slot) {
    RedisProcess witness = nodes.stream().filter(RedisProcess::isAlive).findAny().orElseThrow();
    for (String line : witness.admin("CLUSTER", "NODES").lines().toList()) {
      String[] words = line.split(" ", -1);
      if (!words[2].contains("master") || words[2].contains("fail")) {
        continue;
      }
      int port = Integer.parseInt(words[1].substring(words[1].indexOf(':') + 1).split("@", -1)[0]);
      for (int i = 8; i < words.length; i++) {
        if (words[i].startsWith("[")) {
          continue;
        }
        String[] range = words[i].split("-", -1);
        if (Integer.parseInt(range[0]) <= slot
            && slot <= Integer.parseInt(range[range.length - 1])) {
          return nodes.stream().filter(n -> n.port() == port).findFirst().orElseThrow();
        }
      }
    }
    throw new IllegalStateException("No node serves slot " + slot);
  }

  /** {@code redis-cluster://…} with three of the six nodes as seeds, one of each shard. */
  public String url() {
    return "redis-cluster://"
        + nodes.stream()
            .limit(SHARDS)
            .map(n -> "127.0.0.1:" + n.port())
            .collect(Collectors.joining(","));
  }

  public List<RedisProcess> nodes() {
    return List.copyOf(nodes);
  }

  private static String info(RedisProcess node) {
    return node.admin("CLUSTER", "INFO");
  }

  @Override
  public void close() {
    nodes.forEach(RedisProcess::close);
  }
}
