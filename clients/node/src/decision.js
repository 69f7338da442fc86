/** The policy. Pure: what is known goes in, the verdict comes out. Times are milliseconds since 1970. */

/**
 * Decides.
 *
 * @param {{revoked: boolean, complete: number|null, since: number|null}|null} reading null if Redis did not answer
 * @param remembered its last answer; null if there is none
 * @param {number|null} issued null if unknown
 */
export function decide(reading, remembered, issued, now, options) {
  if (reading?.revoked) {
    return 'revoked';
  }
  const known = isKnown(reading, issued) && isKnown(remembered, issued);
  if (known && reading !== null && knows(reading, now, options)) {
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

/** Whether Redis is as complete as the options ask for. */
export function knows(reading, now, options) {
  return options.feedMaxAge === null || within(reading.complete, now, options.feedMaxAge);
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
