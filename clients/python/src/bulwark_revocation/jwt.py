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
from .bearer import CannotVerify, Claims, InvalidToken

_TIMEOUT = 3.0
_MOST_BYTES = 1_000_000
_WAITING = 16
"""Threads that wait for a fetch under way, but for the first. Anybody can send tokens with keys that nobody has."""
_KEY_LIFETIME = 300.0
"""Seconds: so long a key that the realm has disabled is trusted, and longer while the keys cannot be fetched."""
_FETCHES = 3
"""Fetches of keys that may begin at once. Anybody can send tokens with keys that nobody has; a rotation needs one."""
_FETCH_INTERVAL = 5.0
"""Seconds until one more may begin."""
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
    """Verifies signature, issuer, audience and times of a token. Thread-safe; one for an application.

    Any kind of token may have these: the guard looks at its kind (``typ``) and its binding (``cnf``).

    The keys of the realm are fetched when they are first needed, for a token that names an unknown key, and after 5
    minutes: three times at once, and then once in 5 s. Beyond that the last fetch decides about an unknown key. If it
    succeeded, the token is invalid. If it failed, a token whose claims are good cannot be verified; any other is
    invalid whatever its key. While the keys cannot be fetched, those that were fetched before stay in use.
    """

    def __init__(
        self,
        issuer: str,
        audience: str | Sequence[str],
        *,
        jwks_url: str | None = None,
        algorithms: Sequence[str] = _ALGORITHMS,
    ) -> None:
        """``issuer`` is the realm's URL, ``https://sso.example.org/realms/app``."""
        if not algorithms or any(name == "none" or name.startswith("HS") for name in algorithms):
            raise ValueError("algorithms must be asymmetric ones")
        self._issuer = issuer
        self._audience = audience
        self._algorithms = list(algorithms)
        self._keys = KeycloakKeys(jwks_url or issuer + "/protocol/openid-connect/certs")

    def verify(self, token: str) -> Claims:
        """The claims of a token; raises :class:`InvalidToken` or :class:`CannotVerify`. May fetch keys."""
        kid = self._key_id(token)
        if self._keys.must_fetch(kid):
            self._keys.fetch(kid)
        return self._claims(token, self._key(token, kid), _CLAIMS)

    async def verify_async(self, token: str) -> Claims:
        """As :meth:`verify`; keys are fetched on another thread."""
        kid = self._key_id(token)
        if self._keys.must_fetch(kid):
            await self._keys.fetch_async(kid)
        return self._claims(token, self._key(token, kid), _CLAIMS)

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

    def _key(self, token: str, kid: str) -> Any:
        """Raises :class:`CannotVerify` only for a token that would be good if the realm had such a key."""
        try:
            return self._keys.get(kid)
        except CannotVerify:
            self._claims(token, "", _ONLY_CLAIMS)
            raise

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
        return claims


def _read(url: str) -> bytes:
    status, body, _ = _http.get(url, {}, _TIMEOUT, _MOST_BYTES)
    if status != 200:
        raise OSError(_http.problem(status))
    return body


class _Budget:
    """How many fetches may begin: some at once, and one more for each interval. Thread-safe."""

    def __init__(self) -> None:
        self._left = float(_FETCHES)
        self._counted = time.monotonic()
        self._lock = threading.Lock()

    def has_one(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._left = min(_FETCHES, self._left + (now - self._counted) / _FETCH_INTERVAL)
            self._counted = now
            return self._left >= 1

    def spend(self) -> None:
        with self._lock:
            self._left -= 1


class KeycloakKeys:
    """The keys of the realm (RFC 7517). Thread-safe."""

    def __init__(self, url: str, read: Callable[[str], bytes] = _read) -> None:
        self._url = url
        self._read = read
        self._keys: dict[str, Any] = {}
        self._fetched = float("-inf")
        self._is_first = True
        self._budget = _Budget()
        self._failure: Exception | None = None
        """Of the last attempt, also while it is under way; None once it has succeeded."""
        self._turn = Turn()
        self._async_turn = AsyncTurn()
        self._waiting = threading.Semaphore(_WAITING)

    def must_fetch(self, kid: str) -> bool:
        is_due = kid not in self._keys or time.monotonic() - self._fetched > _KEY_LIFETIME
        return is_due and self._budget.has_one()

    def fetch(self, kid: str) -> None:
        """Of several callers one fetches. The others use a key that is known, or wait for what it gets.

        All wait for the first fetch, as no token can be verified before. For later ones only a few wait, also while
        no keys are known: else an issuer that does not answer would hold all threads of the application.
        """
        if self._turn.take(functools.partial(self._attempt, kid)) or not self._lacks(kid):
            return
        if self._is_first:
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
        self._budget.spend()
        self._failure = OSError("no answer yet")
        try:
            document = json.loads(self._read(self._url))
            keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(document).keys if key.key_id}
        except (OSError, HTTPException, ValueError, TypeError, AttributeError, jwt.PyJWTError) as failure:
            self._failure = failure
            return
        finally:
            self._is_first = False
        self._keys = {kid: key for kid, key in keys.items() if key.public_key_use in (None, "sig")}
        self._fetched = time.monotonic()
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
