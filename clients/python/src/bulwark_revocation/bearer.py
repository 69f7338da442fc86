"""Access tokens (RFC 6750, RFC 9449) without a web framework: a request in, claims or a refusal out."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ._decision import Verdict

if TYPE_CHECKING:
    # It needs PyJWT, which bearer tokens alone do not.
    from .resource import Resource

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


class InvalidProof(Exception):
    """The request does not prove that its sender has the key of the token. The message goes to the caller."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a guard reads of an HTTP request. Immutable."""

    authorization: Sequence[str] = ()
    """All values of the header ``Authorization``."""
    dpop: Sequence[str] = ()
    """All values of the header ``DPoP``."""
    method: str = ""
    """As sent, such as ``GET``."""
    target: str = ""
    """The path, percent-encoded as sent; a query is not looked at."""
    certificate: bytes | str | None = None
    """The caller's certificate: DER, or the value of a header of a trusted proxy; None if there is none."""


class TokenVerifier(Protocol):
    """Verifies signature, issuer, audience and times of a token. ``exp`` without leeway.

    The guard looks at the kind of the token (``typ``) and at its binding (``cnf``).
    """

    def verify(self, token: str) -> Claims | Awaitable[Claims]:
        """Returns the claims; raises :class:`InvalidToken` or :class:`CannotVerify`."""


class Checker(Protocol):
    """Tells whether a token is revoked: ``RevocationChecker`` or ``StatusListChecker``."""

    def check(self, claims: Claims) -> Verdict:
        """What is known about a token with these verified claims."""


class AsyncChecker(Protocol):
    """As :class:`Checker`, for asyncio: ``AsyncRevocationChecker`` or ``AsyncStatusListChecker``."""

    async def check(self, claims: Claims) -> Verdict:
        """As :meth:`Checker.check`."""


