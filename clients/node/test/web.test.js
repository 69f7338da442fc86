/** Express and Fastify answer as RFC 6750 says (C3). */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, mock, test } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import { SignJWT, createLocalJWKSet, createRemoteJWKSet, errors, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { CannotVerify, Guard, InvalidToken, RevocationChecker } from '../src/index.js';
import { bearerToken as forExpress } from '../src/express.js';
import { bearerToken as forFastify } from '../src/fastify.js';
import { RedisServer, open, until } from './servers.js';

const ISSUER = 'https://sso.example.org/realms/app';
const AUDIENCE = 'relying-app';
const QUIET = { info() {}, warn() {} };
let server;
let opened;
let guard;
let privateKey;
let publicKey;
let keysAway = false;

before(async () => {
  server = await RedisServer.start();
  opened = await open('ioredis', server.port);
  ({ privateKey, publicKey } = await generateKeyPair('RS256'));
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'first', alg: 'RS256' }] });
  const verify = async (token) => {
    if (keysAway) throw new CannotVerify('no keys');
    return (await jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE })).payload;
  };
  guard = new Guard(verify, new RevocationChecker(opened.client, { retryInterval: 50, commandTimeout: 300 }, { log: QUIET }));
});
after(async () => {
  opened.close();
  await server.close();
});

