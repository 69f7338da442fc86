/** Checks tokens by Keycloak's Token Status Lists, for applications that do not reach Redis. */

import { constants, createPublicKey, verify as verifySignature } from 'node:crypto';
import { inflate } from 'node:zlib';
import { promisify } from 'node:util';
import { bodyOf, get } from './http.js';
import { RealmKeys } from './verifier.js';

const unpack = promisify(inflate);

const MOST_STATUSES = 16_000_000;
const MOST_LISTS = 100;
const SHORTEST_TTL = 1;
const LONGEST_TTL = 300;
/** So long before a list expires, the next one is fetched. */
const MARGIN = 3_000;
const TYPES = ['statuslist+jwt', 'application/statuslist+jwt'];

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const EC = { dsaEncoding: 'ieee-p1363' };

/** How the signature of each algorithm is verified, with the type of its key and its curves. */
const ALGORITHMS = {
  RS256: { type: 'RSA', digest: 'sha256', options: {} },
  RS384: { type: 'RSA', digest: 'sha384', options: {} },
  RS512: { type: 'RSA', digest: 'sha512', options: {} },
  PS256: { type: 'RSA', digest: 'sha256', options: PSS },
  PS384: { type: 'RSA', digest: 'sha384', options: PSS },
  PS512: { type: 'RSA', digest: 'sha512', options: PSS },
  ES256: { type: 'EC', curves: ['P-256'], digest: 'sha256', options: EC },
  ES384: { type: 'EC', curves: ['P-384'], digest: 'sha384', options: EC },
  ES512: { type: 'EC', curves: ['P-521'], digest: 'sha512', options: EC },
  EdDSA: { type: 'OKP', curves: ['Ed25519', 'Ed448'], digest: null, options: {} },
};

/** Whether a key may be used with an algorithm. */
function fits({ kty, crv, alg }, name, { type, curves }) {
  return kty === type && (curves?.includes(crv) ?? true) && (alg ?? name) === name;
}

/**
 * Tells whether a token is revoked by the list that its claim `status` names. One for an application.
 *
 * A list is fetched when its first token is checked, and again with its ETag when its `ttl` is over or its `exp` is
 * near. One check waits for that. The others use the list that is held, and wait only if there is none or it has
 * expired. While Keycloak is unreachable, the last list is used until its `exp`, and then every check is `unknown`.
 */
export class StatusListChecker {
  #issuer;
  #get;
  #clock;
  #log;
  #retryInterval;
  #keys;
  #lists = new Map();

  constructor(issuer, { jwksUrl, retryInterval = 500 } = {}, { get: read = get, clock = Date.now, log = console } = {}) {
    if (!(retryInterval >= 50 && retryInterval <= 60_000)) {
      throw new RangeError('retryInterval must be from 50 to 60000');
    }
    this.#issuer = issuer;
    this.#get = read;
    this.#clock = clock;
    this.#log = log;
    this.#retryInterval = retryInterval;
    this.#keys = new RealmKeys(jwksUrl ?? `${issuer}/protocol/openid-connect/certs`, read, clock);
  }

  /** What is known about a token with these verified claims; `exp` is checked without leeway. */
  async check(claims) {
    const { exp } = claims;
    if (!Number.isFinite(exp)) {
      return 'malformed';
    }
    if (exp * 1000 <= this.#clock()) {
      return 'expired';
    }
    const { idx, uri } = claims.status?.status_list ?? {};
    if (!Number.isSafeInteger(idx) || idx < 0 || typeof uri !== 'string' || !uri.startsWith(`${this.#issuer}/token-status/`)) {
      return 'malformed';
    }
    const list = await this.#current(uri);
    const now = this.#clock();
    if (!isUsable(list, now)) {
      return 'unknown';
    }
    const status = list.statusOf(idx);
    if (status === undefined) {
      return 'malformed';
    }
    if (status !== 0) {
      return 'revoked';
    }
    return exp * 1000 <= now ? 'expired' : 'live';
  }

