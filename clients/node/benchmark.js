/**
 * Measures what a check costs. Prints a Markdown table. Needs redis-server, and `npm install` in this folder.
 *
 *     node benchmark.js [rounds]
 */

import { Redis } from 'ioredis';
import { RevocationChecker } from './src/index.js';
import { RedisServer } from './test/servers.js';

// The table alone goes to standard output.
console.info = console.error;

const ISSUER = 'https://sso.example.org/realms/app';
const CALLS = 500;
const NEAR_CALLS = 20_000;
const CONCURRENT = 100;
const rounds = Number(process.argv[2] ?? 21);

/** Microseconds of a call: by the clock, and of CPU time. */
async function microseconds(call, calls) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let i = 0; i < calls; i++) {
    await call(i);
  }
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { clock: (took * 1000) / calls, cpu: (user + system) / calls };
}

function spread(values, digits) {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => sorted[Math.round(q * (sorted.length - 1))].toFixed(digits));
  return `${middle} (${low} to ${high})`;
}

function row(what, measured, promised = '') {
  console.log(`| ${what} | ${measured} | ${promised} |`);
}

const ids = Array.from({ length: CALLS }, (_, i) => `onrtac:0f7e6a4c-8d11-4a53-9a63-${String(i).padStart(12, '0')}`);
const server = await RedisServer.start();
const plain = new Redis({ host: '127.0.0.1', port: server.port });
const own = new Redis({ host: '127.0.0.1', port: server.port, enableOfflineQueue: false, lazyConnect: true });
await own.connect();
const checkers = {
  'fail closed': new RevocationChecker(own),
  'bounded staleness': new RevocationChecker(own, { staleness: 60_000 }),
};
const cached = new RevocationChecker(own, { nearCacheSize: CALLS, nearCacheMaxAge: 50_000 });

const EXPIRY = Date.now() / 1000 + 3_600;

async function live(checker, jti) {
  const verdict = await checker.check({ jti, iss: ISSUER, exp: EXPIRY });
  if (verdict !== 'live') {
    throw new Error(verdict);
  }
}

const trips = [];
const hits = [];
const cpus = [];
const rates = [];
const byCpu = [];
const ratios = Object.fromEntries(Object.keys(checkers).map((name) => [name, []]));
for (let round = -2; round < rounds; round++) {
  await server.feed();
  const trip = await microseconds((i) => plain.exists(`revoked:${ids[i]}`), CALLS);
  const times = {};
  for (const [name, checker] of Object.entries(checkers)) {
    times[name] = await microseconds((i) => live(checker, ids[i]), CALLS);
  }
  await Promise.all(ids.map((jti) => live(cached, jti)));
  const hit = await microseconds((i) => live(cached, ids[i % CALLS]), NEAR_CALLS);
  const together = await microseconds(
    (i) => Promise.all(Array.from({ length: CONCURRENT }, (_, j) => live(checkers['fail closed'], `onrtac:${i}-${j}`))),
    50,
  );
  if (round >= 0) {
    trips.push(trip.clock);
    hits.push(hit.cpu);
    cpus.push(times['fail closed'].cpu);
    rates.push((CONCURRENT * 1e6) / together.clock);
    byCpu.push((CONCURRENT * 1e6) / together.cpu);
    for (const [name, time] of Object.entries(times)) {
      ratios[name].push(time.clock / trip.clock);
    }
  }
}

console.log(`Node ${process.versions.node}, ioredis, ${rounds} rounds; median (quartiles)\n`);
console.log('| what | measured | promised |\n|---|---|---|');
row('round trip of ioredis (`exists`), µs', spread(trips, 0));
for (const [name, values] of Object.entries(ratios)) {
  row(`check, ${name}, in round trips of ioredis`, spread(values, 2));
}
row('CPU time of a check, fail closed, µs', spread(cpus, 1));
row('hit of the near cache, µs of CPU time', spread(hits, 1));
row(`${CONCURRENT} callers, checks a second`, spread(rates, 0));
row(`${CONCURRENT} callers, checks in a second of CPU time`, spread(byCpu, 0));
plain.disconnect();
own.disconnect();
await server.close();
process.exit();
