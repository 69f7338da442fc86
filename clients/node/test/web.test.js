/** Express and Fastify answer as RFC 6750 says (C3). */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { Guard, KeycloakVerifier, RevocationChecker } from '../src/index.js';
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

before(async () => {
  server = await RedisServer.start();
  opened = await open('ioredis', server.port);
  const pair = await generateKeyPair('RS256');
  ({ privateKey } = pair);
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'first', alg: 'RS256' }] };
  const get = async () => ({ status: 200, body: JSON.stringify(keys), etag: null });
  const checker = new RevocationChecker(opened.client, { retryInterval: 50, commandTimeout: 300 }, { log: QUIET });
  guard = new Guard(new KeycloakVerifier(ISSUER, AUDIENCE, {}, { get }), checker);
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
      await server.stop();
      await expect503('away');
      assert.equal((await read({ aud: 'other' })).status, 401, 'is bad whatever Redis says');
      await server.start();
      await server.feed();
      await until(async () => (await read()).status === 200);
    });
  });
}
