"""Bearer tokens (RFC 6750) without a web framework: header in, claims or a refusal out."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Collection, Iterable, Mapping
from typing import Any, Protocol

from ._decision import Verdict

Claims = Mapping[str, Any]

RETRY_AFTER = 5
"""Seconds that a client is asked to wait where nobody can tell."""

_DESCRIPTIONS = {
    Verdict.REVOKED: "The token has been revoked",
    Verdict.EXPIRED: "The token has expired",
    Verdict.MALFORMED: "The token has no jti or exp that could be checked",
}


class InvalidToken(Exception):
    """The token must not be accepted. The message goes to the caller: printable ASCII without quotation marks."""


class CannotVerify(Exception):
    """The token cannot be verified just now, for example because the issuer's keys cannot be fetched."""


class TokenVerifier(Protocol):
    """Verifies signature, issuer, audience and times of a token. ``exp`` without leeway."""

    def verify(self, token: str) -> Claims | Awaitable[Claims]:
        """Returns the claims; raises :class:`InvalidToken` or :class:`CannotVerify`."""


class Checker(Protocol):
    """Tells whether a token is revoked: ``RevocationChecker`` or ``StatusListChecker``."""

    def check_claims(self, claims: Claims) -> Verdict:
        """What is known about a token with these verified claims."""


class AsyncChecker(Protocol):
    """As :class:`Checker`, for asyncio: ``AsyncRevocationChecker`` or ``AsyncStatusListChecker``."""

    async def check_claims(self, claims: Claims) -> Verdict:
        """As :meth:`Checker.check_claims`."""


