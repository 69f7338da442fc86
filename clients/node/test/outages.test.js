/** One server, as it is, away, halted, emptied and back (C3, R5). */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Cluster } from 'ioredis';
import { RESP_TYPES, createClient, createCluster } from 'redis';
import { RevocationChecker } from '../src/index.js';
import { adapterOf } from '../src/adapters.js';
import { parseTime } from '../src/decision.js';
import { SLOTS, crc16, isJti, lowestSlots, tagOfSlot } from '../src/keys.js';
import { Memory, NearCache, Unconfirmed } from '../src/memory.js';
import { continues } from '../src/watch.js';
import { FIRST_SLOTS, KINDS, RedisServer, TestCluster, open, openCluster, until, withId } from './servers.js';

const QUICK = { retryInterval: 100, commandTimeout: 300 };
/** Clients that answer with a text where Redis answers with a number. */
const AS_TEXTS = { commandOptions: { typeMapping: { [RESP_TYPES.NUMBER]: String } } };
const TEXTS = { ioredis: { stringNumbers: true }, 'node-redis': AS_TEXTS };
const CLUSTER_TEXTS = { ioredis: { redisOptions: { stringNumbers: true } }, 'node-redis': AS_TEXTS };
const LONG_AGO = Date.now() / 1000 - 800;
const now = () => Date.now() / 1000;

class Lines {
  lines = [];
  info = () => this.lines.push('info');
  warn = () => this.lines.push('warn');
}

