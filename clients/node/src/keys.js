/** Names of keys, as Keycloak's redis-revocation-listener writes them. */

export const SLOTS = 16384;

/**
 * Whether an id may become part of a key. The rule leaves no room for braces, which choose a cluster's slot, white space
 * and control characters.
 */
export function isJti(jti) {
  return typeof jti === 'string' && /^[A-Za-z0-9\-._~:+/=@]{1,255}$/.test(jti);
}

export class Keys {
  constructor(prefix) {
    this.revoked = prefix + 'revoked:';
    this.prefix = prefix;
  }

  /** Watermark and epoch of one primary, by the lowest slot that it serves; null for a single server. */
  marks(slot) {
    return ['complete', 'epoch'].map((name) => `${this.prefix}revocation:${name}${tagged(slot)}`);
  }

  /** State of a realm, on the same primary. */
  state(slot, realm) {
    return `${this.prefix}revocation:realm${tagged(slot)}:${realm}`;
  }
}

function tagged(slot) {
  return slot === null ? '' : `:{${tagOfSlot(slot)}}`;
}

/** The realm of an issuer, the last segment of its path; null if there is none. */
export function realmOf(issuer) {
  if (typeof issuer !== 'string') {
    return null;
  }
  try {
    return decodeURIComponent(issuer.slice(issuer.lastIndexOf('/') + 1)) || null;
  } catch {
    return null;
  }
}

const tags = new Map();

/** The smallest number whose decimal text hashes to a slot. */
export function tagOfSlot(slot) {
  let tag = tags.get(slot);
  if (tag === undefined) {
    tag = 0;
    while (crc16(String(tag)) % SLOTS !== slot) {
      tag++;
    }
    tags.set(slot, tag);
  }
  return tag;
}

/** CRC-16/XMODEM of an ASCII text, as Redis Cluster uses it. */
export function crc16(text) {
  let crc = 0;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i) << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
    }
  }
  return crc;
}

/**
 * For each primary the lowest slot that it serves.
 *
 * @param {(slot: number) => string|undefined} owner names the primary of a slot
 * @throws {Error} if a slot is not served
 */
export function lowestSlots(owner) {
  const lowest = new Map();
  for (let slot = 0; slot < SLOTS; slot++) {
    const name = owner(slot);
    if (name === undefined) {
      throw new Error(`No node serves slot ${slot}.`);
    }
    if (!lowest.has(name)) {
      lowest.set(name, slot);
    }
  }
  return [...lowest.values()];
}
