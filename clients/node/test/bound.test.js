/** Tokens that are bound to a key or certificate, as all clients accept and refuse them (C3, C4, J5). */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer as createSecureServer, request as secureRequest } from 'node:https';
import { after, before, describe, test } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { Guard, KeycloakVerifier, Refusal, Resource, RevocationChecker } from '../src/index.js';
import { bearerToken as forExpress } from '../src/express.js';
import { bearerToken as forFastify } from '../src/fastify.js';
import { Holder, makeCertificate } from './proofs.js';
import { RedisServer, open } from './servers.js';

const FILE = new URL('../../conformance/revocation-cases.json', import.meta.url);
const { resource: URL_OF_API, target: TARGET, requests: CASES } = JSON.parse(readFileSync(FILE, 'utf8'));
const ISSUER = 'https://sso.example.org/realms/app';
const AUDIENCE = 'relying-app';
const holder = new Holder(URL_OF_API + TARGET);
let server;
let opened;
let privateKey;
let verifier;

before(async () => {
  server = await RedisServer.start();
  await server.feed();
  opened = await open('ioredis', server.port);
  const pair = await generateKeyPair('RS256');
  ({ privateKey } = pair);
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'first', alg: 'RS256' }] };
  const get = async () => ({ status: 200, body: JSON.stringify(keys), etag: null });
  verifier = new KeycloakVerifier(ISSUER, AUDIENCE, {}, { get });
});
after(async () => {
  opened.close();
  await server.close();
});

let number = 0;
function tokenOf(claims = {}) {
  const seconds = Math.floor(Date.now() / 1000);
  const all = {
    iss: ISSUER, aud: AUDIENCE, sub: 'alice', typ: 'Bearer', jti: `onrtac:${number++}`, iat: seconds, exp: seconds + 900,
    scope: 'tasks:read', ...claims,
  };
  return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(privateKey);
}

function guardFor(more, options) {
  const resource = new Resource(URL_OF_API, { certificateProxies: ['127.0.0.1'], ...more }, options);
  return new Guard(verifier, new RevocationChecker(opened.client), { resource });
}

