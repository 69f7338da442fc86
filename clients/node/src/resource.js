/**
 * The API as its callers know it, and the tokens that are bound to a key or certificate.
 *
 * DPoP (RFC 9449) binds a token to a key, and each request brings a proof that its sender has the key. Mutual TLS (RFC
 * 8705) binds it to the certificate of the connection.
 */

import { X509Certificate, createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { EmbeddedJWK, calculateJwkThumbprint, decodeProtectedHeader, jwtVerify } from 'jose';
import { CannotVerify, InvalidProof, InvalidToken } from './bearer.js';

/** By so much the `iat` of a proof may be before or after the clock of this application. */
const WINDOW = 30_000;
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'];
/** Of a proof, or of a header with a certificate. */
const MOST_CHARACTERS = 8_192;
const MOST_PROOFS = 100_000;
const URL_PARTS = /^(https?):\/\/([^/?#@\s]+)(\/[^?#\s]*)?(?:[?#]\S*)?$/i;
const PORTS = { http: /:(?:80)?$/, https: /:(?:443)?$/ };
const KNOWN_BINDINGS = ['jkt', 'x5t#S256'];

/** One for an application, like its guard. */
export class Resource {
  #proxies;
  #clock;
  #spent = new SpentProofs();

  constructor(url, { certificateProxies = [] } = {}, { clock = Date.now } = {}) {
    if (typeof url !== 'string' || !URL_PARTS.test(url) || /\/$|[?#]/.test(url)) {
      throw new TypeError(`url must be https://host or https://host/path, without a slash at its end: ${url}`);
    }
    this.url = url;
    this.#clock = clock;
    this.#proxies = networksOf(certificateProxies);
  }

  /** Parameters of each `DPoP` challenge. */
  get challenge() {
    return { algs: ALGORITHMS.join(' ') };
  }

  /** The caller's certificate: that of the `connection`, or of a trusted proxy (`peer`) the one header `Client-Cert`. */
  certificateOf(peer, headers, connection = null) {
    const version = isIP(peer ?? '');
    if (version === 0 || !this.#proxies.check(peer, version === 4 ? 'ipv4' : 'ipv6')) {
      return connection;
    }
    return headers.length === 1 ? headers[0] : null;
  }

  /**
   * Returns what to {@link spend}: the proof of a token bound by DPoP; null for any other token.
   *
   * @throws {InvalidToken|InvalidProof} A token is accepted with the scheme of its kind only
   */
  async requirePossession(request, scheme, token, claims) {
    const binding = claims.cnf;
    if (binding !== undefined && !isKnown(binding)) {
      throw new InvalidToken('The token is bound in a way that is not checked here');
    }
    const key = binding?.jkt;
    if ((key !== undefined) !== (scheme === 'DPoP')) {
      // RFC 9449, 7.1 and 7.2
      throw new InvalidToken(key === undefined ? 'The token is not bound to a key' : 'The token is bound to a key');
    }
    if (binding?.['x5t#S256'] !== undefined) {
      requireCertificate(request.certificate ?? null, binding['x5t#S256']);
    }
    return key === undefined ? null : this.#requireProof(request, token, key);
  }

  /**
   * @throws {InvalidProof} for a proof that has been spent
   * @throws {CannotVerify} if nobody can tell
   */
  spend(proof) {
    if (!this.#spent.add(proof, this.#clock())) {
      throw new InvalidProof('The DPoP proof has been used before');
    }
  }

  async #requireProof({ dpop = [], method = '', target = '' }, token, key) {
    if (dpop.length !== 1) {
      throw new InvalidProof('The request must have one DPoP proof');
    }
    const { thumbprint, claims } = await readProof(dpop[0]);
    if (claims.htm !== method) {
      throw new InvalidProof('The DPoP proof is for another method');
    }
    const asked = target.startsWith('/') ? normalized(this.url + target) : null;
    if (asked === null || normalized(claims.htu) !== asked) {
      throw new InvalidProof('The DPoP proof is for another URL');
    }
    if (!(Math.abs(this.#clock() - claims.iat * 1000) <= WINDOW)) {
      throw new InvalidProof('The DPoP proof is too old, or from the future');
    }
    if (claims.ath !== sha256(token)) {
      throw new InvalidProof('The DPoP proof is for another token');
    }
    if (thumbprint !== key) {
      throw new InvalidToken('The token is bound to another key');
    }
    return `${thumbprint} ${claims.jti}`;
  }
}

/** Remembers proofs for as long as they would be accepted. */
class SpentProofs {
  /** In the order in which they are forgotten. */
  #until = new Map();

  add(proof, now) {
    for (const [digest, until] of this.#until) {
      if (until > now) {
        break;
      }
      this.#until.delete(digest);
    }
    const digest = sha256(proof);
    if (this.#until.has(digest)) {
      return false;
    }
    if (this.#until.size >= MOST_PROOFS) {
      throw new CannotVerify('More DPoP proofs than this process can remember');
    }
    // A proof from the future is accepted for twice as long as one of now.
    this.#until.set(digest, now + 2 * WINDOW + 1_000);
    return true;
  }
}

/** The thumbprint of the key that has signed it, and its claims. */
async function readProof(proof) {
  let header;
  let claims;
  try {
    header = decodeProtectedHeader(proof);
    if (proof.length > MOST_CHARACTERS || header.typ !== 'dpop+jwt') {
      throw new TypeError('it is too long, or no proof');
    }
    // jose sees to it that the key is a public one that fits the algorithm, and knows every critical extension.
    claims = (await jwtVerify(proof, EmbeddedJWK, { algorithms: ALGORITHMS })).payload;
  } catch (problem) {
    throw new InvalidProof('The DPoP proof is malformed, or its signature is wrong', { cause: problem });
  }
  const texts = ['jti', 'htm', 'htu', 'ath'].every((name) => typeof claims[name] === 'string' && claims[name] !== '');
  if (!texts || !Number.isFinite(claims.iat)) {
    throw new InvalidProof('The DPoP proof lacks a claim');
  }
  return { thumbprint: await calculateJwkThumbprint(header.jwk), claims };
}

/** The form in which URLs are compared (RFC 3986, 6.2.2 and 6.2.3), without query and fragment; null for none. */
function normalized(url) {
  const found = URL_PARTS.exec(url);
  if (found === null) {
    return null;
  }
  const scheme = found[1].toLowerCase();
  const authority = found[2].toLowerCase().replace(PORTS[scheme], '');
  // Each segment on its own: an escaped slash separates nothing.
  const path = (found[3] ?? '/').split('/').map(escaped).join('/');
  return `${scheme}://${authority}${path}`;
}

/** All but unreserved characters escaped, each byte in one form. */
function escaped(segment) {
  const bytes = [];
  for (const part of segment.split(/(%[0-9a-f]{2})/i)) {
    bytes.push(/^%[0-9a-f]{2}$/i.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part));
  }
  return Buffer.concat(bytes)
    .toString('latin1')
    .replace(/[^A-Za-z0-9_.~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Whether all of it can be checked here. Keycloak adds to `jkt` what the key is for. */
function isKnown(binding) {
  if (binding === null || typeof binding !== 'object' || (binding['kc-jkt-type'] ?? 'DPoP') !== 'DPoP') {
    return false;
  }
  const members = Object.keys(binding).filter((member) => member !== 'kc-jkt-type');
  return members.length > 0 && members.every((member) => KNOWN_BINDINGS.includes(member));
}

function requireCertificate(certificate, expected) {
  if (certificate === null) {
    throw new InvalidToken('The token is bound to a certificate, and the request has none');
  }
  let encoded;
  try {
    encoded = typeof certificate === 'string' ? derOf(certificate.trim()) : certificate;
  } catch (problem) {
    throw new InvalidToken('The token is bound to a certificate, and that of the request cannot be read', { cause: problem });
  }
  if (sha256(encoded) !== expected) {
    throw new InvalidToken('The token is bound to another certificate');
  }
}

/** `:BASE64:` of the DER form (RFC 9440), or the PEM form, which nginx percent-encodes. */
function derOf(text) {
  if (text.length > 2 * MOST_CHARACTERS) {
    throw new RangeError('too long');
  }
  if (text.length > 2 && text.startsWith(':') && text.endsWith(':')) {
    return new X509Certificate(Buffer.from(text.slice(1, -1), 'base64')).raw;
  }
  return new X509Certificate(decodeURIComponent(text)).raw;
}

function networksOf(proxies) {
  const networks = new BlockList();
  for (const proxy of proxies) {
    const [address, bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    try {
      if (bits === undefined) {
        networks.addAddress(address, family);
      } else {
        networks.addSubnet(address, /^\d+$/.test(bits) ? Number(bits) : -1, family);
      }
    } catch {
      throw new TypeError(`certificateProxies must be addresses or networks: ${proxy}`);
    }
  }
  return networks;
}

function sha256(data) {
  return createHash('sha256').update(data).digest('base64url');
}