for (const kind of KINDS) {
  describe(kind, () => {
    let server;
    let opened;
    before(async () => {
      server = await RedisServer.start();
    });
    beforeEach(async () => {
      opened?.close();
      await server.ensureRunning();
      await server.client.flushall();
      await server.feed();
      opened = await open(kind, server.port);
    });
    after(async () => {
      opened.close();
      await server.close();
    });
    const checker = (options = {}, log = new Lines()) => new RevocationChecker(opened.client, { ...QUICK, ...options }, { log });

    test('a check is one round trip, and a hostile id none', async () => {
      const c = checker();
      await server.revoke('bad');
      assert.equal(c.status, 'not-asked');
      assert.equal(await c.check(withId('first')), 'live');
      const before = await server.calls('mget', 'get', 'exists');
      for (let i = 0; i < 20; i++) {
        assert.equal(await c.check(withId(`token-${i}`)), 'live');
      }
      assert.equal(await c.check(withId('bad')), 'revoked');
      for (const jti of ['', 'a b', 'a\r\nDEL x\r\n', 'a\0', '{x}a', 'ü', 'a\n', 'a'.repeat(256), null, undefined, 5, ['a'], {}]) {
        assert.equal(await c.check(withId(jti)), 'malformed');
      }
      assert.equal((await server.calls('mget', 'get', 'exists')) - before, 21);
      assert.equal(c.status, 'knowing');
    });

    test('tokens that are checked together share a trip', async () => {
      const c = checker();
      await server.revoke('token-7');
      const before = await server.calls('mget');
      const verdicts = await Promise.all(Array.from({ length: 200 }, (_, i) => c.check(withId(`token-${i}`))));
      assert.equal((await server.calls('mget')) - before, 1);
      assert.deepEqual(verdicts.map((verdict, i) => (verdict === 'live' ? -1 : i)).filter((i) => i >= 0), [7]);
      assert.equal(verdicts[7], 'revoked');
    });

    test('more tokens than a trip takes', async () => {
      const c = checker();
      await server.revoke('token-700');
      const verdicts = await Promise.all(Array.from({ length: 1_000 }, (_, i) => c.check(withId(`token-${i}`))));
      assert.equal(verdicts.indexOf('revoked'), 700);
      assert.equal(verdicts.filter((verdict) => verdict === 'live').length, 999);
    });

    test('away fails closed quickly and comes back', async () => {
      const c = checker();
      assert.equal(await c.check(withId('good', now())), 'live');
      await server.stop();
      assert.equal(await c.check(withId('good', now())), 'unknown');
      assert.equal(c.status, 'away');
      await server.start();
      await until(async () => (await c.check(withId('good'))) === 'unknown' && c.status === 'unfed');
      await server.feed();
      await until(async () => (await c.check(withId('good'))) === 'live');
    });

    test('a halted Redis costs one time-out and then nothing', async () => {
      const c = checker({ retryInterval: 60_000 });
      assert.equal(await c.check(withId('good')), 'live');
      server.halt();
      try {
        let began = performance.now();
        const verdicts = await Promise.all(Array.from({ length: 50 }, (_, i) => c.check(withId(`good-${i}`))));
        assert.ok(verdicts.every((verdict) => verdict === 'unknown'));
        const first = performance.now() - began;
        assert.ok(first > 250 && first < 2_000, `${first} ms`);
        began = performance.now();
        for (let i = 0; i < 1_000; i++) {
          assert.equal(await c.check(withId('good')), 'unknown');
        }
        assert.ok(performance.now() - began < 300);
      } finally {
        server.goOn();
      }
    });

    test('an event loop that stands still is no outage of Redis', async () => {
      for (const options of [{}, { feedMaxAge: null }]) {
        const c = checker(options);
        assert.equal(await c.check(withId('first')), 'live');
        server.halt();
        const verdict = c.check(withId('good'));
        for (let i = 0; i < 20; i++) {
          // Until the question is sent.
          await new Promise(setImmediate);
        }
        server.goOn();
        const end = performance.now() + 400;
        while (performance.now() < end);
        assert.equal(await verdict, 'live');
      }
    });

    test('a probe notices what no check asks about', async () => {
      const c = checker();
      assert.equal(await c.probe(), 'not-asked');
      assert.equal(await c.check(withId('good')), 'live');
      const before = await server.calls('mget');
      assert.equal(await c.probe(), 'knowing');
      assert.equal(await server.calls('mget'), before);
      await server.stop();
      assert.equal(await c.check(withId('good')), 'unknown');
      await server.start();
      await until(async () => (await c.probe()) === 'unfed');
      await server.feed();
      await until(async () => (await c.probe()) === 'knowing');
      assert.equal(await c.check(withId('good')), 'live');
    });

    test('a probe asks once an interval', async () => {
      const c = checker({ retryInterval: 60_000 });
      await server.client.flushall();
      assert.equal(await c.check(withId('good')), 'unknown');
      const before = await server.calls('mget');
      for (let i = 0; i < 20; i++) {
        assert.equal(await c.probe(), 'unfed');
      }
      assert.equal(await server.calls('mget'), before + 1);
    });

    test('a halted Redis that goes on gives no late answer', async () => {
      const c = checker();
      await server.revoke('bad');
      assert.equal(await c.check(withId('good')), 'live');
      server.halt();
      assert.equal(await c.check(withId('good')), 'unknown');
      server.goOn();
      await until(async () => (await c.check(withId('good'))) === 'live');
      assert.equal(await c.check(withId('bad')), 'revoked');
      assert.equal(await c.check(withId('good')), 'live');
    });

    test('an emptied Redis is not believed for one check', async () => {
      const c = checker();
      await server.revoke('bad');
      assert.equal(await c.check(withId('bad')), 'revoked');
      await server.client.flushall();
      assert.equal(await c.check(withId('bad')), 'unknown');
      assert.equal(c.status, 'unfed');
      await server.feed();
      assert.equal(await c.check(withId('good')), 'live');
    });

    test('bounded staleness remembers what Redis said', async () => {
      const c = checker({ staleness: 3_000 });
      await server.revoke('bad');
      await server.feed();
      assert.equal(await c.check(withId('good', LONG_AGO)), 'live');
      assert.equal(await c.check(withId('bad', LONG_AGO)), 'revoked');
      await server.stop();
      assert.equal(await c.check(withId('good', LONG_AGO)), 'live-stale');
      assert.equal(await c.check(withId('bad', now())), 'revoked');
      assert.equal(await c.check(withId('never-seen', LONG_AGO)), 'unknown');
      assert.equal(await c.check(withId('just-issued', now())), 'live-stale');
      await until(async () => (await c.check(withId('good', LONG_AGO))) === 'unknown');
    });

    test('the near cache saves trips for no longer than it may', async () => {
      const c = checker({ nearCacheSize: 100, nearCacheMaxAge: 1_000 });
      const before = await server.calls('mget');
      const began = performance.now();
      assert.equal(await c.check(withId('token')), 'live');
      for (let i = 0; i < 1_000; i++) {
        assert.equal(await c.check(withId('token')), 'live');
      }
      assert.ok(performance.now() - began < 900);
      assert.equal((await server.calls('mget')) - before, 1);
      await server.revoke('token');
      await until(async () => (await c.check(withId('token'))) === 'revoked', 2_000);
      assert.ok(performance.now() - began >= 1_000);
    });

    test('each change of the status is logged once', async () => {
      const log = new Lines();
      const c = checker({}, log);
      for (let i = 0; i < 3; i++) await c.check(withId('good'));
      await server.client.flushall();
      for (let i = 0; i < 3; i++) await c.check(withId('good'));
      await server.stop();
      for (let i = 0; i < 3; i++) await c.check(withId('good'));
      assert.deepEqual(log.lines, ['info', 'warn', 'warn']);
    });

    test('a client that answers with texts is understood', async () => {
      await server.revoke('bad');
      const own = await open(kind, server.port, TEXTS[kind]);
      try {
        assert.equal(await own.client.exists('revoked:bad'), '1');
        for (const options of [{}, { feedMaxAge: null }]) {
          const c = new RevocationChecker(own.client, { ...QUICK, ...options }, { log: new Lines() });
          assert.equal(await c.check(withId('bad')), 'revoked');
          assert.equal(await c.check(withId('good')), 'live');
        }
      } finally {
        own.close();
      }
    });

    test('a closed checker accepts nothing', async () => {
      const c = checker();
      c.close();
      assert.equal(await c.check(withId('good')), 'unknown');
    });
  });

  describe(`cluster, ${kind}`, () => {
    let cluster;
    let opened;
    before(async () => {
      cluster = await TestCluster.start();
      opened = await openCluster(kind, cluster.nodes[0].port);
    });
    after(async () => {
      opened.close();
      await cluster.close();
    });
    const mark = (i) => `revocation:complete:{${tagOfSlot(FIRST_SLOTS[i])}}`;

    beforeEach(async () => {
      for (const [i, node] of cluster.nodes.entries()) {
        await node.client.flushall();
        await node.feed(0, mark(i));
      }
    });

    test('a check is one trip, and an emptied primary is noticed', async () => {
      const c = new RevocationChecker(opened.client, QUICK, { log: new Lines() });
      try {
        assert.equal(await c.check(withId('first')), 'live');
        const calls = async () =>
          (await Promise.all(cluster.nodes.map((node) => node.calls('exists')))).reduce((sum, count) => sum + count, 0);
        const before = await calls();
        for (let i = 0; i < 30; i++) {
          assert.equal(await c.check(withId(`good-${i}`)), 'live');
        }
        assert.equal((await calls()) - before, 30);
        await cluster.nodes[1].client.flushall();
        await until(async () => (await c.check(withId('good'))) === 'unknown', 3_000);
        assert.equal(c.status, 'unfed');
        await cluster.nodes[1].feed(0, mark(1));
        await until(async () => (await c.check(withId('good'))) === 'live', 3_000);
      } finally {
        c.close();
      }
    });

    test('a client that answers with texts is understood', async () => {
      await cluster.of(crc16('revoked:bad') % SLOTS).revoke('bad');
      const own = await openCluster(kind, cluster.nodes[0].port, CLUSTER_TEXTS[kind]);
      const blind = new RevocationChecker(own.client, { ...QUICK, feedMaxAge: null }, { log: new Lines() });
      const c = new RevocationChecker(own.client, QUICK, { log: new Lines() });
      try {
        assert.equal(await own.client.exists('revoked:bad'), '1');
        assert.equal(await blind.check(withId('bad')), 'revoked');
        assert.equal(await blind.check(withId('good')), 'live');
        // With texts, ioredis does not know which node serves a slot.
        const known = kind !== 'ioredis';
        assert.equal(await c.check(withId('bad')), known ? 'revoked' : 'unknown');
        assert.equal(await c.check(withId('good')), known ? 'live' : 'unknown');
      } finally {
        c.close();
        own.close();
      }
    });

    test('what an emptied primary said is not remembered', async () => {
      const c = new RevocationChecker(opened.client, { ...QUICK, staleness: 60_000 }, { log: new Lines() });
      try {
        assert.equal(await c.check(withId('good', LONG_AGO)), 'live');
        const before = await cluster.nodes[0].calls('mget');
        await until(async () => (await cluster.nodes[0].calls('mget')) >= before + 2, 5_000);
        for (const node of cluster.nodes) {
          await node.client.flushall();
        }
        assert.ok(['live', 'unknown'].includes(await c.check(withId('never-seen', LONG_AGO))), 'live until it is noticed');
        await until(async () => (await c.check(withId('good', LONG_AGO))) === 'live-stale', 5_000);
        assert.equal(await c.check(withId('never-seen', LONG_AGO)), 'unknown');
      } finally {
        c.close();
      }
    });
  });
}

