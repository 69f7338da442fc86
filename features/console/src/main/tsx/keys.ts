import type { Key } from "./api";

export type State = "active" | "ending" | "inactive" | "expired" | "replaced";

export type ListedKey = Key & { state: State; replaces: Key | undefined };

/** The keys with their states, in the same order. */
export function withStates<K extends Key>(keys: K[], now: number): (K & ListedKey)[] {
  return keys.map((key) => ({ ...key, state: stateOf(key, now), replaces: keys.find((other) => other.replacedBy === key.id) }));
}

/** The keys with their states, newest first. */
export function describe(keys: Key[], now: number): ListedKey[] {
  return withStates(keys, now).sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}

/** As the server decides: see ApiKeyData.stateAt. */
function stateOf(key: Key, now: number): State {
  if (!key.active) {
    return "inactive";
  }
  if (key.graceUntil !== null && Date.parse(key.graceUntil) <= now) {
    return "replaced";
  }
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= now) {
    return "expired";
  }
  return key.graceUntil === null ? "active" : "ending";
}

/** Whether a key counts towards the limit of the realm, active or not: see KeyRoom.requireForImported. */
export function isCounted(key: Key, now: number): boolean {
  return key.graceUntil === null && (key.expiresAt === null || Date.parse(key.expiresAt) > now);
}

/** The keys in which every word of the search occurs. */
export function search(keys: ListedKey[], text: string, describeScope: (name: string) => string): ListedKey[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return keys.filter((key) => {
    const searched = [key.name, key.prefix, ...key.scopes, ...key.scopes.map(describeScope)].join("\n").toLocaleLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

const DAY = 86_400_000;

export type Expiry = { days: number } | { date: string } | "never";

/** The choices of days that the realm's limit allows; the limit itself where it is shorter than all. */
export function presets(maxDays: number): number[] {
  const usual = [7, 30, 90];
  if (maxDays === 0) {
    return usual;
  }
  const allowed = usual.filter((days) => days <= maxDays);
  return allowed.length === 0 ? [maxDays] : allowed;
}

/** 30 days, or the longest choice where the realm allows less. */
export function defaultDays(maxDays: number): number {
  const choices = presets(maxDays);
  return choices.includes(30) ? 30 : (choices.at(-1) ?? maxDays);
}

/** The end of a key; undefined when the date is missing, over, or beyond the realm's limit. */
export function endOf(expiry: Expiry, maxDays: number, now: number): Date | null | undefined {
  if (expiry === "never") {
    return null;
  }
  if ("days" in expiry) {
    return new Date(now + expiry.days * DAY);
  }
  const end = new Date(`${expiry.date}T23:59:59`);
  if (Number.isNaN(end.getTime()) || end.getTime() <= now) {
    return undefined;
  }
  return maxDays > 0 && end.getTime() > now + maxDays * DAY ? undefined : end;
}

/** The last moment at which a key with this end works: a key that ends with a day works on no other one. */
export function lastMoment(end: string): Date {
  return new Date(Date.parse(end) - 1);
}

/** A day in the form of a date field, in local time. */
export function localDay(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The last day whose end is within the realm's limit; undefined where there is none. */
export function lastDay(maxDays: number, now: number): string | undefined {
  return maxDays === 0 ? undefined : localDay(new Date(now + (maxDays - 1) * DAY));
}

/** The key of the text about a date that is over, or beyond the realm's limit. */
export function dateError(maxDays: number): string {
  if (maxDays === 0) {
    return "bulwarkKeysErrorDate";
  }
  return maxDays === 1 ? "bulwarkKeysErrorDateToday" : "bulwarkKeysErrorDateMax";
}
