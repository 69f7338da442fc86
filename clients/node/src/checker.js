import { adapterOf } from './adapters.js';
import { Circuit } from './circuit.js';
import { decide, isAccepted, knows, parseState, parseTime, readingOf } from './decision.js';
import { Keys, isJti, realmOf } from './keys.js';
import { Memory, NearCache, Unconfirmed } from './memory.js';
import { optionsOf } from './options.js';
import { Watch } from './watch.js';

const MOST_TOKENS = 256;
/** An id that no token has. */
const PROBE = 'bulwark-probe';

/** Tells whether a token is revoked, in one round trip to the Redis that Keycloak feeds. One for an application. */
export class RevocationChecker {
  #options;
  #clock;
  #log;
  #adapter;
  #keys;
  #circuit;
  #memory;
  #unconfirmed;
  #near;
  #watch = null;
  #waiting = new Map();
  #scheduled = false;
  #closed = false;
  #nextProbe = 0;
  #explained = new Set();

  /** What the last contact with Redis said: `not-asked`, `knowing`, `unfed`, `away`. */
  status = 'not-asked';

  constructor(client, options = {}, { clock = Date.now, log = console } = {}) {
    this.#options = optionsOf(options);
    this.#clock = clock;
    this.#log = log;
    this.#adapter = adapterOf(client);
    this.#keys = new Keys(this.#options.prefix);
    this.#circuit = new Circuit(this.#options.retryInterval);
    this.#memory = this.#options.staleness > 0 ? new Memory(this.#options.rememberedTokens) : null;
    this.#unconfirmed = new Unconfirmed(this.#memory, this.#memory === null ? 0 : this.#options.rememberedTokens);
    this.#near =
      this.#options.nearCacheSize > 0 ? new NearCache(this.#options.nearCacheSize, this.#options.nearCacheMaxAge) : null;
    if (this.#adapter.clustered && this.#options.feedMaxAge !== null) {
      this.#watch = new Watch(
        this.#keys,
        (keys) => this.#bounded(this.#adapter.mget(keys)),
        this.#adapter.owner,
        this.#unconfirmed,
      );
    }
  }

  async check(claims) {
    const problem = this.#problem(claims);
    if (problem !== null) {
      return problem;
    }
    const { jti, iss, iat } = claims;
    if (!isJti(jti)) {
      return 'malformed';
    }
    const issued = iat === undefined || iat === null ? null : Math.floor(iat * 1000);
    const cached = this.#near?.of(jti) ?? null;
    if (cached !== null) {
      return decide(cached, this.#memory?.of(jti) ?? null, issued, this.#clock(), this.#options);
    }
    const askedAt = performance.now();
    const realm = realmOf(iss);
    const reading = await this.#read(jti, realm);
    const now = this.#clock();
    if (reading !== null) {
      this.#learn(reading, now);
      if (reading.revoked || knows(reading.complete, now, this.#options)) {
        this.#near?.note(jti, reading, askedAt);
      }
      // With watermarks read in the background only the next reading shows that "not revoked" was right.
      if (reading.revoked || this.#watch === null) {
        this.#memory?.note(jti, reading);
      }
    }
    const verdict = decide(reading, this.#memory?.of(jti) ?? null, issued, now, this.#options);
    if (verdict === 'unknown' && reading !== null) {
      this.#explain(realm ?? '', reading);
    }
    // Once more: Redis may have forgotten the token just before it was asked.
    return isAccepted(verdict) ? (this.#problem(claims) ?? verdict) : verdict;
  }

  async probe() {
    const now = performance.now();
    if ((this.status === 'unfed' || this.status === 'away') && now >= this.#nextProbe) {
      this.#nextProbe = now + this.#options.retryInterval;
      const reading = await this.#read(PROBE, null);
      if (reading !== null) {
        this.#learn(reading, this.#clock());
      }
    }
    return this.status;
  }

  #learn(reading, now) {
    this.#become(knows(reading.heartbeat, now, this.#options) ? 'knowing' : 'unfed', reading, now);
  }

  /** Logs once why a realm's tokens are unknown although Redis is fed. */
  #explain(realm, reading) {
    if (reading.heartbeat !== null && reading.complete === null && !this.#explained.has(realm)) {
      this.#explained.add(realm);
      this.#log.warn(
        `Redis cannot tell about a token of realm '${realm}' (the last path segment of its iss): either revocation is ` +
          'not on in that realm, or Keycloak cannot decide about the token now',
      );
    }
  }

  #problem(claims) {
    const { exp, iat } = claims;
    if (!Number.isFinite(exp) || (iat !== undefined && iat !== null && !Number.isFinite(iat))) {
      return 'malformed';
    }
    return exp * 1000 <= this.#clock() ? 'expired' : null;
  }

  async #read(jti, realm) {
    if (this.#closed || !this.#circuit.allows()) {
      return null;
    }
    try {
      const single = this.#watch !== null || this.#options.feedMaxAge === null;
      const reading = await (single ? this.#ask(jti, realm) : this.#batched(jti, realm));
      this.#circuit.succeeded();
      return reading;
    } catch (failure) {
      this.#circuit.failed();
      this.#become('away', failure);
      return null;
    }
  }

  async #ask(jti, realm) {
    const losses = this.#unconfirmed.losses;
    // The watermark first: it speaks of the time before the token is looked up.
    const seen = this.#watch === null ? { complete: null, state: null } : await this.#watch.seen(realm);
    const revoked = await this.#bounded(this.#adapter.exists(this.#keys.revoked + jti));
    const reading = readingOf(jti, revoked, seen.complete, seen.state);
    if (!reading.revoked) {
      this.#unconfirmed.note(jti, reading, losses);
    }
    return reading;
  }

  /** Tokens that are asked about at the same time go into one MGET, which is atomic. */
  #batched(jti, realm) {
    // An id has no space.
    const token = `${jti} ${realm ?? ''}`;
    let waiting = this.#waiting.get(token);
    if (waiting === undefined) {
      waiting = { jti, realm, ...(Promise.withResolvers?.() ?? withResolvers()) };
      this.#waiting.set(token, waiting);
      if (this.#waiting.size >= MOST_TOKENS) {
        this.#trip();
      } else if (!this.#scheduled) {
        this.#scheduled = true;
        setImmediate(() => this.#trip());
      }
    }
    return waiting.promise;
  }

  async #trip() {
    this.#scheduled = false;
    const batch = this.#waiting;
    if (batch.size === 0) {
      return;
    }
    this.#waiting = new Map();
    const tokens = [...batch.values()];
    const realms = [...new Set(tokens.map((token) => token.realm))].filter((realm) => realm !== null);
    const [complete] = this.#keys.marks(null);
    try {
      const [heartbeat, ...values] = await this.#bounded(
        this.#adapter.mget([
          complete,
          ...realms.map((realm) => this.#keys.state(null, realm)),
          ...tokens.map((token) => this.#keys.revoked + token.jti),
        ]),
      );
      const states = new Map(realms.map((realm, i) => [realm, parseState(values[i])]));
      tokens.forEach(({ jti, realm, resolve }, i) => {
        const revoked = values[realms.length + i] !== null;
        resolve(readingOf(jti, revoked, parseTime(heartbeat), states.get(realm) ?? null));
      });
    } catch (failure) {
      batch.forEach(({ reject }) => reject(failure));
    }
  }

  /** The answer of a client, within the time-out. */
  async #bounded(answer) {
    let timer;
    const timeout = new Promise((_, reject) => {
      const giveUp = () => reject(new Error('Redis does not answer in time.'));
      // Where the event loop stood still the answer may have come unread: it is read before the immediate.
      timer = setTimeout(() => setImmediate(giveUp), this.#options.commandTimeout);
    });
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Logs a change, and only a change. */
  #become(status, detail, now) {
    if (this.status === status) {
      return;
    }
    this.status = status;
    if (status === 'away') {
      this.#log.warn(`Redis cannot be reached to check revoked tokens: ${detail.message}`);
    } else if (status === 'unfed') {
      const problem =
        detail.heartbeat === null
          ? `it was emptied, or Keycloak with redis-revocation-listener has never fed it (option prefix: '${this.#options.prefix}')`
          : `the watermark of Keycloak is ${now - detail.heartbeat} ms old; Keycloak is stopped or cannot reach Redis, or the clocks differ`;
      this.#log.warn(`Redis is reachable, but its data about revoked tokens is not reliable: ${problem}`);
    } else {
      this.#log.info('Redis can check revoked tokens again.');
    }
  }

  close() {
    this.#closed = true;
    this.#watch?.close();
  }
}

/** Node 20 has no Promise.withResolvers. */
function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