test('a client of node-redis without a listener ends no process', async () => {
  const server = await RedisServer.start();
  const asker = `
    import { createInterface } from 'node:readline';
    import { createClient } from 'redis';
    import { RevocationChecker } from './src/index.js';
    const client = createClient({
      socket: { host: '127.0.0.1', port: ${server.port}, reconnectStrategy: () => 50 }, disableOfflineQueue: true,
    });
    const checker = new RevocationChecker(client, { retryInterval: 50 }, { log: { info() {}, warn() {} } });
    await client.connect();
    for await (const line of createInterface({ input: process.stdin })) {
      console.log(await checker.check({ jti: line, iss: 'https://sso.example.org/realms/app', exp: Date.now() / 1000 + 900 }));
    }
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', asker], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async () => {
    child.stdin.write('good\n');
    const { value } = await answers.next();
    assert.ok(value, 'the process has ended');
    return value;
  };
  child.stdin.on('error', () => {});
  try {
    await server.feed();
    assert.equal(await ask(), 'live');
    await server.stop();
    await until(async () => (await ask()) === 'unknown');
    await server.start();
    await server.feed();
    await until(async () => (await ask()) === 'live');
    child.stdin.end();
    assert.equal((await exit)[0], 0);
  } finally {
    child.kill();
    await server.close();
  }
});

test("a listener of the application's own stays the only one", () => {
  const client = createClient();
  adapterOf(client);
  adapterOf(client);
  assert.equal(client.listenerCount('error'), 1);
  const listened = createCluster({ rootNodes: [] }).on('error', () => {});
  adapterOf(listened);
  assert.equal(listened.listenerCount('error'), 1);
});

test('an option out of its range is named', () => {
  const client = { mget() {}, exists() {} };
  for (const options of [
    { prefix: 'a b' },
    { prefix: 'é' },
    { prefix: 'x'.repeat(65) },
    { feedMaxAge: 2_999 },
    { staleness: 10 },
    { rememberedTokens: 0 },
    { retryInterval: 1 },
    { commandTimeout: '500' },
    { nearCacheSize: -1 },
    { nearCacheMaxAge: Number.NaN },
    { feedMaxAgee: 5 },
  ]) {
    assert.throws(() => new RevocationChecker(client, options), new RegExp(Object.keys(options)[0]));
  }
  assert.throws(() => new RevocationChecker(client, { feedMaxAge: null, staleness: 5_000 }), /staleness needs feedMaxAge/);
  assert.throws(
    () => new RevocationChecker(client, { feedMaxAge: 5_000, nearCacheSize: 1, nearCacheMaxAge: 5_000 }),
    /nearCacheMaxAge must be shorter/,
  );
});

test('a client of another kind is refused', () => {
  for (const client of [null, undefined, {}, { get() {} }]) {
    assert.throws(() => adapterOf(client), TypeError);
  }
});

test('what is neither 0 nor 1 does not pass for "not revoked"', async () => {
  for (const answer of [null, undefined, '', 2, '2', false, true, 'OK', []]) {
    const { exists } = adapterOf({ mget() {}, exists: async () => answer });
    await assert.rejects(exists('revoked:bad'), /EXISTS/, String(answer));
  }
});

test('a client that reads from replicas is refused', () => {
  for (const scaleReads of ['slave', 'all', () => null]) {
    assert.throws(() => adapterOf(new Cluster([], { lazyConnect: true, scaleReads })), /replicas/);
  }
  assert.throws(() => adapterOf(createCluster({ rootNodes: [], useReplicas: true })), /replicas/);
  assert.ok(adapterOf(new Cluster([], { lazyConnect: true })).clustered);
  assert.ok(adapterOf(createCluster({ rootNodes: [] })).clustered);
});

test('a time is a plain number', () => {
  for (const text of [null, undefined, '', '-', ' 5', '5 ', '5\n', '1_0', '0x5', '5.0', '1e3', 'NaN', '9223372036854775808', '99999999999999999999']) {
    assert.equal(parseTime(text), null, text);
  }
  assert.equal(parseTime('1800000000000'), 1_800_000_000_000);
  assert.equal(parseTime('-5'), -5);
});

test('ids, tags and slots', () => {
  assert.ok(isJti('onrtac:0f7e6a4c-8d11-4a53-9a63-0e0f3cf9a8d1'));
  assert.deepEqual(FIRST_SLOTS.slice(0, 3).map(tagOfSlot), [3560, 18403, 18948]);
  assert.deepEqual(lowestSlots((slot) => (slot < 100 || slot > 9_000 ? 'b' : 'a')), [0, 100]);
  assert.throws(() => lowestSlots((slot) => (slot === 7 ? undefined : 'a')), /slot 7/);
});

test('what is kept is bounded', () => {
  const clear = (complete) => ({ revoked: false, complete, since: null });
  const memory = new Memory(2);
  memory.note('a', clear(5));
  memory.note('a', clear(4));
  memory.note('a', clear(null));
  assert.equal(memory.of('a').complete, 5);
  memory.note('b', clear(5));
  memory.of('a');
  memory.note('c', clear(5));
  assert.equal(memory.of('b'), null);
  memory.note('a', { revoked: true, complete: null, since: null });
  memory.note('a', clear(9));
  assert.ok(memory.of('a').revoked);

  const near = new NearCache(2, 60_000);
  for (const jti of ['a', 'b', 'c']) near.note(jti, clear(5), performance.now());
  assert.deepEqual(['a', 'b', 'c'].map((jti) => near.of(jti) !== null), [false, true, true]);
  near.note('b', clear(5), -1e9);
  assert.equal(near.of('b'), null);

  const confirmed = new Memory(10);
  const unconfirmed = new Unconfirmed(confirmed, 10);
  unconfirmed.note('kept', clear(5), 0);
  unconfirmed.begin();
  unconfirmed.note('next', clear(5), 0);
  unconfirmed.confirm();
  assert.equal(confirmed.of('kept').complete, 5);
  assert.equal(confirmed.of('next'), null);
  unconfirmed.lose();
  unconfirmed.note('late', clear(5), 0);
  unconfirmed.begin();
  unconfirmed.confirm();
  assert.equal(confirmed.of('late'), null);
});

test('a primary that has lost something', () => {
  const one = (complete, epoch = 'e') => ({ complete, marks: new Map([['a', { complete, epoch }]]) });
  assert.ok(continues(one(5), one(5)));
  assert.ok(continues(one(5), one(null)));
  assert.ok(!continues(one(4), one(5)));
  assert.ok(!continues(one(5, 'f'), one(5)));
  assert.ok(!continues(one(null), one(5)));
});
