/** What a check says about a token. */
export type Verdict = 'live' | 'live-stale' | 'revoked' | 'expired' | 'malformed' | 'unknown';

/** What the last contact with Redis said. */
export type Status = 'not-asked' | 'knowing' | 'unfed' | 'away';

/** Claims of a verified token. */
export interface Claims {
  [name: string]: unknown;
  sub?: string;
  jti?: string;
  exp?: number;
  iat?: number;
  scope?: string;
}

/** Options of a checker. Times are milliseconds. */
export interface Options {
  /** As set at Keycloak's `redis-connection`; 64 printable ASCII characters at most, no space. Default: empty. */
  prefix?: string;
  /** How far Redis may be behind Keycloak for an answer to count, 3,000 to 3,600,000; null trusts Redis blindly. Default: 60,000. */
  feedMaxAge?: number | null;
  /** 0 fails closed (default). 1,000 to 3,600,000: while Redis cannot tell, accept a token if no revocation older than this can be missed. */
  staleness?: number;
  /** For how many tokens the last answer is kept for bounded staleness, 1 to 10,000,000. Default: 10,000. */
  rememberedTokens?: number;
  /** Time between two attempts to reach a Redis that is away, 50 to 60,000. Default: 500. */
  retryInterval?: number;
  /** Longest wait for an answer, 10 to 60,000. Default: 500. */
  commandTimeout?: number;
  /** How many answers are kept in this process, 0 (off, default) to 10,000,000. */
  nearCacheSize?: number;
  /** Longest use of such an answer, 50 to 300,000; shorter than feedMaxAge. A revocation takes effect that much later at most. Default: 1,000. */
  nearCacheMaxAge?: number;
}

/** Receives one line at each change of the status. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** A client of ioredis (`Redis`, `Cluster`) or of node-redis 5 (client or cluster). */
export type RedisClient =
  | { mget(keys: string[]): Promise<(string | null)[]>; exists(key: string): Promise<number> }
  | { mGet(keys: string[]): Promise<unknown>; exists(key: string): Promise<unknown> };

/**
 * Tells whether a token is revoked, in one round trip to the Redis that Keycloak feeds. One for an application.
 *
 * Check a token after its signature, issuer, audience and times are verified. No check rejects because of Redis, or waits
 * longer than the time-out.
 */
export class RevocationChecker {
  /**
   * @param client stays the application's to close. If it has no listener for `error`, it gets one: without it,
   *   node-redis ends the process when Redis restarts
   * @param more `clock` tells milliseconds since 1970 (default `Date.now`); `log` defaults to `console`
   * @throws {RangeError} for an option out of its range
   * @throws {TypeError} for a client that is neither of ioredis nor of node-redis, or that reads from replicas
   */
  constructor(client: RedisClient, options?: Options, more?: { clock?: () => number; log?: Log });
  /** What the last contact with Redis said. It asks nobody, so it is as old as the last check or probe. */
  readonly status: Status;
  /**
   * The status, for a health check. It asks Redis while the status is `unfed` or `away`, at most once in
   * `retryInterval`. So an application that gets no requests any more notices that Redis is back.
   */
  probe(): Promise<Status>;
  /**
   * What is known about a token with these verified claims: all of them, as `iss` tells its realm. `exp` is checked
   * without leeway. Without `iat`, a token from before Keycloak recorded its tokens is not noticed.
   */
  check(claims: Claims): Promise<Verdict>;
  /** Ends what runs in the background. */
  close(): void;
}

/**
 * Tells whether a token is revoked by the Token Status List that its claim `status` names, for an application that does
 * not reach Redis. One for an application.
 *
 * No check rejects because of Keycloak, or waits longer than 6 s: for the keys and the list, 3 s each.
 */
export class StatusListChecker {
  /**
   * @param issuer the realm's URL; only its own lists are fetched, whatever a token names
   * @param options `jwksUrl`: where the keys are; `retryInterval`: milliseconds between two attempts to reach Keycloak,
   *   50 to 60,000, default 500
   * @param more `clock` tells milliseconds since 1970; `log` defaults to `console`; `get` sends the requests
   * @throws {RangeError} for an option out of its range
   */
  constructor(
    issuer: string,
    options?: { jwksUrl?: string; retryInterval?: number },
    more?: {
      clock?: () => number;
      log?: Pick<Log, 'warn'>;
      get?: Get;
    },
  );
  /** What is known about a token with these verified claims; `exp` is checked without leeway. */
  check(claims: Claims): Promise<Verdict>;
}

/** Whether a request with such a token may go on. */
export function isAccepted(verdict: Verdict): boolean;

/**
 * Verifies signature, issuer, audience and times of a token, `exp` without leeway. The guard looks at the kind of the
 * token (`typ`) and at its binding (`cnf`).
 */
export interface TokenVerifier {
  /**
   * Rejects with {@link InvalidToken} for a token that must not be accepted: 401. Any other error says nothing about the
   * token: 503. It is the `cause` of the {@link Refusal}.
   */
  verify(token: string): Claims | Promise<Claims>;
}

