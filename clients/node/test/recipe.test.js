/** The recipe of docs/recipes for Node, as it stands there (R5). `RecipesIT` asks those in other languages the same. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, beforeEach, describe, test } from 'node:test';
import { RedisServer, until } from './servers.js';

const PAGE = new URL('../../../docs/recipes/tokens-python-node.md', import.meta.url);

/** Only the port is another one. */
function recipeAt(port) {
  const [, code] = /```javascript\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8'));
  const require = createRequire(import.meta.url);
  return new Function('require', 'console', `${code.replace('6379', port)}return { verdict, redis };`)(require, { error() {} });
}

const now = () => Math.floor(Date.now() / 1000);
const good = (jti) => ({ jti, iat: now() });

describe('the recipe', () => {
  let server;
  let recipe;
  const verdict = (jti) => recipe.verdict(good(jti));
  before(async () => {
    server = await RedisServer.start();
    recipe = recipeAt(server.port);
    await once(recipe.redis, 'ready');
  });
  beforeEach(async () => {
    await server.client.flushall();
    await server.feed();
    await server.revoke('onrtac:bad');
  });
  after(async () => {
    recipe.redis.disconnect();
    await server.close();
  });

  test('one round trip tells a revoked token from a live one', async () => {
    const before = await server.calls('mget', 'get', 'exists');
    assert.equal(await verdict('onrtac:good'), 'live');
    assert.equal(await verdict('onrtac:bad'), 'revoked');
    assert.equal((await server.calls('mget', 'get', 'exists')) - before, 2);
  });

  test('an id that is none costs no round trip', async () => {
    const before = await server.calls('mget', 'get', 'exists');
    for (const jti of ['', 'a b', '{x}a', 'a\n', 'x'.repeat(256), undefined, null, 5, ['a']]) {
      assert.equal(await verdict(jti), 'revoked', String(jti));
    }
    assert.equal((await server.calls('mget', 'get', 'exists')) - before, 0);
  });

  test('what Keycloak says of the realm', async () => {
    for (const state of ['', '0', 'never -', '0 never', '0 - onrtac:bad onrtac:good', '0 1000']) {
      await server.client.set('revocation:realm:app', state);
      assert.equal(await verdict('onrtac:good'), 'unknown', state);
      assert.equal(await verdict('onrtac:bad'), 'revoked', state);
    }
    for (const state of ['0 - onrtac:goods', `0 ${Date.now()}`, `${Date.now() - 60_000} -`]) {
      await server.client.set('revocation:realm:app', state);
      assert.equal(await verdict('onrtac:good'), 'live', state);
    }
    assert.equal(await recipe.verdict({ jti: 'onrtac:old', iat: now() - 120 }), 'unknown');
    assert.equal(await recipe.verdict({ jti: 'onrtac:good' }), 'unknown', 'without iat');
    await server.client.del('revocation:realm:app');
    assert.equal(await verdict('onrtac:good'), 'unknown');
  });

  test('a Redis that is not fed, or empty, cannot tell', async () => {
    await server.feed(61_000);
    assert.equal(await verdict('onrtac:good'), 'unknown');
    assert.equal(await verdict('onrtac:bad'), 'revoked');
    await server.client.set('revocation:complete', 'soon');
    assert.equal(await verdict('onrtac:good'), 'unknown');
    await server.client.flushall();
    assert.equal(await verdict('onrtac:good'), 'unknown');
  });

  test('a halted Redis and one that is gone cannot tell, until it is back', async () => {
    server.halt();
    assert.equal(await verdict('onrtac:good'), 'unknown');
    server.goOn();
    await until(async () => (await verdict('onrtac:good')) === 'live');
    await server.stop();
    assert.equal(await verdict('onrtac:good'), 'unknown');
    await server.start();
    await server.feed();
    await until(async () => (await verdict('onrtac:good')) === 'live');
  });
});
