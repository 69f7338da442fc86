"""Verifies Keycloak's access tokens with PyJWT (extra ``jwt``)."""

from __future__ import annotations

import functools
import json
import threading
import time
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any

import jwt

from . import _http
from ._turn import AsyncTurn, Turn
from .bearer import CannotVerify, Claims, InvalidToken, require_access_token

_TIMEOUT = 3.0
_MOST_BYTES = 1_000_000
_WAITING = 16
"""Threads that wait for a fetch under way, but for the first. Anybody can send tokens with keys that nobody has."""
_FIRST_PAUSE = 1.0
"""Seconds after a fetch that failed, while no keys are known. Meanwhile, no token can be verified."""
_CLOCKS = 5.0
"""Seconds by which the issuer's clock may be behind."""
_ALGORITHMS = ("RS256", "ES256", "EdDSA")

_NO_TOKEN = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What PyJWT raises for what anybody may send, such as an ``exp`` without end and lists in lists."""
_CLAIMS: Any = {
    "require": ["exp", "iat", "sub", "jti", "iss", "aud"],
    # No leeway on exp: Redis forgets a revoked token then. iat may lie ahead when this clock is behind.
    "verify_iat": False,
}
_ONLY_CLAIMS: Any = _CLAIMS | {
    "verify_signature": False,
    # PyJWT verifies none of them without the signature, unless it is told to.
    **{f"verify_{name}": True for name in ("exp", "nbf", "aud", "iss", "sub", "jti")},
}


class KeycloakVerifier:
    """Verifies signature, issuer, audience, times and kind of a token. Thread-safe; one for an application.

    The keys of the realm are fetched when they are first needed, again when a token names an unknown key (at most
    once in ``refresh_interval`` seconds), and after ``key_lifetime`` seconds. While they cannot be fetched, keys that
    were fetched before stay in use. Until the first keys are there, a second passes after each attempt, and no token
    can be verified meanwhile. In the pause between two fetches, a token that was issued since the last one may
    have a new key: it is not invalid, but cannot be verified. That holds only for a token whose claims are good: any
    other is invalid whatever its key.

    ``token_types`` are the values of Keycloak's claim ``typ`` that are accepted: no ID token, refresh token or logout
    token. A token bound to a certificate or key (claim ``cnf``: mTLS, DPoP) is refused unless ``accept_bound`` is set:
    then the application must check the proof of possession itself.
    """

    def __init__(
        self,
        issuer: str,
        audience: str | Sequence[str],
        *,
        jwks_url: str | None = None,
        algorithms: Sequence[str] = _ALGORITHMS,
        token_types: Sequence[str] = ("Bearer",),
        accept_bound: bool = False,
        key_lifetime: float = 3600,
        refresh_interval: float = 10,
    ) -> None:
        """``issuer`` is the realm's URL, ``https://sso.example.org/realms/app``."""
        if not algorithms or any(name == "none" or name.startswith("HS") for name in algorithms):
            raise ValueError("algorithms must be asymmetric ones")
        self._issuer = issuer
        self._audience = audience
        self._algorithms = list(algorithms)
        self._token_types = frozenset(token_types)
        self._accept_bound = accept_bound
        self._keys = KeycloakKeys(jwks_url or issuer + "/protocol/openid-connect/certs", key_lifetime, refresh_interval)

    def verify(self, token: str) -> Claims:
        """The claims of a token; raises :class:`InvalidToken` or :class:`CannotVerify`. May fetch keys."""
        began = time.monotonic()
        kid = self._key_id(token)
        if self._keys.must_fetch(kid):
            self._keys.fetch(kid)
        return self._decode(token, self._key(token, kid, began))

    async def verify_async(self, token: str) -> Claims:
        """As :meth:`verify`; keys are fetched on another thread."""
        began = time.monotonic()
        kid = self._key_id(token)
        if self._keys.must_fetch(kid):
            await self._keys.fetch_async(kid)
        return self._decode(token, self._key(token, kid, began))

    def _key_id(self, token: str) -> str:
        """Raises :class:`InvalidToken` for what no key of the realm could verify.

        Such are Keycloak's refresh tokens (HS512): no key is fetched for them, whatever key they name.
        """
        try:
            header = jwt.get_unverified_header(token)
        except _NO_TOKEN:
            raise InvalidToken("The token cannot be verified") from None
        if header.get("alg") not in self._algorithms:
            raise InvalidToken("The token is signed with another algorithm")
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise InvalidToken("The token names no key")
        return kid

    def _key(self, token: str, kid: str, began: float) -> Any:
        """Raises :class:`CannotVerify` only for a token that would be good if the realm had such a key."""
        try:
            return self._known_key(token, kid, began)
        except CannotVerify:
            self._claims(token, "", _ONLY_CLAIMS)
            raise

    def _known_key(self, token: str, kid: str, began: float) -> Any:
        try:
            return self._keys.get(kid)
        except InvalidToken:
            if self._keys.may_lack_new_ones(_issued_at(token), began):
                raise CannotVerify("The token is newer than the keys of the issuer that are known") from None
        # Another thread may have fetched it since.
        return self._keys.get(kid)

    def _decode(self, token: str, key: Any) -> Claims:
        return self._claims(token, key, _CLAIMS)

    def _claims(self, token: str, key: Any, options: Any) -> Claims:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=self._algorithms,
                audience=self._audience,
                issuer=self._issuer,
                options=options,
            )
        except jwt.ExpiredSignatureError:
            raise InvalidToken("The token has expired") from None
        except jwt.InvalidAudienceError:
            raise InvalidToken("The token is for another audience") from None
        except jwt.InvalidIssuerError:
            raise InvalidToken("The token is of another issuer") from None
        except _NO_TOKEN:
            raise InvalidToken("The token cannot be verified") from None
        require_access_token(claims, self._token_types, self._accept_bound)
        return claims


