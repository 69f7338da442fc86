/** The verifier for Keycloak's tokens: cases that all clients decide alike, and forged tokens (C3, C4, J3). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { CannotVerify, Guard, InvalidToken, KeycloakVerifier } from '../src/index.js';

const FILE = new URL('../../conformance/revocation-cases.json', import.meta.url);
const { keys: CASES } = JSON.parse(readFileSync(FILE, 'utf8'));
const ISSUER = 'https://sso.example.org/realms/app';
const AUDIENCE = 'relying-app';

/** A realm, and a clock that moves when it is told to. */
class Realm {
  now = 0;
  fetches = 0;
  /** Ids of what it publishes; null while it cannot be reached. */
  published = [];
  #pairs = new Map();

  verifier(options) {
    const get = async () => {
      this.fetches++;
      if (this.published === null) {
        throw new Error('unreachable');
      }
      const keys = await Promise.all(
        this.published.map(async (kid) => ({ ...(await exportJWK((await this.#pair(kid)).publicKey)), kid, use: 'sig' })),
      );
      return { status: 200, body: JSON.stringify({ keys }), etag: null };
    };
    return new KeycloakVerifier(ISSUER, AUDIENCE, options, { get, clock: () => this.now });
  }

  #pair(kid) {
    if (!this.#pairs.has(kid)) {
      this.#pairs.set(kid, generateKeyPair('ES256', { extractable: true }));
    }
    return this.#pairs.get(kid);
  }

  async token(kid, claims = {}, header = {}) {
    const seconds = Math.floor(Date.now() / 1000);
    const all = { iss: ISSUER, aud: AUDIENCE, sub: 'alice', typ: 'Bearer', jti: 'onrtac:a', iat: seconds, exp: seconds + 900, ...claims };
    const kept = JSON.parse(JSON.stringify(all));
    return new SignJWT(kept).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign((await this.#pair(kid)).privateKey);
  }
}

const statusOf = (answer) =>
  answer.then(
    () => 200,
    (problem) => {
      if (problem instanceof InvalidToken) {
        return 401;
      }
      assert.ok(problem instanceof CannotVerify, problem);
      return 503;
    },
  );

describe('keys', () => {
  for (const testCase of CASES) {
    test(testCase.name, async () => {
      const realm = new Realm();
      const verifier = realm.verifier();
      for (const { keys = realm.published, later = 0, token, status, fetches } of testCase.steps) {
        realm.published = keys;
        realm.now = later;
        const { kid, ...claims } = token;
        const answer = await statusOf(verifier.verify(await realm.token(kid, claims)));
        assert.deepEqual([answer, realm.fetches], [status, fetches], JSON.stringify(token));
      }
    });
  }
});

test('tokens that come together cause one fetch, and wait for it', async () => {
  const realm = new Realm();
  realm.published = ['first'];
  const verifier = realm.verifier();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => realm.token('first')));
  await Promise.all(tokens.map((token) => verifier.verify(token)));
  assert.equal(realm.fetches, 1);
});

const past = Math.floor(Date.now() / 1000) - 1;
const BAD = [
  { iss: 'https://sso.example.org/realms/other' }, { aud: 'other' }, { aud: undefined }, { exp: past }, { exp: undefined },
  { nbf: 2 ** 40 }, { jti: undefined }, { sub: undefined }, { iat: undefined },
];

test('a bad claim makes a token invalid, while the realm is away too', async () => {
  for (const published of [['first'], null]) {
    for (const claims of BAD) {
      const realm = new Realm();
      realm.published = published;
      assert.equal(await statusOf(realm.verifier().verify(await realm.token('first', claims))), 401, JSON.stringify(claims));
    }
  }
});

test('no key is fetched for what no key of the realm could verify', async () => {
  const realm = new Realm();
  realm.published = ['first'];
  const verifier = realm.verifier({ algorithms: ['RS256'] });
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = await realm.token('first');
  const forged = [good, '', 'abc', 'a.b.c', '[].[].[]', `${part({ alg: 'none', kid: 'first' })}.${good.split('.')[1]}.`];
  for (const token of forged) {
    assert.equal(await statusOf(verifier.verify(token)), 401, token);
  }
  assert.equal(realm.fetches, 0);
  assert.equal(await statusOf(realm.verifier().verify(`${good.slice(0, -8)}AAAAAAAA`)), 401);
});

test('symmetric algorithms are refused', () => {
  for (const algorithms of [[], ['none'], ['RS256', 'HS256']]) {
    assert.throws(() => new KeycloakVerifier(ISSUER, AUDIENCE, { algorithms }), /asymmetric/);
  }
});

test('only a token that is found invalid is called so', async () => {
  const checker = { check: async () => 'live' };
  for (const [problem, status] of [[new InvalidToken('x'), 401], [new CannotVerify('x'), 503], [new TypeError('fetch failed'), 503], [undefined, 503]]) {
    const verifier = { verify: async () => { throw problem; } };
    await assert.rejects(new Guard(verifier, checker).authorize({ authorization: ['Bearer x'] }), { status });
  }
});
