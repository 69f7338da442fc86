/** Access tokens (RFC 6750, RFC 9449) without a web framework: a request in, claims or a refusal out. */

import { isAccepted } from './decision.js';

const DESCRIPTIONS = {
  revoked: 'The token has been revoked',
  expired: 'The token has expired',
  malformed: 'The token has no jti or exp that could be checked',
};

const challengeOf = (scheme, parameters) =>
  [scheme, Object.entries(parameters).map(([name, value]) => `${name}="${value}"`).join(', ')].join(' ').trim();

/** The answer to a request that must not go on. */
export class Refusal extends Error {
  /** How the token was sent: `Bearer` or `DPoP`. */
  scheme = 'Bearer';
  /** That of the guard which refuses. */
  resource = null;

  constructor(status, description, error = null, scope = null) {
    super(description);
    this.name = 'Refusal';
    this.status = status;
    this.error = error;
    this.scope = scope;
  }

  /** Value of `WWW-Authenticate`; null for 503. */
  get challenge() {
    if (this.status === 503) {
      return null;
    }
    const parameters = this.error === null ? {} : { error: this.error, error_description: this.message };
    if (this.scope !== null) {
      parameters.scope = this.scope;
    }
    const dpop = this.resource?.challenge;
    if (this.scheme === 'DPoP') {
      return challengeOf('DPoP', { ...parameters, ...dpop });
    }
    const bearer = challengeOf('Bearer', parameters);
    // RFC 9449, 7.2: both, where either would do.
    return dpop !== undefined && this.status === 401 ? `${bearer}, ${challengeOf('DPoP', dpop)}` : bearer;
  }

  /** Headers of the answer. */
  get headers() {
    const { challenge } = this;
    const more = challenge === null ? { 'Retry-After': '5' } : { 'WWW-Authenticate': challenge };
    return { 'Cache-Control': 'no-store', ...more };
  }

  /** Body of the answer. */
  get body() {
    return this.error === null ? { error_description: this.message } : { error: this.error, error_description: this.message };
  }

  /** Whether the request had no token at all. */
  get isForMissingToken() {
    return this.status === 401 && this.error === null;
  }
}

const invalidToken = (description) => new Refusal(401, description, 'invalid_token');
const unavailable = () => new Refusal(503, 'It cannot be told just now whether the token is good');

/** The verifier has found that the token must not be accepted. */
export class InvalidToken extends Error {}

/** The verifier cannot verify just now, for example because it cannot fetch the issuer's keys. */
export class CannotVerify extends Error {}

/** The request does not prove that its sender has the key of the token. */
export class InvalidProof extends Error {}

const PROBLEMS = [InvalidToken, InvalidProof, CannotVerify];

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
  #verifier;
  #checker;

  constructor(verifier, checker, { resource = null } = {}) {
    this.#verifier = verifier;
    this.#checker = checker;
    /** The API as its callers know it. With one, tokens that are bound to a key or certificate are accepted. */
    this.resource = resource;
  }

  /** The claims of the request's token; rejects with a {@link Refusal}. */
  async authorize(request, scopes = []) {
    let scheme = 'Bearer';
    try {
      let token;
      [scheme, token] = credentialsOf(request.authorization ?? [], this.resource === null ? ['Bearer'] : ['Bearer', 'DPoP']);
      return await this.#authorize(token, scheme, request, scopes);
    } catch (problem) {
      throw this.#refused(problem, scheme);
    }
  }

  /** The claims of a token that the application itself holds; rejects with a {@link Refusal}, also for a bound token. */
  async authorizeToken(token, scopes = []) {
    try {
      return await this.#authorize(token, 'Bearer', null, scopes);
    } catch (problem) {
      throw this.#refused(problem, 'Bearer');
    }
  }

  async #authorize(token, scheme, request, scopes) {
    const claims = await this.#verified(token);
    const checked = this.resource !== null && request !== null;
    requireAccessToken(claims, checked);
    const proof = checked ? await this.resource.requirePossession(request, scheme, token, claims) : null;
    const refusal = refusalOf(await this.#checker.check(claims));
    if (refusal !== null) {
      throw refusal;
    }
    if (proof !== null) {
      this.resource.spend(proof);
    }
    const granted = scopesOf(claims);
    if (!scopes.every((scope) => granted.has(scope))) {
      throw new Refusal(403, 'The token lacks a scope that this needs', 'insufficient_scope', scopes.join(' '));
    }
    return claims;
  }

  async #verified(token) {
    try {
      return await this.#verifier.verify(token);
    } catch (problem) {
      throw problem instanceof InvalidToken ? problem : new CannotVerify('The verifier has failed', { cause: problem });
    }
  }

  #refused(problem, scheme) {
    if (!(problem instanceof Refusal || PROBLEMS.some((kind) => problem instanceof kind))) {
      return problem;
    }
    const refusal = problem instanceof Refusal ? problem : this.#refusalFor(problem);
    if (refusal !== problem) {
      refusal.cause = problem;
    }
    if (refusal.scheme === 'Bearer') {
      refusal.scheme = scheme;
    }
    refusal.resource = this.resource;
    return refusal;
  }

  #refusalFor(problem) {
    if (problem instanceof InvalidProof) {
      return new Refusal(401, problem.message, 'invalid_dpop_proof');
    }
    return problem instanceof InvalidToken ? invalidToken(problem.message) : unavailable();
  }
}

/**
 * Keycloak says the kind in the claim `typ`: `Bearer`, or `DPoP` for a token that DPoP binds. It writes `bearer` for
 * clients that want the type in lower case. A token with the claim `cnf` is bound to a certificate or key.
 */
function requireAccessToken(claims, bound) {
  const type = typeof claims.typ === 'string' ? claims.typ.toLowerCase() : '';
  if (type !== 'bearer' && !(type === 'dpop' && claims.cnf?.jkt !== undefined)) {
    throw new InvalidToken('The token is not an access token');
  }
  if (claims.cnf !== undefined && !bound) {
    throw new InvalidToken('The token is bound to a key that is not checked here');
  }
}

/** Scheme and token of the values of `Authorization`. */
function credentialsOf(values, schemes) {
  if (values.length > 1) {
    throw invalidToken('The request has more than one Authorization header');
  }
  const parts = (values[0] ?? '').trim().split(/ +/);
  const scheme = schemes.find((known) => known.toLowerCase() === parts[0].toLowerCase());
  if (scheme === undefined) {
    throw new Refusal(401, 'An access token is required');
  }
  if (parts.length !== 2 || !/^[A-Za-z0-9\-._~+/=]+$/.test(parts[1])) {
    const malformed = invalidToken('The access token is malformed');
    malformed.scheme = scheme;
    throw malformed;
  }
  return [scheme, parts[1]];
}

/**
 * What a guard reads of a request of Node.
 *
 * @param {import('node:http').IncomingMessage} message
 * @param {string} target its path as it was sent, whatever a router has made of it
 */
export function requestOf(message, target, { resource }) {
  // Node's own `headers` drops a second Authorization.
  const values = (name) => message.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1].toLowerCase() === name);
  const { socket } = message;
  return {
    authorization: values('authorization'),
    dpop: values('dpop'),
    method: message.method,
    target,
    certificate: resource?.certificateOf(socket.remoteAddress, values('client-cert'), certificateOf(socket)) ?? null,
  };
}

/** DER; null without one. The handshake has proven its key, and a token names one certificate: no authority is needed. */
function certificateOf(socket) {
  return socket.getPeerCertificate?.()?.raw ?? null;
}