/**
 * Verifies Keycloak's tokens with jose. One for an application.
 *
 * The keys of the realm are fetched when they are first needed, for a token that names an unknown key, and after 5
 * minutes: three times at once, and then once in 5 s. Beyond that the last fetch decides about an unknown key. If it
 * succeeded, the token is invalid. If it failed, a token whose claims are good cannot be verified. While the keys cannot
 * be fetched, those that were fetched before stay in use.
 */
export class KeycloakVerifier implements TokenVerifier {
  /**
   * @param issuer the realm's URL, `https://sso.example.org/realms/app`
   * @param options `jwksUrl`: where the keys are; `algorithms`: RS256, ES256 and EdDSA by default
   * @param more for tests: `get` sends the requests, `clock` tells milliseconds
   * @throws {RangeError} for an algorithm that is not asymmetric
   */
  constructor(
    issuer: string,
    audience: string | string[],
    options?: { jwksUrl?: string; algorithms?: string[] },
    more?: { get?: Get; clock?: () => number },
  );
  verify(token: string): Promise<Claims>;
}

/** Sends GET, with `If-None-Match` if there is an ETag. */
export type Get = (url: string, etag: string | null) => Promise<{ status: number; body: string; etag: string | null }>;

/** Thrown by a {@link TokenVerifier} for a token that must not be accepted. The message goes to the caller: printable ASCII without quotation marks. */
export class InvalidToken extends Error {}

/** Thrown by a {@link TokenVerifier} that cannot verify just now, for example because it cannot fetch the issuer's keys. */
export class CannotVerify extends Error {}

/** The request does not prove that its sender has the key of the token. */
export class InvalidProof extends Error {}

/** What a guard reads of an HTTP request. */
export interface GuardedRequest {
  /** All values of the header `Authorization`. */
  authorization?: string[];
  /** All values of the header `DPoP`. */
  dpop?: string[];
  /** As sent, such as `GET`. */
  method?: string;
  /** The path, percent-encoded as sent; a query is not looked at. */
  target?: string;
  /** The caller's certificate: DER, or the value of a header of a trusted proxy; null if there is none. */
  certificate?: Uint8Array | string | null;
}

/**
 * This API as its callers know it. One for an application, like its guard.
 *
 * A guard that has a resource accepts tokens that are bound to a key or certificate, and each of them only with its proof
 * of possession. A proof counts once: this process remembers its `jti` while its `iat` is acceptable.
 */
export class Resource {
  /**
   * @param url the address at which callers reach the application, such as `https://api.example.org`. Behind a proxy that
   *   removes a part of the path, that part belongs to it. No header of a request changes it
   * @param options `certificateProxies`: addresses or networks whose header `Client-Cert` is trusted
   * @param more `clock` tells milliseconds since 1970
   * @throws {TypeError} for what is no such URL, address or network
   */
  constructor(url: string, options?: { certificateProxies?: string[] }, more?: { clock?: () => number });
  readonly url: string;
  /** Parameters of each `DPoP` challenge. */
  readonly challenge: Record<string, string>;
  /** The caller's certificate: that of the `connection`, or of a trusted proxy (`peer`) the one header `Client-Cert`. */
  certificateOf(peer: string | undefined, headers: string[], connection?: Uint8Array | null): Uint8Array | string | null;
}

/** The answer to a request that must not go on. */
export class Refusal extends Error {
  constructor(status: 401 | 403 | 503, description: string, error?: string | null, scope?: string | null);
  readonly status: 401 | 403 | 503;
  /** `invalid_token`, `insufficient_scope` (RFC 6750) or `invalid_dpop_proof` (RFC 9449); null without a token, and for 503. */
  readonly error: string | null;
  readonly scope: string | null;
  /** How the token was sent: `Bearer` or `DPoP`. */
  readonly scheme: string;
  /** Value of `WWW-Authenticate`; null for 503. */
  readonly challenge: string | null;
  readonly headers: Record<string, string>;
  readonly body: Record<string, string>;
  /** Whether the request had no token at all. */
  readonly isForMissingToken: boolean;
}

/** Verifies a token, and asks Redis whether it is revoked. */
export class Guard {
  /**
   * @param options `resource`: without it, a token that is bound to a key or certificate is refused. With it, such a token
   *   is accepted with its proof of possession
   */
  constructor(verifier: TokenVerifier, checker: RevocationChecker | StatusListChecker, options?: { resource?: Resource | null });
  readonly resource: Resource | null;
  /** The claims of the request's token; rejects with a {@link Refusal}. */
  authorize(request: GuardedRequest, scopes?: string[]): Promise<Claims>;
  /** The claims of a token that the application itself holds; rejects with a {@link Refusal}, also for a bound token. */
  authorizeToken(token: string, scopes?: string[]): Promise<Claims>;
}

/** The scopes in the claim `scope`. */
export function scopesOf(claims: Claims): Set<string>;

/** The answer to a token with this verdict; null if the request may go on. */
export function refusalOf(verdict: Verdict): Refusal | null;
