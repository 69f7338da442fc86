/** Keys, certificates and DPoP proofs as clients/conformance/revocation-cases.json describes them. */

import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash, createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const base64url = (data) => Buffer.from(data).toString('base64url');
const sha256 = (data) => createHash('sha256').update(data).digest('base64url');

/** A new key with a certificate, PEM. */
export function makeCertificate(name) {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-key'));
  try {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const file = join(folder, 'key.pem');
    writeFileSync(file, key);
    const args = ['req', '-x509', '-key', file, '-subj', `/CN=${name}`, '-days', '1'];
    return { key, cert: execFileSync('openssl', args, { encoding: 'utf8' }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A client with a key and a certificate, and a thief with others. */
export class Holder {
  #keys = { own: generateKeyPairSync('ec', { namedCurve: 'P-256' }), other: generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  #url;
  #last;
  pairs = { own: makeCertificate('own'), other: makeCertificate('other') };
  certificates = { own: new X509Certificate(this.pairs.own.cert).raw, other: new X509Certificate(this.pairs.other.cert).raw };

  constructor(url) {
    this.#url = url;
  }

  #jwk(name = 'own') {
    const { crv, kty, x, y } = this.#keys[name].publicKey.export({ format: 'jwk' });
    return { crv, kty, x, y };
  }

  /** Claims of such a token. */
  binding(token) {
    // As Keycloak writes it: with a member of its own.
    const key = { jkt: sha256(JSON.stringify(this.#jwk())), 'kc-jkt-type': 'DPoP' };
    const certificate = { 'x5t#S256': sha256(this.certificates.own) };
    return {
      unbound: {},
      dpop: { typ: 'DPoP', cnf: key },
      certificate: { cnf: certificate },
      both: { typ: 'DPoP', cnf: { ...key, ...certificate } },
      'another binding': { cnf: { kid: 'key' } },
      'another use of the key': { typ: 'DPoP', cnf: { ...key, 'kc-jkt-type': 'other' } },
      'type DPoP alone': { typ: 'DPoP' },
    }[token];
  }

  proof(wanted, token) {
    if (wanted.text !== undefined) {
      return wanted.text;
    }
    if (!wanted.again) {
      this.#last = this.#signed(wanted, token);
    }
    return this.#last;
  }

  #signed({ key = 'own', iat = 0, ath, claims = {}, header = {} }, token) {
    const payload = {
      jti: randomUUID(),
      htm: 'GET',
      htu: this.#url,
      iat: Math.floor(Date.now() / 1000) + iat,
      ath: sha256(ath === 'other' ? 'another' : token),
      ...claims,
    };
    const head = { typ: 'dpop+jwt', alg: 'ES256', jwk: this.#jwk(key), ...header };
    if (head.jwk === 'own') {
      head.jwk = this.#jwk();
    } else if (head.jwk === 'private') {
      head.jwk = this.#keys[key].privateKey.export({ format: 'jwk' });
    }
    const kept = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
    const content = `${base64url(JSON.stringify(kept(head)))}.${base64url(JSON.stringify(kept(payload)))}`;
    return `${content}.${base64url(this.#signature(head, key, content))}`;
  }

  #signature({ alg, jwk }, key, content) {
    if (alg === 'none') {
      return '';
    }
    if (alg === 'HS256') {
      const secret = jwk?.k === undefined ? JSON.stringify(this.#jwk()) : Buffer.from(jwk.k, 'base64url');
      return createHmac('sha256', secret).update(content).digest();
    }
    return sign('sha256', Buffer.from(content), { key: this.#keys[key].privateKey, dsaEncoding: 'ieee-p1363' });
  }
}
