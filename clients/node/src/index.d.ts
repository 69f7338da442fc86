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
   * What is known about a token. The caller must refuse it from its `exp` on, without leeway: Redis forgets it then.
   *
   * @param jti claim `jti` of a verified token
   * @param issuedAt claim `iat`, seconds since 1970; without it a token from before Keycloak recorded its tokens is not noticed
   */
  check(jti: unknown, issuedAt?: number | null): Promise<Verdict>;
  /** What is known about a token with these verified claims; `exp` is checked without leeway. */
  checkClaims(claims: Claims): Promise<Verdict>;
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
      get?: (url: string, etag: string | null) => Promise<{ status: number; body: string; etag: string | null }>;
    },
  );
  /** What is known about a token with these verified claims; `exp` is checked without leeway. */
  checkClaims(claims: Claims): Promise<Verdict>;
}

/** Whether a request with such a token may go on. */
export function isAccepted(verdict: Verdict): boolean;

/**
 * Verifies signature, issuer, audience and times of a token, `exp` without leeway.
 *
 * For a token that must not be accepted it throws {@link InvalidToken}, or what jose throws: 401. Any other error says
 * nothing about the token: 503. The error is the `cause` of the {@link Refusal}.
 */
export type Verify = (token: string) => Claims | Promise<Claims>;

/** Thrown by a {@link Verify} for a token that must not be accepted: 401. */
export class InvalidToken extends Error {}

/** Thrown by a {@link Verify} that cannot verify just now, for example because it cannot fetch the issuer's keys: 503. */
export class CannotVerify extends Error {}

/** The answer to a request that must not go on. */
export class Refusal extends Error {
  constructor(status: 401 | 403 | 503, description: string, error?: string | null, scope?: string | null);
  readonly status: 401 | 403 | 503;
  /** `invalid_token` or `insufficient_scope` (RFC 6750); null without a token, and for 503. */
  readonly error: string | null;
  readonly scope: string | null;
  readonly headers: Record<string, string>;
  readonly body: Record<string, string>;
}

/** Verifies a token, and asks Redis whether it is revoked. */
export class Guard {
  /**
   * @param options `acceptBound`: take tokens bound to a key (claim `cnf`); the application then checks the proof of possession
   */
  constructor(verify: Verify, checker: RevocationChecker | StatusListChecker, options?: { acceptBound?: boolean });
  /** The claims of the token in the Authorization header; rejects with a {@link Refusal}. */
  authorize(header: string | undefined, scopes?: string[]): Promise<Claims>;
}

/** The scopes in the claim `scope`. */
export function scopesOf(claims: Claims): Set<string>;

/** The answer to a token with this verdict; null if the request may go on. */
export function refusalOf(verdict: Verdict): Refusal | null;
