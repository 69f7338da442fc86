import type { Key, KeyChange, Members, RateLimit } from "./api";

/** Windows that the forms offer, in seconds: a second, a minute, an hour, a day. */
export const WINDOWS = [1, 60, 3_600, 86_400];

/** Rate limit, networks and metadata of a key as they are typed. */
export type Typed = { requests: string; seconds: number; networks: string; metadata: string };

export const NOTHING: Typed = { requests: "", seconds: 60, networks: "", metadata: "" };

/** Text keys of what is wrong, by field. */
export type Faults = Partial<Record<"requests" | "networks" | "metadata", string>>;

/** The longest values that the server takes: see RateLimit, AllowedNetworks and KeyMetadata. */
const MAX_REQUESTS = 100_000_000;
const MAX_NETWORKS = 50;
const MAX_ENTRIES = 20;
const MAX_VALUE = 200;
const MAX_TOTAL = 1_500;

/** A key as text for the form. */
export function typed(key: Pick<Key, "rateLimit" | "allowedNetworks" | "metadata">): Typed {
  return {
    requests: key.rateLimit === null ? "" : String(key.rateLimit.requests),
    seconds: key.rateLimit?.seconds ?? NOTHING.seconds,
    networks: (key.allowedNetworks ?? []).join("\n"),
    metadata: Object.entries(key.metadata)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
  };
}

/** The members that were typed, or what is wrong with them. */
export function read(text: Typed, most: RateLimit | null): { members: Members } | { faults: Faults } {
  const faults: Faults = {};
  const rateLimit = readLimit(text);
  if (rateLimit === undefined) {
    faults.requests = "bulwarkKeysErrorRequests";
  } else if (rateLimit !== null && most !== null && !isWithin(rateLimit, most)) {
    faults.requests = "bulwarkKeysErrorRealmLimit";
  }
  const networks = text.networks.split(/[\s,;]+/).filter(Boolean);
  if (networks.length > MAX_NETWORKS || !networks.every(isNetwork)) {
    faults.networks = "bulwarkKeysErrorNetworks";
  }
  const metadata = readMetadata(text.metadata);
  if (metadata === undefined) {
    faults.metadata = "bulwarkKeysErrorMetadata";
  }
  return rateLimit === undefined || metadata === undefined || Object.keys(faults).length > 0
    ? { faults }
    : { members: { rateLimit, allowedNetworks: networks.length === 0 ? null : networks, metadata } };
}

function readLimit({ requests, seconds }: Typed): RateLimit | null | undefined {
  const text = requests.trim();
  if (text === "") {
    return null;
  }
  const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= MAX_REQUESTS ? { requests: number, seconds } : undefined;
}

/** As the server decides: see RateLimit.isWithin. */
function isWithin(limit: RateLimit, most: RateLimit): boolean {
  return limit.requests <= most.requests && limit.seconds >= most.seconds;
}

/** Finds typing errors; the server looks closer. */
function isNetwork(text: string): boolean {
  const [address = "", bits, more] = text.split("/");
  const isIpv4 = /^(\d{1,3}\.){3}\d{1,3}$/.test(address) && address.split(".").every((octet) => Number(octet) <= 255);
  const isIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address);
  return (isIpv4 || isIpv6) && more === undefined && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIpv4 ? 32 : 128)));
}

function readMetadata(text: string): Record<string, string> | undefined {
  const entries = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => /^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,39})\s*=(.*)$/.exec(line));
  const values = new Map<string, string>();
  for (const entry of entries) {
    const [, name = "", value = ""] = entry ?? [];
    if (name === "" || values.has(name) || value.trim().length > MAX_VALUE) {
      return undefined;
    }
    values.set(name, value.trim());
  }
  const total = [...values].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return values.size > MAX_ENTRIES || total > MAX_TOTAL ? undefined : Object.fromEntries(values);
}

/** The members of a new key that are not left empty. */
export function chosen(members: Members): Partial<Members> {
  return {
    ...(members.rateLimit === null ? {} : { rateLimit: members.rateLimit }),
    ...(members.allowedNetworks === null ? {} : { allowedNetworks: members.allowedNetworks }),
    ...(Object.keys(members.metadata).length === 0 ? {} : { metadata: members.metadata }),
  };
}

/** The merge patch for what was changed in the form of a key, or what is wrong with it. */
export function readChange(key: Members, text: Typed, most: RateLimit | null): { change: KeyChange } | { faults: Faults } {
  const before = typed(key);
  const isLimit = text.requests !== before.requests || text.seconds !== before.seconds;
  const isNetworks = text.networks !== before.networks;
  const isMetadata = text.metadata !== before.metadata;
  const result = read(
    {
      requests: isLimit ? text.requests : "",
      seconds: text.seconds,
      networks: isNetworks ? text.networks : "",
      metadata: isMetadata ? text.metadata : "",
    },
    most,
  );
  if ("faults" in result) {
    return result;
  }
  const { rateLimit, allowedNetworks, metadata } = result.members;
  return {
    change: {
      ...(isLimit ? { rateLimit } : {}),
      ...(isNetworks ? { allowedNetworks } : {}),
      ...(isMetadata ? { metadata: { ...removed(key.metadata, metadata), ...metadata } } : {}),
    },
  };
}

function removed(before: Record<string, string>, after: Record<string, string>): Record<string, null> {
  const names = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  return Object.fromEntries(names.map((name) => [name, null]));
}
