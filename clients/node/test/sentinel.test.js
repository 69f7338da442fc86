/** Sentinels replace a primary that was halted; it goes on afterwards, and nobody feeds it (C3, R4). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RevocationChecker } from '../src/index.js';
import { KINDS, RedisServer, openSentinel, until, withId } from './servers.js';

const QUIET = { info() {}, warn() {} };
const isPrimary = async (server) => (await server.client.info('replication')).includes('role:master');

for (const kind of KINDS) {
  test(`failover, ${kind}`, async () => {
    const primary = await RedisServer.start();
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(primary.port), '--repl-diskless-sync-delay', '0');
    await until(async () => (await replica.client.info('replication')).includes('master_link_status:up'));
    const sentinel = await RedisServer.sentinel('main', primary);
    const servers = [sentinel, replica, primary];
    let opened;
    try {
      await until(async () => (await sentinel.client.info('sentinel')).includes('slaves=1'), 30_000);
      await primary.feed();
      await primary.revoke('before');
      assert.equal(await primary.client.wait(1, 5_000), 1);
      opened = await openSentinel(kind, sentinel.port, 'main');
      const checker = new RevocationChecker(opened.client, { retryInterval: 100, commandTimeout: 300 }, { log: QUIET });
      assert.equal(await checker.check(withId('before')), 'revoked');
      assert.equal(await checker.check(withId('good')), 'live');

      primary.halt();
      assert.equal(await checker.check(withId('good')), 'unknown');
      await until(() => isPrimary(replica), 30_000);
      // The replica has the revocation and the watermark of before.
      await until(async () => (await checker.check(withId('good'))) === 'live', 40_000);
      assert.equal(await checker.check(withId('before')), 'revoked');
      await replica.feed();
      await replica.revoke('after');
      primary.goOn();
      await until(async () => (await checker.check(withId('after'))) === 'revoked', 30_000);
      await until(async () => (await checker.check(withId('good'))) === 'live', 30_000);
    } finally {
      opened?.close();
      primary.goOn();
      for (const server of servers) {
        await server.close();
      }
    }
  });
}
