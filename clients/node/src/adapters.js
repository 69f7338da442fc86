/** What the checker needs of a Redis client: ioredis and node-redis behind one face. */

/**
 * Recognizes a client of ioredis (Redis, Cluster) or node-redis 5 (client, pool, Sentinel, cluster).
 *
 * @throws {TypeError} if it is none of them
 */
export function adapterOf(client) {
  if (typeof client?.mget === 'function' && typeof client.nodes === 'function') {
    return {
      clustered: true,
      mget: (keys) => client.mget(keys),
      exists: (key) => client.exists(key),
      // ioredis keeps for each slot the names of its nodes, the primary first.
      owner: (slot) => client.slots?.[slot]?.[0],
    };
  }
  if (typeof client?.mget === 'function') {
    return { clustered: false, mget: (keys) => client.mget(keys), exists: (key) => client.exists(key) };
  }
  if (typeof client?.mGet === 'function') {
    const clustered = Array.isArray(client.slots);
    return {
      clustered,
      mget: (keys) => client.mGet(keys),
      exists: (key) => client.exists(key),
      owner: clustered ? (slot) => client.slots[slot]?.master?.address : undefined,
    };
  }
  throw new TypeError('The client is neither one of ioredis nor one of node-redis.');
}
