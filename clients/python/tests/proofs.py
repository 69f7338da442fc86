"""Keys, certificates and DPoP proofs as clients/conformance/revocation-cases.json describes them."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from jwt.algorithms import ECAlgorithm


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def make_certificate(name: str) -> bytes:
    """DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    return made.public_bytes(Encoding.DER)


class Holder:
    """A client with a key and a certificate, and a thief with others."""

    def __init__(self, resource: str, target: str) -> None:
        self._keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("own", "other")}
        self.certificates = {name: make_certificate(name) for name in ("own", "other")}
        self._url = resource + target
        self._last = ""

    def jwk(self, name: str = "own") -> dict[str, Any]:
        jwk: dict[str, Any] = ECAlgorithm.to_jwk(self._keys[name].public_key(), as_dict=True)
        return jwk

    def binding(self, token: str) -> dict[str, Any]:
        """Claims of such a token."""
        members = json.dumps({name: self.jwk()[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
        # As Keycloak writes it: with a member of its own.
        key = {"jkt": base64url(hashlib.sha256(members.encode()).digest()), "kc-jkt-type": "DPoP"}
        certificate = {"x5t#S256": base64url(hashlib.sha256(self.certificates["own"]).digest())}
        claims: dict[str, dict[str, Any]] = {
            "unbound": {},
            "dpop": {"typ": "DPoP", "cnf": key},
            "certificate": {"cnf": certificate},
            "both": {"typ": "DPoP", "cnf": key | certificate},
            "another binding": {"cnf": {"kid": "key"}},
            "another use of the key": {"typ": "DPoP", "cnf": key | {"kc-jkt-type": "other"}},
            "type DPoP alone": {"typ": "DPoP"},
        }
        return claims[token]

    def proof(self, wanted: dict[str, Any], token: str) -> str:
        if "text" in wanted:
            return str(wanted["text"])
        if not wanted.get("again"):
            self._last = self._sign(wanted, token)
        return self._last

    def _sign(self, wanted: dict[str, Any], token: str) -> str:
        proven = "another" if wanted.get("ath") == "other" else token
        name = wanted.get("key", "own")
        claims = {
            "jti": str(uuid.uuid4()),
            "htm": "GET",
            "htu": self._url,
            "iat": int(time.time()) + wanted.get("iat", 0),
            "ath": base64url(hashlib.sha256(proven.encode()).digest()),
        } | wanted.get("claims", {})
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk(name)} | wanted.get("header", {})
        if header["jwk"] == "own":
            header["jwk"] = self.jwk()
        elif header["jwk"] == "private":
            header["jwk"] = ECAlgorithm.to_jwk(self._keys[name], as_dict=True)
        keys: dict[str, Any] = {"none": None, "HS256": json.dumps(self.jwk())}
        if isinstance(header["jwk"], dict) and "k" in header["jwk"]:
            keys["HS256"] = base64.urlsafe_b64decode(header["jwk"]["k"] + "==")
        kept = {name: value for name, value in claims.items() if value is not None}
        headers = {name: value for name, value in header.items() if value is not None or name == "typ"}
        return jwt.encode(kept, keys.get(header["alg"], self._keys[name]), header["alg"], headers=headers)
