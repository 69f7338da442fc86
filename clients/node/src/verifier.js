/** Verifies Keycloak's tokens with jose. */

import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { CannotVerify, InvalidToken } from './bearer.js';
import { bodyOf, get } from './http.js';

/** So long a key that the realm has disabled is trusted, and longer while the keys cannot be fetched. */
const KEY_LIFETIME = 300_000;
/** Fetches that may begin at once. Anybody can send tokens with keys that nobody has; a rotation needs one. */
const FETCHES = 3;
/** Until one more may begin. */
const FETCH_INTERVAL = 5_000;
const REQUIRED = ['exp', 'iat', 'sub', 'jti', 'iss', 'aud'];

/**
 * Verifies signature, issuer, audience and times of a token. One for an application.
 *
 * Any kind of token may have these: the guard looks at its kind (`typ`) and its binding (`cnf`).
 */
export class KeycloakVerifier {
  #options;
  #keys;
  #algorithms;

  constructor(
    issuer,
    audience,
    { jwksUrl = `${issuer}/protocol/openid-connect/certs`, algorithms = ['RS256', 'ES256', 'EdDSA'] } = {},
    { get: read = get, clock = () => performance.now() } = {},
  ) {
    if (algorithms.length === 0 || algorithms.some((name) => name === 'none' || name.startsWith('HS'))) {
      throw new RangeError('algorithms must be asymmetric ones');
    }
    this.#algorithms = algorithms;
    // No leeway on exp: Redis forgets a revoked token then. jose does not look at iat.
    this.#options = { issuer, audience, algorithms, requiredClaims: REQUIRED };
    this.#keys = new RealmKeys(jwksUrl, read, clock);
  }

  async verify(token) {
    const kid = this.#keyId(token);
    let jwk;
    try {
      jwk = await this.#keys.of(kid);
    } catch (problem) {
      if (problem instanceof CannotVerify) {
        this.#requireGoodClaims(token);
      }
      throw problem;
    }
    try {
      return (await jwtVerify(token, keySetOf(jwk), this.#options)).payload;
    } catch (problem) {
      throw invalid(problem);
    }
  }

  /** Refresh tokens of Keycloak have HS512: no key is fetched for them, whatever key they name. */
  #keyId(token) {
    let header;
    try {
      header = decodeProtectedHeader(token);
    } catch (problem) {
      throw invalid(problem);
    }
    if (!this.#algorithms.includes(header.alg) || typeof header.kid !== 'string') {
      throw new InvalidToken('The token is signed with another algorithm, or names no key');
    }
    return header.kid;
  }

  /** A token with other claims is invalid whatever its key. */
  #requireGoodClaims(token) {
    let claims;
    try {
      claims = decodeJwt(token);
    } catch (problem) {
      throw invalid(problem);
    }
    const { issuer, audience } = this.#options;
    const wanted = [audience].flat();
    const now = Date.now() / 1000;
    const good =
      REQUIRED.every((name) => claims[name] !== undefined) &&
      claims.iss === issuer &&
      [claims.aud].flat().some((name) => wanted.includes(name)) &&
      claims.exp > now &&
      !(claims.nbf > now);
    if (!good) {
      throw new InvalidToken('A claim of the token is missing or wrong');
    }
  }
}

function invalid(problem) {
  const told = problem instanceof errors.JWTExpired ? 'The token has expired' : 'The token cannot be verified';
  return new InvalidToken(told, { cause: problem });
}

const keySets = new WeakMap();

/** jose imports the key once, and looks at its type, curve, `alg` and `use`. */
function keySetOf(jwk) {
  let keySet = keySets.get(jwk);
  if (keySet === undefined) {
    keySet = createLocalJWKSet({ keys: [jwk] });
    keySets.set(jwk, keySet);
  }
  return keySet;
}

/**
 * The keys of a realm (RFC 7517). They are fetched when they are first needed, for a key that is unknown, and after 5
 * minutes: three times at once, and then once in 5 s. While they cannot be fetched, those that were fetched before stay
 * in use.
 */
export class RealmKeys {
  #url;
  #get;
  #clock;
  #keys = new Map();
  #fetched = -Infinity;
  #left = FETCHES;
  #counted;
  #fetching = null;
  #failure = new Error('no answer yet');

  constructor(url, read, clock) {
    this.#url = url;
    this.#get = read;
    this.#clock = clock;
    this.#counted = clock();
  }

  /**
   * The key with an id.
   *
   * @throws {InvalidToken} if the realm has no such key
   * @throws {CannotVerify} if nobody can tell, as the keys cannot be fetched
   */
  async of(kid) {
    const now = this.#clock();
    const age = now - this.#fetched;
    if (!this.#keys.has(kid) || age < 0 || age > KEY_LIFETIME) {
      // Of several callers one fetches. Those whose key is known do not wait for it.
      if (this.#fetching === null && this.#mayFetch(now)) {
        this.#fetching = this.#fetch().finally(() => {
          this.#fetching = null;
        });
        await this.#fetching;
      } else if (!this.#keys.has(kid)) {
        await this.#fetching;
      }
    }
    const key = this.#keys.get(kid);
    if (key === undefined && this.#failure !== null) {
      throw new CannotVerify(`The keys of the issuer cannot be fetched: ${this.#failure.message}`);
    }
    if (key === undefined) {
      throw new InvalidToken('The token is signed with an unknown key');
    }
    return key;
  }

  #mayFetch(now) {
    this.#left = Math.min(FETCHES, this.#left + Math.max(0, now - this.#counted) / FETCH_INTERVAL);
    this.#counted = now;
    if (this.#left < 1) {
      return false;
    }
    this.#left--;
    return true;
  }

  async #fetch() {
    try {
      const { keys } = JSON.parse(bodyOf(await this.#get(this.#url, null)));
      this.#keys = new Map(keys.filter(({ use = 'sig' }) => use === 'sig').map((key) => [key.kid, key]));
      this.#fetched = this.#clock();
      this.#failure = null;
    } catch (failure) {
      this.#failure = failure;
    }
  }
}
