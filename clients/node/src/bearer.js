/** Bearer tokens (RFC 6750) without a web framework: header in, claims or a refusal out. */

import { isAccepted } from './decision.js';

const DESCRIPTIONS = {
  revoked: 'The token has been revoked',
  expired: 'The token has expired',
  malformed: 'The token has no jti or exp that could be checked',
};

/** The answer to a request that must not go on. */
export class Refusal extends Error {
  constructor(status, description, error = null, scope = null) {
    super(description);
    this.name = 'Refusal';
    this.status = status;
    this.error = error;
    this.scope = scope;
  }

  /** Headers of the answer. */
  get headers() {
    if (this.status === 503) {
      return { 'Cache-Control': 'no-store', 'Retry-After': '5' };
    }
    const parameters = [];
    if (this.error !== null) {
      parameters.push(`error="${this.error}"`, `error_description="${this.message}"`);
    }
    if (this.scope !== null) {
      parameters.push(`scope="${this.scope}"`);
    }
    return { 'Cache-Control': 'no-store', 'WWW-Authenticate': ['Bearer', parameters.join(', ')].join(' ').trim() };
  }

  /** Body of the answer. */
  get body() {
    return this.error === null ? { error_description: this.message } : { error: this.error, error_description: this.message };
  }
}

const invalidToken = (description) => new Refusal(401, description, 'invalid_token');
const unavailable = () => new Refusal(503, 'It cannot be told just now whether the token is good');

/** The verifier has found that the token must not be accepted. */
export class InvalidToken extends Error {}

/** The verifier cannot verify just now, for example because it cannot fetch the issuer's keys. */
export class CannotVerify extends Error {}

/** Codes of jose for a token that must not be accepted. Its other errors are about the keys, or about fetching them. */
const JOSE_CODES = /^ERR_(JW[ST]_.+|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE_MATCHING_KEYS|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED)$/;

function isAboutToken(problem) {
  return problem instanceof InvalidToken || JOSE_CODES.test(problem?.code);
}

/** The scopes in the claim `scope`. */
export function scopesOf(claims) {
  return new Set(typeof claims.scope === 'string' ? claims.scope.split(' ').filter(Boolean) : []);
}

/** The answer to a token with this verdict; null if the request may go on. */
export function refusalOf(verdict) {
  if (isAccepted(verdict)) {
    return null;
  }
  return verdict === 'unknown' ? unavailable() : invalidToken(DESCRIPTIONS[verdict]);
}

/** Verifies a token, and asks Redis whether it is revoked. */
export class Guard {
  #verify;
  #checker;
  #acceptBound;

  constructor(verify, checker, { acceptBound = false } = {}) {
    this.#verify = verify;
    this.#checker = checker;
    this.#acceptBound = acceptBound;
  }

  /** The claims of the token in the Authorization header; throws a {@link Refusal}. */
  async authorize(header, scopes = []) {
    const claims = await this.#verified(tokenOf(header));
    // Keycloak writes "bearer" for clients that want the type in lower case.
    const type = typeof claims.typ === 'string' ? claims.typ.toLowerCase() : '';
    if (type !== 'bearer' && !(type === 'dpop' && this.#acceptBound)) {
      throw invalidToken('The token is not an access token');
    }
    if (claims.cnf !== undefined && !this.#acceptBound) {
      throw invalidToken('The token is bound to a key that is not checked here');
    }
    const refusal = refusalOf(await this.#checker.checkClaims(claims));
    if (refusal !== null) {
      throw refusal;
    }
    const granted = scopesOf(claims);
    if (!scopes.every((scope) => granted.has(scope))) {
      throw new Refusal(403, 'The token lacks a scope that this needs', 'insufficient_scope', scopes.join(' '));
    }
    return claims;
  }

  async #verified(token) {
    try {
      return await this.#verify(token);
    } catch (problem) {
      const refusal = isAboutToken(problem) ? invalidToken('The token cannot be verified') : unavailable();
      refusal.cause = problem;
      throw refusal;
    }
  }
}

function tokenOf(header) {
  const parts = typeof header === 'string' ? header.trim().split(/ +/) : [];
  if (parts[0]?.toLowerCase() !== 'bearer') {
    throw new Refusal(401, 'A bearer token is required');
  }
  if (parts.length !== 2 || !/^[A-Za-z0-9\-._~+/=]+$/.test(parts[1])) {
    throw invalidToken('The bearer token is malformed');
  }
  return parts[1];
}
