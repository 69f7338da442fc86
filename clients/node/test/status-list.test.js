/** The cases of status lists that all clients decide alike (C4, R8). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { StatusListChecker } from '../src/index.js';

const FILE = new URL('../../../conformance/status-list-cases.json', import.meta.url);
const { now: NOW, issuer: ISSUER, keys: KEYS, lists: LISTS, cases: CASES } = JSON.parse(readFileSync(FILE, 'utf8'));
const QUIET = { warn() {} };

class Server {
  now = NOW;
  answer = null;
  requests = 0;
  etag = null;

  checker() {
    return new StatusListChecker(
      ISSUER,
      {},
      { get: (url, etag) => this.get(url, etag), clock: () => this.now, log: QUIET },
    );
  }

  async get(url, etag) {
    if (url === `${ISSUER}/protocol/openid-connect/certs`) {
      return { status: 200, body: JSON.stringify(KEYS), etag: null };
    }
    assert.ok(url.startsWith(`${ISSUER}/token-status/`));
    this.requests++;
    this.etag = etag;
    if (this.answer === null) {
      throw new Error('unreachable');
    }
    const { status, list, etag: answered = null } = this.answer;
    return { status, body: LISTS[list] ?? '', etag: answered };
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
        assert.equal(await checker.checkClaims(claimsOf(step.token)), step.verdict, JSON.stringify(step));
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
  const verdicts = await Promise.all(Array.from({ length: 8 }, () => checker.checkClaims(claims)));
  assert.deepEqual(new Set(verdicts), new Set(['live']));
  assert.equal(server.requests, 1);
});
