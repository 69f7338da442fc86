/** The cases of status lists that all clients decide alike (C4, R8). */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { StatusListChecker } from '../src/index.js';

const FILE = new URL('../../conformance/status-list-cases.json', import.meta.url);
const { now: NOW, issuer: ISSUER, keys: KEYS, lists: LISTS, cases: CASES } = JSON.parse(readFileSync(FILE, 'utf8'));
const QUIET = { warn() {} };

class Server {
  now = NOW;
  answer = null;
  requests = 0;
  etag = null;
  keys = KEYS;
  /** What requests for lists wait for, and how long an answer takes then. */
  held = null;
  takes = 0;

  checker() {
    return new StatusListChecker(
      ISSUER,
      {},
      { get: (url, etag) => this.get(url, etag), clock: () => this.now, log: QUIET },
    );
  }

  async get(url, etag) {
    if (url === `${ISSUER}/protocol/openid-connect/certs`) {
      return { status: 200, body: JSON.stringify(this.keys), etag: null };
    }
    assert.ok(url.startsWith(`${ISSUER}/token-status/`));
    this.requests++;
    this.etag = etag;
    await this.held;
    this.now += this.takes;
    if (this.answer === null) {
      throw new Error('unreachable');
    }
    const { status, list, etag: answered = null } = this.answer;
    return { status, body: LISTS[list] ?? '', etag: answered };
  }

  /** Holds requests for lists up until the function is called. */
  hold() {
    let goOn;
    this.held = new Promise((resolve) => {
      goOn = resolve;
    });
    return goOn;
  }
}

const claimsOf = (token) => (token.exp === undefined ? token : { ...token, exp: token.exp + NOW / 1000 });

test('there are enough cases', () => {
  assert.ok(CASES.length >= 25);
});

describe('status list', () => {
  for (const testCase of CASES) {
    test(testCase.name, async () => {
      const server = new Server();
      const checker = server.checker();
      for (const step of testCase.steps) {
        server.now = NOW + (step.later ?? 0);
        if (step.answer !== undefined) {
          server.answer = step.answer;
        }
        assert.equal(await checker.check(claimsOf(step.token)), step.verdict, JSON.stringify(step));
        if (step.requests !== undefined) {
          assert.equal(server.requests, step.requests, JSON.stringify(step));
        }
        if (step.sends !== undefined) {
          assert.equal(server.etag, step.sends, JSON.stringify(step));
        }
      }
    });
  }
});

test('callers at the same time fetch once', async () => {
  const server = new Server();
  server.answer = { status: 200, list: 'none revoked', etag: '"a"' };
  const checker = server.checker();
  const claims = claimsOf(CASES[0].steps[0].token);
  const verdicts = await Promise.all(Array.from({ length: 8 }, () => checker.check(claims)));
  assert.deepEqual(new Set(verdicts), new Set(['live']));
  assert.equal(server.requests, 1);
});

const NONE_REVOKED = { status: 200, list: 'none revoked', etag: '"a"' };
const CLAIMS = claimsOf(CASES[0].steps[0].token);

for (const [what, answer, verdict] of [
  ['fails', null, 'unknown'],
  ['is slower than the ttl', NONE_REVOKED, 'live'],
]) {
  test(`callers that wait for an attempt that ${what} make none of their own`, async () => {
    const server = new Server();
    server.answer = answer;
    server.takes = 3_000;
    const goOn = server.hold();
    const checker = server.checker();
    const checks = Array.from({ length: 20 }, () => checker.check(CLAIMS));
    goOn();
    assert.deepEqual(new Set(await Promise.all(checks)), new Set([verdict]));
    assert.equal(await checker.check(CLAIMS), verdict);
    assert.equal(server.requests, 1);
  });
}