const FRAMEWORKS = {
  async express() {
    const router = express.Router();
    router.get('/', forExpress(guardFor()), (req, res) => res.json({ owner: req.claims.sub }));
    const app = express();
    // A router changes `url`: the proof is for what the caller asked.
    app.use(TARGET, router);
    const listening = app.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return { port: listening.address().port, close: () => listening.close() };
  },
  async fastify() {
    const app = fastify();
    app.get(TARGET, { onRequest: forFastify(guardFor()) }, async (received) => ({ owner: received.claims.sub }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: app.server.address().port, close: () => app.close() };
  },
};

/** As it stands, header for header. */
async function send(port, headers) {
  const sent = request({ host: '127.0.0.1', port, path: `${TARGET}?limit=1`, headers: ['Host', 'api.example.org', ...headers.flat()] });
  sent.end();
  const [answer] = await once(sent, 'response');
  answer.resume();
  return { status: answer.statusCode, challenge: answer.headers['www-authenticate'] ?? '' };
}

test('there are enough cases', () => {
  assert.ok(CASES.length >= 60);
  assert.equal(new Set(CASES.map((testCase) => testCase.name)).size, CASES.length);
});

for (const [name, start] of Object.entries(FRAMEWORKS)) {
  describe(name, () => {
    let app;
    before(async () => {
      app = await start();
    });
    after(() => app.close());

    for (const testCase of CASES) {
      test(testCase.name, async () => {
        let token;
        for (const step of testCase.requests) {
          const { proofs = [], authorizations = 1 } = step;
          if (!proofs[0]?.again) {
            token = await tokenOf(holder.binding(step.token));
          }
          const headers = Array(authorizations).fill(['Authorization', `${step.scheme} ${token}`]);
          const made = proofs.map((wanted) => holder.proof(wanted, token));
          headers.push(...(step.joined ? [made.join(', ')] : made).map((proof) => ['DPoP', proof]));
          if (step.certificate !== undefined) {
            const der = holder.certificates[step.certificate];
            headers.push(['Client-Cert', der === undefined ? 'text' : `:${der.toString('base64')}:`]);
          }
          const { status, challenge } = await send(app.port, headers);
          assert.equal(status, step.status, `${JSON.stringify(step)} ${challenge}`);
          if (step.error !== undefined) {
            // Several Authorization headers are of no scheme.
            const scheme = step.authorizations === undefined ? step.scheme : '(Bearer|DPoP)';
            assert.match(challenge, new RegExp(`^${scheme} error="${step.error}"`));
            assert.match(challenge, /DPoP .*algs="ES256 [^"]*"/, 'either would do');
          }
        }
      });
    }

    test('without a token both schemes are offered', async () => {
      for (const headers of [[], [['Authorization', 'Basic YTpi']]]) {
        const { status, challenge } = await send(app.port, headers);
        assert.equal(status, 401);
        assert.match(challenge, /^Bearer, DPoP algs="ES256/);
      }
    });
  });
}

const requestWith = (token, proof) => ({ authorization: [`DPoP ${token}`], dpop: [proof], method: 'GET', target: TARGET });
const refusalOf = (answer) =>
  answer.then(
    () => assert.fail('accepted'),
    (refusal) => {
      assert.ok(refusal instanceof Refusal, String(refusal));
      return refusal;
    },
  );

test('the scope is asked for in the scheme of the token', async () => {
  const token = await tokenOf(holder.binding('dpop'));
  const refused = await refusalOf(guardFor().authorize(requestWith(token, holder.proof({}, token)), ['admin']));
  assert.equal(refused.status, 403);
  assert.match(refused.headers['WWW-Authenticate'], /^DPoP error="insufficient_scope"/);
  assert.match((await refusalOf(guardFor().authorizeToken(token))).message, /not checked here/);
});

test('of many requests with one proof one is accepted', async () => {
  const token = await tokenOf(holder.binding('dpop'));
  const sent = requestWith(token, holder.proof({}, token));
  const guard = guardFor();
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => guard.authorize(sent)));
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('proofs are remembered for as long as they are accepted', async () => {
  const began = Date.now();
  let now = began;
  const guard = guardFor({}, { clock: () => now });
  const token = await tokenOf(holder.binding('dpop'));
  const ahead = holder.proof({ iat: 29 }, token);
  await guard.authorize(requestWith(token, ahead));
  now = began + 58_000;
  assert.match((await refusalOf(guard.authorize(requestWith(token, ahead)))).message, /used before/);
  now = began + 62_000;
  assert.match((await refusalOf(guard.authorize(requestWith(token, ahead)))).message, /too old/);
});

test('where there is no room for a proof, nobody can tell', async () => {
  const resource = new Resource(URL_OF_API);
  for (let i = 0; i < 100_000; i++) {
    resource.spend(String(i));
  }
  const guard = new Guard(verifier, new RevocationChecker(opened.client), { resource });
  const token = await tokenOf(holder.binding('dpop'));
  assert.equal((await refusalOf(guard.authorize(requestWith(token, holder.proof({}, token))))).status, 503);
});

test('a certificate comes from the connection, or in the header of a trusted proxy', async () => {
  const trusting = new Resource(URL_OF_API, { certificateProxies: ['10.0.0.0/8', '::1'] });
  const own = Buffer.from('own');
  for (const peer of ['10.1.2.3', '::1', '::ffff:10.1.2.3']) {
    assert.equal(trusting.certificateOf(peer, ['x'], own), 'x');
    assert.equal(trusting.certificateOf(peer, [], own), null);
    assert.equal(trusting.certificateOf(peer, ['x', 'y']), null);
  }
  for (const stranger of ['11.0.0.1', undefined, 'a']) {
    assert.equal(trusting.certificateOf(stranger, ['x']), null);
    assert.equal(trusting.certificateOf(stranger, ['x'], own), own);
  }
  const guard = guardFor();
  const authorization = [`Bearer ${await tokenOf(holder.binding('certificate'))}`];
  const der = holder.certificates.own;
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  for (const certificate of [der, pem, encodeURIComponent(pem), `:${der.toString('base64')}:`]) {
    await guard.authorize({ authorization, certificate });
  }
  for (const certificate of [holder.certificates.other, Buffer.alloc(0), '', '::', ':?:', '%', 'a'.repeat(20_000)]) {
    assert.match((await refusalOf(guard.authorize({ authorization, certificate }))).message, /certificate/);
  }
});

test('where Node itself ends TLS, the certificate is that of the connection', async () => {
  const app = express();
  const guard = guardFor({ certificateProxies: [] });
  app.get(TARGET, forExpress(guard), (req, res) => res.json({}));
  const own = { requestCert: true, rejectUnauthorized: false };
  const listening = createSecureServer({ ...makeCertificate('localhost'), ...own }, app).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  try {
    const authorization = `Bearer ${await tokenOf(holder.binding('certificate'))}`;
    const { port } = listening.address();
    const statusWith = async (pair) => {
      const headers = { authorization, 'Client-Cert': `:${holder.certificates.own.toString('base64')}:` };
      const address = { host: '127.0.0.1', port, path: TARGET };
      const sent = secureRequest({ ...address, ...pair, headers, agent: false, rejectUnauthorized: false });
      sent.end();
      const [answer] = await once(sent, 'response');
      answer.resume();
      return answer.statusCode;
    };
    assert.equal(await statusWith(holder.pairs.own), 200);
    assert.equal(await statusWith(holder.pairs.other), 401);
    assert.equal(await statusWith({}), 401);
  } finally {
    listening.close();
  }
});

test('what is no address of an API or proxy is refused', () => {
  for (const url of ['', 'api.example.org', 'ftp://a', 'https://', 'https://a/', 'https://a?b', 'https://u@a', 'https://a b', null]) {
    assert.throws(() => new Resource(url), /url/);
  }
  for (const proxy of ['proxy.example.org', '10.0.0.0/99', '10.0.0.0/', '::1/a']) {
    assert.throws(() => new Resource(URL_OF_API, { certificateProxies: [proxy] }), /certificateProxies/);
  }
});