def _issued_at(token: str) -> float:
    """The claim ``iat``, which nobody has verified."""
    try:
        issued_at = jwt.decode(token, options={"verify_signature": False}).get("iat")
    except _NO_TOKEN:
        issued_at = None
    return issued_at if isinstance(issued_at, (int, float)) else float("-inf")


def _read(url: str) -> bytes:
    status, body, _ = _http.get(url, {}, _TIMEOUT, _MOST_BYTES)
    if status != 200:
        raise OSError(_http.problem(status))
    return body


class KeycloakKeys:
    """The keys of the realm (RFC 7517). Thread-safe."""

    def __init__(
        self, url: str, lifetime: float, refresh_interval: float, read: Callable[[str], bytes] = _read
    ) -> None:
        self._url = url
        self._read = read
        self._lifetime = lifetime
        self._refresh_interval = refresh_interval
        self._keys: dict[str, Any] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._asked = float("-inf")
        self._asked_at = float("-inf")
        """When the last fetch that succeeded began, on the monotonic clock and in seconds since 1970."""
        self._failure: Exception | None = None
        """Of the last attempt, also while it is under way; None once it has succeeded."""
        self._turn = Turn()
        self._async_turn = AsyncTurn()
        self._waiting = threading.Semaphore(_WAITING)

    def must_fetch(self, kid: str) -> bool:
        now = time.monotonic()
        stale = kid not in self._keys or now - self._fetched > self._lifetime
        pause = self._refresh_interval if self._keys else min(_FIRST_PAUSE, self._refresh_interval)
        return stale and now - self._tried > pause

    def fetch(self, kid: str) -> None:
        """Of several callers one fetches. The others use a key that is known, or wait for what it gets.

        All wait for the first fetch, as no token can be verified before. For later ones only a few wait, also while
        no keys are known: else an issuer that does not answer would hold all threads of the application.
        """
        if self._turn.take(functools.partial(self._attempt, kid)) or not self._lacks(kid):
            return
        if self._tried == float("-inf"):
            self._turn.wait(_TIMEOUT)
        elif self._waiting.acquire(blocking=False):
            try:
                self._turn.wait(_TIMEOUT)
            finally:
                self._waiting.release()

    async def fetch_async(self, kid: str) -> None:
        """As :meth:`fetch`, on another thread; the tasks that wait take none."""
        attempt = functools.partial(self.fetch, kid)
        await self._async_turn.take(attempt, functools.partial(self._lacks, kid), _TIMEOUT)

    def _lacks(self, kid: str) -> bool:
        return kid not in self._keys

    def _attempt(self, kid: str) -> None:
        if not self.must_fetch(kid):
            return
        self._failure = OSError("no answer yet")
        asked, asked_at = time.monotonic(), time.time()
        try:
            document = json.loads(self._read(self._url))
            keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(document).keys if key.key_id}
        except (OSError, HTTPException, ValueError, TypeError, AttributeError, jwt.PyJWTError) as failure:
            self._failure = failure
            return
        finally:
            self._tried = time.monotonic()
        self._keys = {kid: key for kid, key in keys.items() if key.public_key_use in (None, "sig")}
        self._asked, self._asked_at = asked, asked_at
        self._fetched = self._tried
        self._failure = None

    def get(self, kid: str) -> Any:
        """Raises :class:`InvalidToken` if the realm has no such key, :class:`CannotVerify` if nobody can tell.

        The realm may have a new key while its keys cannot be fetched.
        """
        # Before the keys: a fetch on another thread may succeed between the two.
        failure = self._failure
        key = self._keys.get(kid)
        if key is not None:
            return key
        if failure is not None or not self._keys:
            reason = failure or "no answer yet"
            raise CannotVerify(f"The keys of the issuer cannot be fetched: {reason}") from failure
        raise InvalidToken("The token is signed with an unknown key")

    def may_lack_new_ones(self, issued_at: float, began: float) -> bool:
        """Whether the realm may have got a key since the last fetch, before it issued a token.

        Not if that fetch began after ``began``, on the monotonic clock: then it knows the keys of now.
        """
        return self._asked < began and issued_at > self._asked_at - _CLOCKS
