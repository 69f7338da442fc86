/** What the checker needs of a Redis client: ioredis and node-redis behind one face. */

/** Whether there is a key. Clients may answer with a text: `stringNumbers` of ioredis, type mappings of node-redis. */
async function exists(client, key) {
  const answer = String(await client.exists(key));
  if (answer !== '0' && answer !== '1') {
    throw new Error('Redis has answered EXISTS with neither 0 nor 1.');
  }
  return answer === '1';
}

/** The watermark of one replica says nothing about the tokens that another one has. */
function requirePrimaries(client) {
  const { scaleReads = 'master' } = client?.options ?? {};
  const { useReplicas = false } = client?._options ?? {};
  if (scaleReads !== 'master' || useReplicas) {
    throw new TypeError('The client reads from replicas.');
  }
}

/** Node ends the process at an `error` that nobody listens to. The checker reports for itself that Redis is away. */
function outliveErrors(client) {
  if (client.listenerCount?.('error') === 0) {
    client.on('error', () => {});
  }
}

/**
 * Recognizes a client of ioredis (Redis, Cluster) or node-redis 5 (client, pool, Sentinel, cluster).
 *
 * @throws {TypeError} if it is none of them, or reads from replicas
 */
export function adapterOf(client) {
  requirePrimaries(client);
  const adapter = recognized(client);
  outliveErrors(client);
  return adapter;
}

function recognized(client) {
  if (typeof client?.mget === 'function' && typeof client.nodes === 'function') {
    return {
      clustered: true,
      mget: (keys) => client.mget(keys),
      exists: (key) => exists(client, key),
      // ioredis keeps for each slot the names of its nodes, the primary first.
      owner: (slot) => client.slots?.[slot]?.[0],
    };
  }
  if (typeof client?.mget === 'function') {
    return { clustered: false, mget: (keys) => client.mget(keys), exists: (key) => exists(client, key) };
  }
  if (typeof client?.mGet === 'function') {
    const clustered = Array.isArray(client.slots);
    return {
      clustered,
      mget: (keys) => client.mGet(keys),
      exists: (key) => exists(client, key),
      owner: clustered ? (slot) => client.slots[slot]?.master?.address : undefined,
    };
  }
  throw new TypeError('The client is neither one of ioredis nor one of node-redis.');
}