test('while one caller fetches the others use the list that is held', async () => {
  const server = new Server();
  server.answer = NONE_REVOKED;
  const checker = server.checker();
  assert.equal(await checker.check(CLAIMS), 'live');
  server.now += 2_000;
  const goOn = server.hold();
  const first = checker.check(CLAIMS);
  const others = Promise.all(Array.from({ length: 8 }, () => checker.check(CLAIMS)));
  assert.deepEqual(new Set(await others), new Set(['live']));
  goOn();
  assert.equal(await first, 'live');
  assert.equal(server.requests, 2);
});

test('an answer without an end is not read to its end', { timeout: 30_000 }, async () => {
  const endless = createServer();
  let sent = 0;
  const closed = new Promise((resolve) => {
    endless.on('request', (request, answer) => {
      const part = Buffer.alloc(100_000, 'a');
      // Called when the part before is with the kernel.
      const more = () => {
        sent += part.length;
        answer.write(part);
      };
      answer.on('drain', more);
      answer.on('close', resolve);
      more();
    });
  });
  endless.listen(0, '127.0.0.1');
  await once(endless, 'listening');
  const issuer = `http://127.0.0.1:${endless.address().port}/realms/app`;
  const warnings = [];
  const checker = new StatusListChecker(issuer, {}, { log: { warn: (text) => warnings.push(text) } });
  const status = { status_list: { idx: 0, uri: `${issuer}/token-status/AAAAAAAAAAAAAAAA` } };
  try {
    assert.equal(await checker.check({ exp: Date.now() / 1000 + 60, status }), 'unknown');
    assert.match(warnings[0], /too long/);
    // The client gives the connection up. Up to 4 MB were read, and some are on the way.
    await closed;
    assert.ok(sent > 4_000_000 && sent < 20_000_000, `${sent} bytes were taken`);
  } finally {
    endless.closeAllConnections();
    endless.close();
  }
});

/** A server on the loopback interface that answers in this way until the work is done. */
async function serving(answer, work) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${server.address().port}/realms/app`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect with status ${status} is not followed`, async () => {
    const paths = [];
    const redirect = (request, answer) => {
      paths.push(request.url);
      answer.writeHead(status, { Location: '/elsewhere' }).end('moved');
    };
    await serving(redirect, async (issuer) => {
      const warnings = [];
      const checker = new StatusListChecker(issuer, {}, { log: { warn: (text) => warnings.push(text) } });
      const list = { idx: 0, uri: `${issuer}/token-status/AAAAAAAAAAAAAAAA` };
      const claims = { exp: Date.now() / 1000 + 60, status: { status_list: list } };
      assert.equal(await checker.check(claims), 'unknown');
      assert.match(warnings[0], new RegExp(`HTTP status ${status}, and redirects are not followed`));
    });
    assert.deepEqual(paths, ['/realms/app/token-status/AAAAAAAAAAAAAAAA']);
  });
}

test('a key that the realm has disabled is trusted for five minutes', async () => {
  for (const [later, verdict] of [
    [300_000, 'live'],
    [300_001, 'unknown'],
  ]) {
    const server = new Server();
    // Then the first list has expired, and the next one is signed with the key that was disabled.
    server.now = NOW + 26_000 - later;
    server.answer = NONE_REVOKED;
    const checker = server.checker();
    assert.equal(await checker.check(CLAIMS), 'live');
    server.keys = { keys: KEYS.keys.filter(({ kid }) => kid !== 'first') };
    server.answer = { status: 200, list: 'none revoked, newer' };
    server.now += later;
    assert.equal(await checker.check(CLAIMS), verdict);
  }
});

test('a key that is new is fetched, also after the clock was set back', async () => {
  const server = new Server();
  server.keys = { keys: KEYS.keys.filter(({ kid }) => kid !== 'first') };
  server.now = NOW + 20_000;
  server.answer = NONE_REVOKED;
  const checker = server.checker();
  assert.equal(await checker.check(CLAIMS), 'unknown');
  server.keys = KEYS;
  server.now = NOW;
  assert.equal(await checker.check(CLAIMS), 'live');
});