class Refusal(Exception):
    """The answer to a request that must not go on."""

    def __init__(self, status: int, description: str, error: str | None = None, scope: str | None = None) -> None:
        super().__init__(description)
        self.status = status
        """401, 403 or 503."""
        self.description = description
        """One English sentence."""
        self.error = error
        """``invalid_token`` or ``insufficient_scope`` (RFC 6750, section 3.1); None without a token, and for 503."""
        self.scope = scope
        """The scopes that would do, for 403."""

    @property
    def challenge(self) -> str | None:
        """Value of ``WWW-Authenticate``; None for 503."""
        if self.status == 503:
            return None
        if self.error is None:
            return "Bearer"
        parts = [f'error="{self.error}"', f'error_description="{self.description}"']
        if self.scope:
            parts.append(f'scope="{self.scope}"')
        return "Bearer " + ", ".join(parts)

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer."""
        headers = {"Cache-Control": "no-store"}
        if self.challenge is not None:
            headers["WWW-Authenticate"] = self.challenge
        else:
            headers["Retry-After"] = str(RETRY_AFTER)
        return headers


def missing_token() -> Refusal:
    """No token was sent."""
    return Refusal(401, "A bearer token is required")


def invalid_token(description: str) -> Refusal:
    """The token must not be accepted."""
    return Refusal(401, description, "invalid_token")


def unavailable() -> Refusal:
    """Nobody can tell: the client keeps the token and tries again."""
    return Refusal(503, "It cannot be told just now whether the token is good")


def refusal_of(verdict: Verdict) -> Refusal | None:
    """The answer to a token with this verdict; None if the request may go on."""
    if verdict.accepted:
        return None
    return unavailable() if verdict is Verdict.UNKNOWN else invalid_token(_DESCRIPTIONS[verdict])


def token_of(authorization: Iterable[str]) -> str | None:
    """The token in a request's ``Authorization`` headers; None if there is none.

    Raises :class:`Refusal` if there are several headers, or one that is not ``Bearer`` and a token.
    """
    values = list(authorization)
    if not values:
        return None
    if len(values) > 1:
        raise invalid_token("The request has more than one Authorization header")
    scheme, _, token = values[0].strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = token.strip()
    if not token or not all(c.isascii() and (c.isalnum() or c in "-._~+/=") for c in token):
        raise invalid_token("The bearer token is malformed")
    return token


def scopes_of(claims: Claims) -> frozenset[str]:
    """The scopes in the claim ``scope`` (RFC 8693, section 4.2)."""
    scope = claims.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()


def require_access_token(
    claims: Claims, token_types: Collection[str] = ("Bearer",), accept_bound: bool = False
) -> None:
    """Raises :class:`InvalidToken` for an ID token, a refresh token or another kind, and for a bound token.

    Keycloak says the kind in the claim ``typ``; its case does not matter, since Keycloak writes ``bearer`` for clients
    that want the type in lower case. A token with the claim ``cnf`` is bound to a certificate or key (mTLS,
    DPoP): whoever accepts it must check the proof of possession.
    """
    kind = claims.get("typ")
    if not isinstance(kind, str) or kind.lower() not in {known.lower() for known in token_types}:
        raise InvalidToken("The token is not an access token")
    if "cnf" in claims and not accept_bound:
        raise InvalidToken("The token is bound to a key that is not checked here")


def require_scopes(claims: Claims, scopes: Iterable[str]) -> None:
    """Raises :class:`Refusal` (403, ``insufficient_scope``) if the token lacks one of these scopes."""
    needed = list(scopes)
    if not scopes_of(claims).issuperset(needed):
        raise Refusal(403, "The token lacks a scope that this needs", "insufficient_scope", " ".join(needed))


class Guard:
    """Verifies a token, and asks a checker whether it is revoked. Thread-safe.

    ``token_types`` and ``accept_bound`` are those of :func:`require_access_token`.
    """

    def __init__(
        self,
        verifier: TokenVerifier,
        checker: Checker,
        *,
        token_types: Collection[str] = ("Bearer",),
        accept_bound: bool = False,
    ) -> None:
        self._verifier = verifier
        self._checker = checker
        self._token_types = frozenset(token_types)
        self._accept_bound = accept_bound

    def authorize(self, authorization: str | Iterable[str] | None, scopes: Iterable[str] = ()) -> Claims:
        """The claims of the token in the ``Authorization`` header (or headers); raises :class:`Refusal`."""
        token = token_of(_values(authorization))
        if token is None:
            raise missing_token()
        return self.authorize_token(token, scopes)

    def authorize_token(self, token: str, scopes: Iterable[str] = ()) -> Claims:
        """The claims of a token; raises :class:`Refusal`."""
        try:
            claims = self._verifier.verify(token)
            if not isinstance(claims, Mapping):
                raise TypeError("The verifier is for asyncio: use AsyncGuard.")
            require_access_token(claims, self._token_types, self._accept_bound)
        except InvalidToken as problem:
            raise invalid_token(str(problem)) from problem
        except CannotVerify as problem:
            raise unavailable() from problem
        refusal = refusal_of(self._checker.check_claims(claims))
        if refusal is not None:
            raise refusal
        require_scopes(claims, scopes)
        return claims


class AsyncGuard:
    """As :class:`Guard`, for asyncio. The verifier may be of either kind."""

    def __init__(
        self,
        verifier: TokenVerifier,
        checker: AsyncChecker,
        *,
        token_types: Collection[str] = ("Bearer",),
        accept_bound: bool = False,
    ) -> None:
        self._verify = getattr(verifier, "verify_async", verifier.verify)
        self._checker = checker
        self._token_types = frozenset(token_types)
        self._accept_bound = accept_bound

    async def authorize(self, authorization: str | Iterable[str] | None, scopes: Iterable[str] = ()) -> Claims:
        """As :meth:`Guard.authorize`."""
        token = token_of(_values(authorization))
        if token is None:
            raise missing_token()
        return await self.authorize_token(token, scopes)

    async def authorize_token(self, token: str, scopes: Iterable[str] = ()) -> Claims:
        """As :meth:`Guard.authorize_token`."""
        try:
            verified = self._verify(token)
            claims: Claims = await verified if inspect.isawaitable(verified) else verified
            require_access_token(claims, self._token_types, self._accept_bound)
        except InvalidToken as problem:
            raise invalid_token(str(problem)) from problem
        except CannotVerify as problem:
            raise unavailable() from problem
        refusal = refusal_of(await self._checker.check_claims(claims))
        if refusal is not None:
            raise refusal
        require_scopes(claims, scopes)
        return claims


def _values(authorization: str | Iterable[str] | None) -> Iterable[str]:
    if authorization is None:
        return ()
    return (authorization,) if isinstance(authorization, str) else authorization
