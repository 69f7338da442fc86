/** A user of Redis that may do no more than libraries/redis-connection/README.md says (C3, R5). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { RevocationChecker } from '../src/index.js';
import { KINDS, RedisServer, open, withId } from './servers.js';

const QUIET = { info() {}, warn() {} };
let server;

before(async () => {
  server = await RedisServer.start();
  await server.client.call('ACL', 'SETUSER', 'relying-app', ...documentedRules());
  await server.feed();
  await server.revoke('bad');
  for (const key of ['revocation:complete', 'revocation:realm:app', 'revoked:bad']) {
    await server.client.call('COPY', key, key, 'DB', '1');
  }
});

after(() => server.close());

for (const kind of KINDS) {
  for (const database of [0, 1]) {
    test(`a user that can only read, ${kind}, database ${database}`, async () => {
      const user = { username: 'relying-app', password: 'password' };
      // Each library has its own name for the database.
      const { client, close } = await open(kind, server.port, { ...user, db: database, database });
      try {
        const checker = new RevocationChecker(client, {}, { log: QUIET });
        assert.equal(await checker.check(withId('good')), 'live');
        assert.equal(await checker.check(withId('bad')), 'revoked');
        await assert.rejects(client.set('revoked:good', '1'), /NOPERM/);
      } finally {
        close();
      }
    });
  }
}

function documentedRules() {
  const readme = readFileSync(new URL('../../../libraries/redis-connection/README.md', import.meta.url), 'utf8');
  const [, command] = /ACL SETUSER relying-app ((?:.*\\\n)*.*)/.exec(readme);
  return command
    .replaceAll("'", '')
    .split(/[\s\\]+/)
    .filter(Boolean);
}
