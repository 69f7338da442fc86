package dev.bulwark.checker;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A cluster of three primaries, each a process on the loopback interface. */
final class TestCluster implements AutoCloseable {

  /** The first slot of each primary, and the number of slots. */
  static final List<Integer> FIRST_SLOTS = List.of(0, 5461, 10923, 16384);

  private final List<RedisProcess> nodes = new ArrayList<>();

  private TestCluster() {}

  /** Starts one and waits until all nodes know that it is complete. */
  static TestCluster start() {
    TestCluster cluster = new TestCluster();
    cluster.form();
    return cluster;
  }

  private void form() {
    for (int i = 0; i < 3; i++) {
      nodes.add(RedisProcess.start("--cluster-enabled", "yes", "--cluster-node-timeout", "1000"));
    }
    for (int i = 0; i < 3; i++) {
      try (Jedis jedis = nodes.get(i).connect()) {
        int[] slots = IntStream.range(FIRST_SLOTS.get(i), FIRST_SLOTS.get(i + 1)).toArray();
        jedis.clusterAddSlots(slots);
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
                      && jedis.clusterInfo().contains("cluster_known_nodes:3");
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