let number = 0;
function tokenOf(claims = {}, kid = 'first') {
  const seconds = Math.floor(Date.now() / 1000);
  const all = {
    iss: ISSUER, aud: AUDIENCE, sub: 'alice', typ: 'Bearer', jti: `onrtac:${number++}`, iat: seconds, exp: seconds + 900,
    scope: 'openid tasks:read', ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}

const FRAMEWORKS = {
  async express() {
    const app = express();
    app.get('/read', forExpress(guard, 'tasks:read'), (req, res) => res.json({ owner: req.claims.sub }));
    app.get('/write', forExpress(guard, 'tasks:write'), (req, res) => res.json({}));
    const listening = app.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return { url: `http://127.0.0.1:${listening.address().port}`, close: () => listening.close() };
  },
  async fastify() {
    const app = fastify();
    app.get('/read', { onRequest: forFastify(guard, 'tasks:read') }, async (request) => ({ owner: request.claims.sub }));
    app.get('/write', { onRequest: forFastify(guard, 'tasks:write') }, async () => ({}));
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
};

for (const [name, start] of Object.entries(FRAMEWORKS)) {
  describe(name, () => {
    let app;
    before(async () => {
      app = await start();
      await server.ensureRunning();
      await server.feed();
    });
    after(() => app.close());

    const get = (path, authorization) =>
      fetch(app.url + path, { headers: authorization === undefined ? {} : { authorization } });
    const read = async (claims) => get('/read', `Bearer ${await tokenOf(claims)}`);

    test('a token with the scope is taken until it is revoked', async () => {
      await until(async () => (await read()).status === 200);
      const token = `Bearer ${await tokenOf({ jti: `dies-${name}` })}`;
      const answer = await get('/read', token);
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.json(), { owner: 'alice' });
      await server.revoke(`dies-${name}`);
      const refused = await get('/read', token);
      assert.equal(refused.status, 401);
      assert.equal(refused.headers.get('www-authenticate'), 'Bearer error="invalid_token", error_description="The token has been revoked"');
      assert.equal(refused.headers.get('cache-control'), 'no-store');
      assert.equal((await refused.json()).error, 'invalid_token');
    });

    test('without a token the challenge says only Bearer', async () => {
      for (const authorization of [undefined, 'Basic YTpi']) {
        const answer = await get('/read', authorization);
        assert.equal(answer.status, 401);
        assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      }
      for (const authorization of ['Bearer', 'Bearer a b', 'Bearer a"b']) {
        const answer = await get('/read', authorization);
        assert.equal(answer.status, 401);
        assert.match(answer.headers.get('www-authenticate'), /^Bearer error="invalid_token"/);
      }
    });

    test('a missing scope is named', async () => {
      const answer = await get('/write', `Bearer ${await tokenOf()}`);
      assert.equal(answer.status, 403);
      assert.match(answer.headers.get('www-authenticate'), /^Bearer error="insufficient_scope".*scope="tasks:write"$/);
    });

    test('the case of the type does not matter', async () => {
      assert.equal((await read({ typ: 'bearer' })).status, 200);
      assert.equal((await read({ typ: 'id' })).status, 401);
    });

    test('nothing but an access token for this application is taken', async () => {
      const past = Math.floor(Date.now() / 1000);
      for (const claims of [
        { exp: past }, { aud: 'other' }, { iss: 'https://other.example.org' }, { typ: 'ID' }, { typ: 'Refresh' },
        { typ: undefined }, { typ: 'DPoP' }, { cnf: { 'x5t#S256': 'x' } }, { jti: undefined }, { jti: 'a\nb' }, { exp: undefined },
      ]) {
        const answer = await read(claims);
        assert.equal(answer.status, 401, JSON.stringify(claims));
        assert.match(answer.headers.get('www-authenticate'), /^Bearer error="invalid_token"/);
      }
      assert.equal((await get('/read', 'Bearer abc')).status, 401);
    });

    test('where nobody can tell the client keeps its token', async () => {
      const expect503 = async (what) => {
        const answer = await read();
        assert.equal(answer.status, 503, what);
        assert.equal(answer.headers.get('retry-after'), '5');
        assert.equal(answer.headers.get('www-authenticate'), null);
      };
      await server.client.flushall();
      await expect503('emptied');
      await server.feed(61_000);
      await expect503('not fed');
      keysAway = true;
      await expect503('keys of the issuer away');
      keysAway = false;
      await server.stop();
      await expect503('away');
      assert.equal((await read({ aud: 'other' })).status, 401, 'is bad whatever Redis says');
      await server.start();
      await server.feed();
      await until(async () => (await read()).status === 200);
    });
  });
}

describe('the verifier of the README', () => {
  let issuer;
  let url;
  let readme;
  let addKey;

  before(async () => {
    const keys = [];
    addKey = async (kid) => keys.push({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' });
    await addKey('first');
    issuer = createServer((_, response) => response.end(JSON.stringify({ keys }))).listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    url = `http://127.0.0.1:${issuer.address().port}/realms/app`;
    const [, block] = /```javascript\n(.*?)```/s.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));
    const code = block
      .replace(/^import .*$/gm, '')
      .replace('https://sso.example.org/realms/app', url)
      .replace("host: 'redis'", `host: '127.0.0.1', port: ${server.port}`);
    const names = ['Redis', 'createRemoteJWKSet', 'jwtVerify', 'Guard', 'RevocationChecker'];
    readme = new Function(...names, `${code}; return { redis, keys, guard };`)(
      Redis, createRemoteJWKSet, jwtVerify, Guard, RevocationChecker,
    );
    await server.ensureRunning();
    await server.feed();
    await once(readme.redis, 'ready');
  });
  after(() => readme.redis.disconnect());

  const status = async (claims, kid) => {
    const token = await tokenOf({ iss: url, ...claims }, kid);
    return readme.guard.authorize(`Bearer ${token}`).then(() => 200, (refusal) => refusal.status);
  };

  test('a new key is fetched 5 s after a fetch', async () => {
    assert.equal(await status(), 200);
    await addKey('second');
    assert.equal(await status({}, 'second'), 401);
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 5_001 });
    try {
      assert.equal(await status({}, 'second'), 200);
      assert.equal(await status(), 200);
    } finally {
      mock.timers.reset();
    }
  });

  test('while Keycloak is unreachable, known keys stay in use and a new one says nothing', async () => {
    assert.equal(await status(), 200);
    assert.equal(await status({ aud: 'other' }), 401);
    assert.equal(await status({}, 'unknown'), 401);
    issuer.closeAllConnections();
    issuer.close();
    await once(issuer, 'close');
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 });
    try {
      await assert.rejects(readme.keys.reload());
      assert.equal(await status(), 200);
      assert.equal(await status({ aud: 'other' }), 401);
      assert.equal(await status({}, 'unknown'), 503);
    } finally {
      mock.timers.reset();
    }
  });
});

test('only an error about the token makes it invalid', async () => {
  const checker = { checkClaims: async () => 'live' };
  const statusOf = (problem) =>
    new Guard(async () => { throw problem; }, checker).authorize('Bearer x').catch(({ status, cause }) => {
      assert.equal(cause, problem);
      return status;
    });
  for (const about of [
    new errors.JWTExpired('', {}), new errors.JWTClaimValidationFailed('', {}), new errors.JWTInvalid(), new errors.JWSInvalid(),
    new errors.JWSSignatureVerificationFailed(), new errors.JWKSNoMatchingKey(), new errors.JWKSMultipleMatchingKeys(),
    new errors.JOSEAlgNotAllowed(), new errors.JOSENotSupported(), new InvalidToken('x'),
  ]) {
    assert.equal(await statusOf(about), 401, about.name);
  }
  for (const other of [
    new errors.JWKSTimeout(), new errors.JWKSInvalid(), new errors.JOSEError('Expected 200 OK'), new TypeError('fetch failed'),
    Object.assign(new Error(), { code: 'ECONNREFUSED' }), new CannotVerify('x'), undefined, null, 'x',
  ]) {
    assert.equal(await statusOf(other), 503, String(other));
  }
});
