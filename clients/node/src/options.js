/** Options of a checker. Times are milliseconds. */

const DEFAULTS = {
  prefix: '',
  feedMaxAge: 60_000,
  staleness: 0,
  rememberedTokens: 10_000,
  retryInterval: 500,
  commandTimeout: 500,
  nearCacheSize: 0,
  nearCacheMaxAge: 1_000,
};

const RANGES = {
  feedMaxAge: [3_000, 3_600_000],
  staleness: [1_000, 3_600_000],
  rememberedTokens: [1, 10_000_000],
  retryInterval: [50, 60_000],
  commandTimeout: [10, 60_000],
  nearCacheSize: [0, 10_000_000],
  nearCacheMaxAge: [50, 300_000],
};

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} for a value out of its range, and for an unknown option; the message names the option
 */
export function optionsOf(given = {}) {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new RangeError(`${name} is no option of the checker`);
    }
  }
  const options = { ...DEFAULTS, ...given };
  if (typeof options.prefix !== 'string' || !/^[!-~]{0,64}$/.test(options.prefix)) {
    throw new RangeError('prefix must be at most 64 printable ASCII characters without white space');
  }
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = options[name];
    const off = (name === 'feedMaxAge' && value === null) || (name === 'staleness' && value === 0);
    if (!off && !(typeof value === 'number' && value >= least && value <= most)) {
      throw new RangeError(`${name} must be ${least} to ${most}, not ${value}`);
    }
  }
  if (options.staleness > 0 && options.feedMaxAge === null) {
    throw new RangeError('staleness needs feedMaxAge: without it nobody knows how old an answer is');
  }
  if (options.nearCacheSize > 0 && options.feedMaxAge !== null && options.feedMaxAge <= options.nearCacheMaxAge) {
    throw new RangeError('nearCacheMaxAge must be shorter than feedMaxAge: an answer may be that old');
  }
  return Object.freeze(options);
}
