package dev.bulwark.checker;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A cluster of three primaries, perhaps with a replica, each a process on the loopback interface.
 */
final class TestCluster implements AutoCloseable {

  /** The first slot of each primary, and the number of slots. */
  static final List<Integer> FIRST_SLOTS = List.of(0, 5461, 10923, 16384);

  private final List<RedisProcess> nodes = new ArrayList<>();

  private TestCluster() {}

  /** Starts one and waits until all nodes know that it is complete. */
  static TestCluster start() {
    TestCluster cluster = new TestCluster();
    cluster.form(3);
    return cluster;
  }

  /** Its node 3 is a replica of node 0, and up to date with it. */
  static TestCluster startWithReplica() {
    TestCluster cluster = new TestCluster();
    cluster.form(4);
    RedisProcess replica = cluster.node(3);
    try (Jedis primary = cluster.node(0).connect();
        Jedis jedis = replica.connect()) {
      jedis.clusterReplicate(primary.clusterMyId());
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> jedis.info("replication").contains("master_link_status:up"));
    }
    return cluster;
  }

  private void form(int size) {
    for (int i = 0; i < size; i++) {
      nodes.add(RedisProcess.start("--cluster-enabled", "yes", "--cluster-node-timeout", "1000"));
    }
    for (int i = 0; i < size; i++) {
      try (Jedis jedis = nodes.get(i).connect()) {
        // As redis-cli does: primaries with one epoch may not vote for a replica of each other.
        jedis.clusterSetConfigEpoch(i + 1L);
        if (i < 3) {
          int[] slots = IntStream.range(FIRST_SLOTS.get(i), FIRST_SLOTS.get(i + 1)).toArray();
          jedis.clusterAddSlots(slots);
        }
        jedis.clusterMeet("127.0.0.1", nodes.get(0).port());
      }
    }
    for (RedisProcess node : nodes) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                try (Jedis jedis = node.connect()) {
                  return jedis.clusterInfo().contains("cluster_state:ok")
                      && jedis.clusterInfo().contains("cluster_known_nodes:" + size);
                }
              });
    }
  }

  RedisProcess node(int index) {
    return nodes.get(index);
  }

  List<RedisProcess> nodes() {
    return List.copyOf(nodes);
  }

  /** One node of the cluster, by which a client finds the others. */
  HostAndPort address() {
    return nodes.get(0).address();
  }

  /** The primary that holds a key. */
  RedisProcess of(String key) {
    int slot = JedisClusterCRC16.getSlot(key);
    for (int i = 1; i < FIRST_SLOTS.size(); i++) {
      if (slot < FIRST_SLOTS.get(i)) {
        return nodes.get(i - 1);
      }
    }
    throw new IllegalStateException("no primary serves slot " + slot);
  }

  @Override
  public void close() {
    nodes.forEach(RedisProcess::close);
  }
}