  /** The list as it is known; null if there is none. Of several callers one fetches. */
  async #current(uri) {
    const entry = this.#entry(uri);
    if (!isBetween(entry.asked, this.#clock(), entry.due)) {
      if (entry.fetching === null) {
        entry.fetching = this.#refresh(uri, entry).finally(() => {
          entry.fetching = null;
        });
      } else if (isUsable(entry.list, this.#clock())) {
        return entry.list;
      }
      await entry.fetching;
    }
    return entry.list;
  }

  #entry(uri) {
    const unknown = { list: null, asked: -Infinity, due: -Infinity, fetching: null, failed: false };
    const entry = this.#lists.get(uri) ?? unknown;
    this.#lists.delete(uri);
    this.#lists.set(uri, entry);
    if (this.#lists.size > MOST_LISTS) {
      this.#lists.delete(this.#lists.keys().next().value);
    }
    return entry;
  }

  async #refresh(uri, entry) {
    const began = this.#clock();
    try {
      entry.list = await this.#fetched(uri, entry.list);
      // The answer may be as old as the request. A fetch that is slower than the ttl is not repeated at once.
      entry.asked = this.#clock();
      const wanted = Math.min(Math.min(began, entry.asked) + entry.list.ttl * 1000, entry.list.exp * 1000 - MARGIN);
      entry.due = Math.max(wanted, entry.asked + SHORTEST_TTL * 1000);
      entry.failed = false;
    } catch (failure) {
      // From its end: an attempt may take longer than the pause.
      entry.asked = this.#clock();
      entry.due = entry.asked + this.#retryInterval;
      if (!entry.failed) {
        // Once for an outage.
        this.#log.warn(`A token status list cannot be fetched, and is tried again: ${failure.message}`);
      }
      entry.failed = true;
    }
  }

  async #fetched(uri, held) {
    const answer = await this.#get(uri, held?.etag ?? null);
    if (answer.status === 304 && held !== null) {
      return held;
    }
    const fetched = await this.#verified(uri, bodyOf(answer), answer.etag);
    // A cache on the way may have an older one.
    return held !== null && fetched.iat < held.iat ? held : fetched;
  }

  async #verified(uri, body, etag) {
    const parts = body.split('.');
    if (parts.length !== 3) {
      throw new Error('it is no JWT');
    }
    const header = parsed(parts[0]);
    const algorithm = Object.hasOwn(ALGORITHMS, header.alg) ? ALGORITHMS[header.alg] : null;
    if (algorithm === null || !TYPES.includes(header.typ)) {
      throw new Error('its typ or alg is another');
    }
    const jwk = await this.#keys.of(header.kid);
    if (!fits(jwk, header.alg, algorithm)) {
      throw new Error('its alg is not that of its key');
    }
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), ...algorithm.options };
    const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
    if (!verifySignature(algorithm.digest, signed, key, Buffer.from(parts[2], 'base64url'))) {
      throw new Error('its signature is wrong');
    }
    return this.#read(uri, parsed(parts[1]), etag);
  }

  async #read(uri, { sub, iss, iat, exp, ttl = SHORTEST_TTL, status_list: { bits, lst } }, etag) {
    if (sub !== uri || (iss ?? this.#issuer) !== this.#issuer) {
      throw new Error('it is another list');
    }
    if (![1, 2, 4, 8].includes(bits) || typeof lst !== 'string' || ![iat, exp, ttl].every(Number.isFinite)) {
      throw new Error('a claim is missing or malformed');
    }
    if (exp * 1000 <= this.#clock()) {
      throw new Error('it has expired');
    }
    const bytes = await unpack(Buffer.from(lst, 'base64url'), { maxOutputLength: MOST_STATUSES });
    return {
      etag,
      iat,
      exp,
      ttl: Math.min(Math.max(ttl, SHORTEST_TTL), LONGEST_TTL),
      statusOf(index) {
        const position = index * bits;
        const byte = bytes[Math.floor(position / 8)];
        return byte === undefined ? undefined : (byte >> (position % 8)) & ((1 << bits) - 1);
      },
    };
  }
}

/** Whether nothing is due yet. A clock that is set back makes it due: it could take hours otherwise. */
function isBetween(begin, now, end) {
  return begin <= now && now < end;
}

function isUsable(list, now) {
  return list !== null && list.exp * 1000 > now;
}

function parsed(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
