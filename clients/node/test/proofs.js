/** Keys, certificates and DPoP proofs as conformance/revocation-cases.json describes them. */

import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash, createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const base64url = (data) => Buffer.from(data).toString('base64url');
const sha256 = (data) => createHash('sha256').update(data).digest('base64url');

/** DER, of a new certificate. */
function makeCertificate(name) {
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null'];
  const pem = execFileSync('openssl', [...args, '-subj', `/CN=${name}`, '-days', '1'], { stdio: ['ignore', 'pipe', 'ignore'] });
  return new X509Certificate(pem).raw;
}

/** A client with a key and a certificate, and a thief with others. */
export class Holder {
  #keys = { own: generateKeyPairSync('ec', { namedCurve: 'P-256' }), other: generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  #url;
  #last;
  certificates = { own: makeCertificate('own'), other: makeCertificate('other') };

  constructor(url) {
    this.#url = url;
  }

  #jwk(name = 'own') {
    const { crv, kty, x, y } = this.#keys[name].publicKey.export({ format: 'jwk' });
    return { crv, kty, x, y };
  }

  /** Claims of such a token. */
  binding(token) {
    const key = { jkt: sha256(JSON.stringify(this.#jwk())) };
    const certificate = { 'x5t#S256': sha256(this.certificates.own) };
    return {
      unbound: {},
      dpop: { typ: 'DPoP', cnf: key },
      certificate: { cnf: certificate },
      both: { typ: 'DPoP', cnf: { ...key, ...certificate } },
      'another binding': { cnf: { kid: 'key' } },
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
