"""The API as its callers know it, and the tokens that are bound to a key or certificate (extra ``jwt``).

DPoP (RFC 9449) binds a token to a key, and each request brings a proof that its sender has the key. Mutual TLS (RFC
8705) binds it to the certificate of the connection.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import jwt

from .bearer import CannotVerify, Claims, InvalidProof, InvalidToken, Request

WINDOW = 30.0
"""Seconds by which the ``iat`` of a proof may be before or after the clock of this application."""

_ALGORITHMS: Mapping[str, tuple[str, str | None]] = {
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
}
"""Signatures of proofs that are accepted: type and curve of their keys."""
_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
"""What the thumbprint of a key is made of (RFC 7638), in this order."""
_PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
_LEAST_RSA_BITS = 2048
_MOST_CHARACTERS = 8192
"""Of a proof, or of a header with a certificate."""
_MOST_PROOFS = 100_000
_URL = re.compile(r"(https?)://([^/?#@\s]+)(/[^?#\s]*)?(?:[?#]\S*)?", re.IGNORECASE)
_PORTS = {"http": ":80", "https": ":443"}


class Resource:
    """This API as its callers know it. Thread-safe; one for an application, like its guard.

    A guard that has a resource accepts tokens that are bound to a key or certificate, and each of them only with its
    proof of possession. A proof counts once: this process remembers its ``jti`` while its ``iat`` is acceptable.
    """

    def __init__(
        self, url: str, *, certificate_proxies: Iterable[str] = (), clock: Callable[[], float] = time.time
    ) -> None:
        """``url`` is the address at which callers reach the application, such as ``https://api.example.org``.

        Behind a proxy that removes a part of the path, that part belongs to it. No header of a request changes it.
        ``certificate_proxies`` are the addresses or networks whose header ``Client-Cert`` is trusted. ``clock`` tells
        seconds since 1970. Raises ``ValueError`` for what is no such URL, address or network.
        """
        found = _URL.fullmatch(url)
        if found is None or url.endswith("/") or "?" in url or "#" in url:
            raise ValueError(f"url must be https://host or https://host/path, without a slash at its end: {url}")
        self.url = url
        try:
            self._proxies = [ipaddress.ip_network(proxy) for proxy in certificate_proxies]
        except ValueError as problem:
            raise ValueError(f"certificate_proxies must be addresses or networks: {problem}") from None
        self._clock = clock
        self._spent = _SpentProofs()

    @property
    def challenge(self) -> dict[str, str]:
        """Parameters of each ``DPoP`` challenge."""
        return {"algs": " ".join(_ALGORITHMS)}

    def certificate_of(
        self, peer: str | None, headers: Sequence[str], connection: bytes | None = None
    ) -> bytes | str | None:
        """The caller's certificate: that of the connection, or of a trusted proxy the one header ``Client-Cert``.

        ``peer`` is the address at the other end of the connection.
        """
        try:
            address = ipaddress.ip_address(peer or "")
        except ValueError:
            return connection
        address = getattr(address, "ipv4_mapped", None) or address
        if not any(address in proxy for proxy in self._proxies):
            return connection
        return headers[0] if len(headers) == 1 else None

    def require_possession(self, request: Request, scheme: str, token: str, claims: Claims) -> str | None:
        """Returns what to :meth:`spend`: the proof of a token bound by DPoP; None for any other token.

        Raises :class:`InvalidToken` or :class:`InvalidProof`. A token is accepted with the scheme of its kind only.
        """
        binding: Mapping[str, Any] = claims.get("cnf", {})
        if "cnf" in claims and not _is_known(binding):
            raise InvalidToken("The token is bound in a way that is not checked here")
        by_key = "jkt" in binding
        if by_key != (scheme == "DPoP"):
            # RFC 9449, 7.1 and 7.2
            raise InvalidToken("The token is bound to a key" if by_key else "The token is not bound to a key")
        if "x5t#S256" in binding:
            _require_certificate(request.certificate, binding["x5t#S256"])
        return self._require_proof(request, token, binding["jkt"]) if by_key else None

    def spend(self, proof: str) -> None:
        """Raises :class:`InvalidProof` for a proof that has been spent, :class:`CannotVerify` if nobody can tell."""
        if not self._spent.add(proof, self._clock()):
            raise InvalidProof("The DPoP proof has been used before")

    def _require_proof(self, request: Request, token: str, key: object) -> str:
        if len(request.dpop) != 1:
            raise InvalidProof("The request must have one DPoP proof")
        thumbprint, claims = _read_proof(request.dpop[0])
        if claims["htm"] != request.method:
            raise InvalidProof("The DPoP proof is for another method")
        asked = _normalized(self.url + request.target) if request.target.startswith("/") else None
        if asked is None or _normalized(claims["htu"]) != asked:
            raise InvalidProof("The DPoP proof is for another URL")
        # Anybody may send a number that no float can hold.
        if not self._clock() - WINDOW <= claims["iat"] <= self._clock() + WINDOW:
            raise InvalidProof("The DPoP proof is too old, or from the future")
        if claims["ath"] != _base64url(hashlib.sha256(token.encode()).digest()):
            raise InvalidProof("The DPoP proof is for another token")
        if thumbprint != key:
            raise InvalidToken("The token is bound to another key")
        return f"{thumbprint} {claims['jti']}"


class _SpentProofs:
    """Remembers proofs for as long as they would be accepted. Thread-safe."""

    def __init__(self) -> None:
        self._until: dict[bytes, float] = {}
        """In the order in which they are forgotten."""
        self._lock = threading.Lock()

    def add(self, proof: str, now: float) -> bool:
        """False if it is there already; raises :class:`CannotVerify` if there is no room."""
        digest = hashlib.sha256(proof.encode()).digest()
        with self._lock:
            while self._until and next(iter(self._until.values())) <= now:
                del self._until[next(iter(self._until))]
            if digest in self._until:
                return False
            if len(self._until) >= _MOST_PROOFS:
                raise CannotVerify("More DPoP proofs than this process can remember")
            # A proof from the future is accepted for twice as long as one of now.
            self._until[digest] = now + 2 * WINDOW + 1
            return True


def _read_proof(proof: str) -> tuple[str, dict[str, Any]]:
    """The thumbprint of the key that has signed it, and its claims."""
    malformed = InvalidProof("The DPoP proof is malformed, or its signature is wrong")
    if len(proof) > _MOST_CHARACTERS:
        raise malformed
    try:
        header = jwt.get_unverified_header(proof)
        jwk, algorithm = header.get("jwk"), header.get("alg")
        if header.get("typ") != "dpop+jwt" or "crit" in header or not isinstance(jwk, dict):
            raise malformed
        kind, curve = _ALGORITHMS.get(str(algorithm), ("", None))
        if jwk.get("kty") != kind or curve not in (None, jwk.get("crv")) or not _PRIVATE.isdisjoint(jwk):
            raise malformed
        key = jwt.PyJWK(jwk, algorithm).key
        if kind == "RSA" and key.key_size < _LEAST_RSA_BITS:
            raise malformed
        claims = jwt.decode(proof, key, algorithms=[str(algorithm)], options={"verify_iat": False, "verify_aud": False})
        members = {name: jwk[name] for name in _MEMBERS[kind]}
        # Half a surrogate pair is no text: nothing can be made of it later.
        json.dumps(claims, ensure_ascii=False).encode()
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise malformed from None
    issued = claims.get("iat")
    if not all(isinstance(claims.get(name), str) and claims[name] for name in ("jti", "htm", "htu", "ath")):
        raise InvalidProof("The DPoP proof lacks a claim")
    if not isinstance(issued, (int, float)) or isinstance(issued, bool):
        raise InvalidProof("The DPoP proof lacks a claim")
    text = json.dumps(members, separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest()), claims


def _normalized(url: str) -> str | None:
    """The form in which URLs are compared (RFC 3986, 6.2.2 and 6.2.3), without query and fragment; None for none."""
    found = _URL.fullmatch(url)
    if found is None:
        return None
    scheme, authority = found[1].lower(), found[2].lower().removesuffix(":")
    # Each segment on its own: an escaped slash separates nothing.
    path = "/".join(quote(unquote_to_bytes(segment), safe="") for segment in (found[3] or "/").split("/"))
    return f"{scheme}://{authority.removesuffix(_PORTS[scheme])}{path}"


def _is_known(binding: object) -> bool:
    """Whether all of it can be checked here. Keycloak adds to ``jkt`` what the key is for."""
    if not isinstance(binding, Mapping) or binding.get("kc-jkt-type", "DPoP") != "DPoP":
        return False
    members = binding.keys() - {"kc-jkt-type"}
    return bool(members) and members <= {"jkt", "x5t#S256"}


def _require_certificate(certificate: bytes | str | None, expected: object) -> None:
    if certificate is None:
        raise InvalidToken("The token is bound to a certificate, and the request has none")
    try:
        encoded = certificate if isinstance(certificate, bytes) else _decode_certificate(certificate)
    except (ValueError, binascii.Error):
        raise InvalidToken("The token is bound to a certificate, and that of the request cannot be read") from None
    if expected != _base64url(hashlib.sha256(encoded).digest()):
        raise InvalidToken("The token is bound to another certificate")


def _decode_certificate(text: str) -> bytes:
    """``:BASE64:`` of the DER form (RFC 9440), or the PEM form, which nginx percent-encodes."""
    text = text.strip()
    if len(text) > 2 * _MOST_CHARACTERS:
        raise ValueError("too long")
    if len(text) > 2 and text.startswith(":") and text.endswith(":"):
        return base64.b64decode(text[1:-1], validate=True)
    return ssl.PEM_cert_to_DER_cert(unquote_to_bytes(text).decode("ascii"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
