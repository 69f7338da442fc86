/**
 * Checks access tokens by their status lists, as an application does that uses the client.
 *
 * The argument is the realm's URL. A line of standard input has a token, and by how many seconds the clock is ahead.
 */

import { createInterface } from 'node:readline';
import { StatusListChecker } from '../../../../../../clients/node/src/status-list.js';

let ahead = 0;
const clock = () => Date.now() + ahead * 1000;
const checker = new StatusListChecker(process.argv[2], {}, { clock });
for await (const line of createInterface({ input: process.stdin })) {
  const [token, seconds] = line.split(' ');
  ahead = Number(seconds);
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  console.log(await checker.check(claims));
}
