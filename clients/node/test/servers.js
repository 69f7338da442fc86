/** Real Redis servers on the loopback interface, for tests. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster, createSentinel } from 'redis';

export const FIRST_SLOTS = [0, 5461, 10923, 16384];

/** Claims of a token. */
export function withId(jti, iat) {
  return { jti, iss: 'https://sso.example.org/realms/app', iat, exp: Date.now() / 1000 + 900 };
}

/** Waits for a condition; fails when it does not come true in time. */
export async function until(condition, millis = 20_000) {
  const end = performance.now() + millis;
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new Error(`the condition did not come true in time: ${condition}`);
    }
    await sleep(10);
  }
}

async function freePort() {
  for (;;) {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    await once(probe, 'close');
    // A cluster's bus has a port 10,000 higher.
    if (port < 55_000) {
      return port;
    }
  }
}

export class RedisServer {
  #process = null;
  #arguments;
  #folder = mkdtempSync(join(tmpdir(), 'bulwark-redis'));

  static async start(...args) {
    const server = new RedisServer();
    server.#arguments = args;
    server.port = await freePort();
    await server.start();
    return server;
  }

  /** Starts a Sentinel that watches a primary. */
  static async sentinel(group, primary) {
    const server = new RedisServer();
    server.port = await freePort();
    const file = join(server.#folder, 'sentinel.conf');
    writeFileSync(
      file,
      [
        `port ${server.port}`,
        'bind 127.0.0.1',
        `dir ${server.#folder}`,
        `sentinel monitor ${group} 127.0.0.1 ${primary.port} 1`,
        `sentinel down-after-milliseconds ${group} 500`,
        `sentinel failover-timeout ${group} 3000`,
        '',
      ].join('\n'),
    );
    server.#arguments = [file, '--sentinel'];
    await server.start();
    return server;
  }

  /** Starts it, empty, and waits until it answers. */
  async start() {
    const args = ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.#folder, '--save', '', '--appendonly', 'no'];
    const own = this.#arguments.includes('--sentinel') ? [] : args.map(String);
    this.#process = spawn('redis-server', [...own, ...this.#arguments], { stdio: 'ignore' });
    this.#process.on('error', (error) => {
      throw error;
    });
    this.client = new Redis({ host: '127.0.0.1', port: this.port, retryStrategy: () => 20 });
    this.client.on('error', () => {});
    await until(async () => (await this.client.ping().catch(() => '')) === 'PONG');
  }

  async ensureRunning() {
    if (this.#process === null) {
      await this.start();
    }
  }

  revoke(jti) {
    return this.client.set(`revoked:${jti}`, '1', 'EX', 900);
  }

  async feed(age = 0, key = 'revocation:complete') {
    await this.client.set(`${key.replace('revocation:complete', 'revocation:realm')}:app`, '0 -');
    return this.client.set(key, String(Date.now() - age), 'EX', 3600);
  }

  async calls(...commands) {
    const stats = await this.client.info('commandstats');
    return commands
      .map((command) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0))
      .reduce((sum, calls) => sum + calls, 0);
  }

  halt() {
    this.#process.kill('SIGSTOP');
  }

  goOn() {
    this.#process.kill('SIGCONT');
  }

  /** Kills it; what it held is lost. */
  async stop() {
    if (this.#process !== null) {
      const ended = once(this.#process, 'exit');
      this.client.disconnect();
      this.#process.kill('SIGKILL');
      await ended;
      this.#process = null;
    }
  }

  async close() {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

/** Three primaries. */
export class TestCluster {
  static async start() {
    const cluster = new TestCluster();
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
    cluster.nodes = await Promise.all([1, 2, 3].map(() => RedisServer.start(...args)));
    for (const [i, node] of cluster.nodes.entries()) {
      await node.client.call('CLUSTER', 'ADDSLOTSRANGE', FIRST_SLOTS[i], FIRST_SLOTS[i + 1] - 1);
      await node.client.call('CLUSTER', 'MEET', '127.0.0.1', cluster.nodes[0].port);
    }
    for (const node of cluster.nodes) {
      await until(async () => {
        const info = await node.client.call('CLUSTER', 'INFO');
        return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
      }, 60_000);
    }
    return cluster;
  }

  /** The primary of a slot. */
  of(slot) {
    return this.nodes[FIRST_SLOTS.findLastIndex((first) => slot >= first)];
  }

  async close() {
    await Promise.all(this.nodes.map((node) => node.close()));
  }
}

export const KINDS = ['ioredis', 'node-redis'];

/** A client as the README says, with further options. */
export async function open(kind, port, more = {}) {
  if (kind === 'ioredis') {
    const client = new Redis({
      host: '127.0.0.1',
      port,
      connectTimeout: 500,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      ...more,
    });
    client.on('error', () => {});
    await once(client, 'ready').catch(() => {});
    return { client, close: () => client.disconnect() };
  }
  const client = createClient({
    socket: { host: '127.0.0.1', port, connectTimeout: 500, reconnectStrategy: () => 100 },
    disableOfflineQueue: true,
    ...more,
  });
  client.on('error', () => {});
  await client.connect();
  return { client, close: () => client.destroy() };
}

/** The same for a cluster. */
export async function openCluster(kind, port, more = {}) {
  if (kind === 'ioredis') {
    const client = new Cluster([{ host: '127.0.0.1', port }], { enableOfflineQueue: false, ...more });
    client.on('error', () => {});
    await once(client, 'ready');
    return { client, close: () => client.disconnect() };
  }
  const client = createCluster({ rootNodes: [{ socket: { host: '127.0.0.1', port } }], ...more });
  client.on('error', () => {});
  await client.connect();
  return { client, close: () => client.destroy() };
}

/** The same for a group of Sentinels. */
export async function openSentinel(kind, port, group) {
  if (kind === 'ioredis') {
    const client = new Redis({
      sentinels: [{ host: '127.0.0.1', port }],
      name: group,
      failoverDetector: true,
      connectTimeout: 500,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    });
    client.on('error', () => {});
    await once(client, 'ready');
    return { client, close: () => client.disconnect() };
  }
  const client = createSentinel({ name: group, sentinelRootNodes: [{ host: '127.0.0.1', port }] });
  client.on('error', () => {});
  await client.connect();
  return { client, close: () => client.destroy() };
}
