/** The policy. Pure: what is known goes in, the verdict comes out. Times are milliseconds since 1970. */

/**
 * Decides.
 *
 * @param {{revoked: boolean, heartbeat: number|null, complete: number|null, since: number|null}|null} reading null if
 * Redis did not answer
 * @param remembered its last answer; null if there is none
 * @param {number|null} issued null if unknown
 */
export function decide(reading, remembered, issued, now, options) {
  if (reading?.revoked) {
    return 'revoked';
  }
  const known = isKnown(reading, issued) && isKnown(remembered, issued);
  if (known && reading !== null && knows(reading.complete, now, options)) {
    return 'live';
  }
  if (remembered?.revoked) {
    return 'revoked';
  }
  const bound = options.staleness;
  if (bound === 0) {
    return 'unknown';
  }
  // A token that was not revoked at some time within the bound cannot have been revoked before that. It was not
  // revoked when it was issued, nor when Redis, complete until then, said so.
  const young =
    (known && (within(reading?.complete, now, bound) || within(remembered?.complete, now, bound))) ||
    within(issued, now, bound);
  return young ? 'live-stale' : 'unknown';
}

/** Whether a time of completeness is as near as the options ask for. */
export function knows(complete, now, options) {
  return options.feedMaxAge === null || within(complete, now, options.feedMaxAge);
}

/** What Redis says about a token; `state` is that of its realm, null if there is none. */
export function readingOf(jti, revoked, heartbeat, state) {
  if (state === null || state.doubtful.has(jti)) {
    return { revoked, heartbeat, complete: null, since: null };
  }
  const complete = heartbeat === null ? null : Math.min(heartbeat, state.held);
  return { revoked, heartbeat, complete, since: state.since };
}

/** Reads the state of a realm, `since held id…`; null if there is none, or if somebody else wrote it. */
export function parseState(text) {
  const [since, held, ...doubtful] = typeof text === 'string' ? text.split(' ') : [];
  const state = {
    since: parseTime(since),
    held: held === '-' ? Infinity : parseTime(held),
    doubtful: new Set(doubtful),
  };
  return state.since === null || state.held === null ? null : state;
}

/** What all primaries of a cluster together say of a realm; null if one of them says nothing. */
export function wholeState(states) {
  if (states.length === 0 || states.some((state) => state === null)) {
    return null;
  }
  return {
    since: Math.max(...states.map((state) => state.since)),
    held: Math.min(...states.map((state) => state.held)),
    doubtful: new Set(states.flatMap((state) => [...state.doubtful])),
  };
}

/** Whether Keycloak has a record of the token, so that its revocation would be in Redis. */
function isKnown(reading, issued) {
  return reading === null || issued === null || reading.since === null || issued >= reading.since;
}

/** A time far in the future means that the clocks differ: it says nothing. */
function within(time, now, bound) {
  return typeof time === 'number' && Math.abs(now - time) <= bound;
}

/** The number in a key of Keycloak's; null if there is none, or if somebody else wrote it. */
export function parseTime(text) {
  if (typeof text !== 'string' || !/^[+-]?[0-9]{1,19}$/.test(text)) {
    return null;
  }
  const number = Number(text);
  // Farther away a number is not exact, and no time either.
  return Math.abs(number) < 2 ** 63 ? number : null;
}

/** Whether the request may go on. */
export function isAccepted(verdict) {
  return verdict === 'live' || verdict === 'live-stale';
}