class Refusal(Exception):
    """The answer to a request that must not go on."""

    def __init__(
        self,
        status: int,
        description: str,
        error: str | None = None,
        scope: str | None = None,
        *,
        scheme: str = "Bearer",
    ) -> None:
        super().__init__(description)
        self.status = status
        """401, 403 or 503."""
        self.description = description
        """One English sentence."""
        self.error = error
        """``invalid_token``, ``insufficient_scope`` (RFC 6750, 3.1) or ``invalid_dpop_proof`` (RFC 9449, 7.1).

        None without a token, and for 503.
        """
        self.scope = scope
        """The scopes that would do, for 403."""
        self.scheme = scheme
        """How the token was sent: ``Bearer`` or ``DPoP``."""
        self.resource: Resource | None = None
        """That of the guard which refuses."""

    @property
    def challenge(self) -> str | None:
        """Value of ``WWW-Authenticate``; None for 503."""
        if self.status == 503:
            return None
        parameters: dict[str, str] = {}
        if self.error is not None:
            parameters |= {"error": self.error, "error_description": self.description}
        if self.scope:
            parameters["scope"] = self.scope
        dpop = {} if self.resource is None else dict(self.resource.challenge)
        if self.scheme == "DPoP":
            return _challenge("DPoP", parameters | dpop)
        bearer = _challenge("Bearer", parameters)
        # RFC 9449, 7.2: both, where either would do.
        return f"{bearer}, {_challenge('DPoP', dpop)}" if dpop and self.status == 401 else bearer

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer."""
        headers = {"Cache-Control": "no-store"}
        if self.challenge is not None:
            headers["WWW-Authenticate"] = self.challenge
        else:
            headers["Retry-After"] = str(RETRY_AFTER)
        return headers

    @property
    def is_for_missing_token(self) -> bool:
        """Whether the request had no token at all."""
        return self.status == 401 and self.error is None


def _challenge(scheme: str, parameters: Mapping[str, str]) -> str:
    return " ".join([scheme, ", ".join(f'{name}="{value}"' for name, value in parameters.items())]).strip()


def missing_token() -> Refusal:
    """No token was sent."""
    return Refusal(401, "An access token is required")


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


def credentials_of(authorization: Iterable[str], schemes: Iterable[str] = ("Bearer",)) -> tuple[str, str] | None:
    """Scheme and token in a request's ``Authorization`` headers; None if there is none of these schemes.

    Raises :class:`Refusal` if there are several headers, or one of these schemes that has no token.
    """
    values = list(authorization)
    if not values:
        return None
    if len(values) > 1:
        raise invalid_token("The request has more than one Authorization header")
    sent, _, token = values[0].strip().partition(" ")
    scheme = next((known for known in schemes if known.lower() == sent.lower()), None)
    if scheme is None:
        return None
    token = token.strip()
    if not token or not all(c.isascii() and (c.isalnum() or c in "-._~+/=") for c in token):
        raise Refusal(401, "The access token is malformed", "invalid_token", scheme=scheme)
    return scheme, token


def scopes_of(claims: Claims) -> frozenset[str]:
    """The scopes in the claim ``scope`` (RFC 8693, section 4.2)."""
    scope = claims.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()


def require_access_token(claims: Claims, bound: bool = False) -> None:
    """Raises :class:`InvalidToken` for an ID token, a refresh token or another kind.

    Keycloak says the kind in the claim ``typ``: ``Bearer``, or ``DPoP`` for a token that DPoP binds. Its case does not
    matter, since Keycloak writes ``bearer`` for clients that want the type in lower case. A token with the claim
    ``cnf`` is bound to a certificate or key (mTLS, DPoP): it is refused too, unless ``bound`` says that the proof of
    possession is checked elsewhere.
    """
    kind = claims.get("typ")
    folded = kind.lower() if isinstance(kind, str) else ""
    binding = claims.get("cnf")
    by_dpop = isinstance(binding, Mapping) and "jkt" in binding
    if folded != "bearer" and not (folded == "dpop" and by_dpop):
        raise InvalidToken("The token is not an access token")
    if "cnf" in claims and not bound:
        raise InvalidToken("The token is bound to a key that is not checked here")


def require_scopes(claims: Claims, scopes: Iterable[str]) -> None:
    """Raises :class:`Refusal` (403, ``insufficient_scope``) if the token lacks one of these scopes."""
    needed = list(scopes)
    if not scopes_of(claims).issuperset(needed):
        binding = claims.get("cnf")
        scheme = "DPoP" if isinstance(binding, Mapping) and "jkt" in binding else "Bearer"
        lacks = "The token lacks a scope that this needs"
        raise Refusal(403, lacks, "insufficient_scope", " ".join(needed), scheme=scheme)


class _Rules:
    """What the guards for threads and for asyncio have in common: everything but asking."""

    def __init__(self, resource: Resource | None) -> None:
        self.resource = resource
        """The API as its callers know it. With one, tokens that are bound to a key or certificate are accepted."""
        self._schemes = ("Bearer",) if resource is None else ("Bearer", "DPoP")

    def missing_token(self) -> Refusal:
        """The answer to a request without a token."""
        return self._refused(missing_token(), "Bearer")

    def _credentials(self, request: Request) -> tuple[str, str]:
        credentials = credentials_of(request.authorization, self._schemes)
        if credentials is None:
            raise missing_token()
        return credentials

    def _require_usable(self, claims: Claims, token: str, scheme: str, request: Request | None) -> str | None:
        """Returns the proof to spend; None if there is none."""
        if self.resource is None or request is None:
            require_access_token(claims)
            return None
        require_access_token(claims, bound=True)
        return self.resource.require_possession(request, scheme, token, claims)

    def _require_accepted(self, verdict: Verdict, proof: str | None, claims: Claims, scopes: Iterable[str]) -> None:
        refusal = refusal_of(verdict)
        if refusal is not None:
            raise refusal
        if proof is not None and self.resource is not None:
            self.resource.spend(proof)
        require_scopes(claims, scopes)

    def _refused(self, problem: Exception, scheme: str) -> Refusal:
        if isinstance(problem, Refusal):
            refusal = problem
        elif isinstance(problem, InvalidProof):
            refusal = Refusal(401, str(problem), "invalid_dpop_proof")
        elif isinstance(problem, InvalidToken):
            refusal = invalid_token(str(problem))
        else:
            refusal = unavailable()
        if refusal is not problem:
            refusal.__cause__ = problem
        if refusal.scheme == "Bearer":
            refusal.scheme = scheme
        refusal.resource = self.resource
        return refusal


_PROBLEMS = (Refusal, InvalidToken, InvalidProof, CannotVerify)


class Guard(_Rules):
    """Verifies a token, and asks a checker whether it is revoked. Thread-safe.

    Without a ``resource``, a token that is bound to a key or certificate is refused. With one, it is accepted with its
    proof of possession.
    """

    def __init__(
        self, verifier: TokenVerifier, checker: Checker, *, resource: Resource | None = None
    ) -> None:
        super().__init__(resource)
        self._verifier = verifier
        self._checker = checker

    def authorize(self, request: Request, scopes: Iterable[str] = ()) -> Claims:
        """The claims of the request's token; raises :class:`Refusal`."""
        scheme = "Bearer"
        try:
            scheme, token = self._credentials(request)
            return self._authorize(token, scheme, request, scopes)
        except _PROBLEMS as problem:
            raise self._refused(problem, scheme)

    def authorize_token(self, token: str, scopes: Iterable[str] = ()) -> Claims:
        """The claims of a token that the application itself holds; raises :class:`Refusal`, also for a bound token."""
        try:
            return self._authorize(token, "Bearer", None, scopes)
        except _PROBLEMS as problem:
            raise self._refused(problem, "Bearer")

    def _authorize(self, token: str, scheme: str, request: Request | None, scopes: Iterable[str]) -> Claims:
        claims = self._verifier.verify(token)
        if not isinstance(claims, Mapping):
            raise TypeError("The verifier is for asyncio: use AsyncGuard.")
        proof = self._require_usable(claims, token, scheme, request)
        self._require_accepted(self._checker.check(claims), proof, claims, scopes)
        return claims


class AsyncGuard(_Rules):
    """As :class:`Guard`, for asyncio. The verifier may be of either kind."""

    def __init__(
        self, verifier: TokenVerifier, checker: AsyncChecker, *, resource: Resource | None = None
    ) -> None:
        super().__init__(resource)
        self._verify = getattr(verifier, "verify_async", verifier.verify)
        self._checker = checker

    async def authorize(self, request: Request, scopes: Iterable[str] = ()) -> Claims:
        """As :meth:`Guard.authorize`."""
        scheme = "Bearer"
        try:
            scheme, token = self._credentials(request)
            return await self._authorize(token, scheme, request, scopes)
        except _PROBLEMS as problem:
            raise self._refused(problem, scheme)

    async def authorize_token(self, token: str, scopes: Iterable[str] = ()) -> Claims:
        """As :meth:`Guard.authorize_token`."""
        try:
            return await self._authorize(token, "Bearer", None, scopes)
        except _PROBLEMS as problem:
            raise self._refused(problem, "Bearer")

    async def _authorize(self, token: str, scheme: str, request: Request | None, scopes: Iterable[str]) -> Claims:
        verified = self._verify(token)
        claims: Claims = await verified if inspect.isawaitable(verified) else verified
        proof = self._require_usable(claims, token, scheme, request)
        self._require_accepted(await self._checker.check(claims), proof, claims, scopes)
        return claims
