/** The cases that all clients decide alike (C4). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { RevocationChecker } from '../src/index.js';
import { SLOTS, crc16 } from '../src/keys.js';
import { KINDS, RedisServer, TestCluster, open, openCluster, until } from './servers.js';

const FILE = new URL('../../conformance/revocation-cases.json', import.meta.url);
const { now: NOW, issuer: ISSUER, cases: CASES } = JSON.parse(readFileSync(FILE, 'utf8'));
const QUIET = { info() {}, warn() {} };

function optionsOf({ feedMaxAge, staleness, prefix } = {}) {
  const options = { retryInterval: 50 };
  if (feedMaxAge !== undefined) options.feedMaxAge = feedMaxAge === null ? null : feedMaxAge * 1000;
  if (staleness !== undefined) options.staleness = staleness * 1000;
  if (prefix !== undefined) options.prefix = prefix;
  return options;
}

const textOf = (value) => {
  if (Array.isArray(value)) {
    return value.map(textOf).join(' ');
  }
  return typeof value === 'string' ? value : String(NOW + value);
};

function claimsOf(token) {
  return Object.fromEntries(
    Object.entries({ iss: ISSUER, ...token }).map(([name, value]) => [name, name === 'iat' || name === 'exp' ? value + NOW / 1000 : value]),
  );
}

/** `become` brings Redis to a state. */
async function run(testCase, client, become) {
  let now = NOW;
  const checker = new RevocationChecker(client, optionsOf(testCase.options), { clock: () => now, log: QUIET });
  try {
    for (const step of testCase.steps) {
      if (step.redis !== undefined) {
        await become(step.redis);
      }
      now = NOW + (step.later ?? 0);
      const claims = claimsOf(step.token);
      if (step.eventually) {
        await until(async () => (await checker.check(claims)) === step.verdict, 5_000);
      }
      assert.equal(await checker.check(claims), step.verdict, JSON.stringify(step));
    }
  } finally {
    checker.close();
  }
}

test('there are enough cases', () => {
  assert.ok(CASES.length >= 40);
  assert.equal(new Set(CASES.map((testCase) => testCase.name)).size, CASES.length);
});

for (const kind of KINDS) {
  describe(`single server, ${kind}`, () => {
    let server;
    let opened;
    before(async () => {
      server = await RedisServer.start();
      opened = await open(kind, server.port);
    });
    after(async () => {
      opened.close();
      await server.close();
    });

    for (const testCase of CASES.filter((one) => one.topology === undefined)) {
      test(testCase.name, async () => {
        if (testCase.steps.some((step) => step.redis === null)) {
          // A client of its own: this one's connection is lost.
          await server.ensureRunning();
          const own = await open(kind, server.port);
          try {
            await run(testCase, own.client, (content) => become(content));
          } finally {
            own.close();
          }
        } else {
          if (await restarted()) {
            opened.close();
            opened = await open(kind, server.port);
          }
          await run(testCase, opened.client, (content) => become(content));
        }
      });
    }

    let stopped = false;

    async function restarted() {
      const was = stopped;
      await server.ensureRunning();
      stopped = false;
      return was;
    }

    async function become(content) {
      if (content === null) {
        stopped = true;
        await server.stop();
        return;
      }
      await server.client.flushall();
      for (const [key, value] of Object.entries(content)) {
        await server.client.set(key, textOf(value));
      }
    }
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

    for (const testCase of CASES.filter((one) => one.topology === 'cluster')) {
      test(testCase.name, async () => {
        await run(testCase, opened.client, async (content) => {
          for (const node of cluster.nodes) {
            await node.client.flushall();
          }
          for (const [key, value] of Object.entries(content)) {
            const tag = /\{(.+?)\}/.exec(key)?.[1] ?? key;
            await cluster.of(crc16(tag) % SLOTS).client.set(key, textOf(value));
          }
        });
      });
    }
  });
}
