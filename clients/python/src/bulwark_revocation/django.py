"""Django REST framework (extra ``django``)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from .bearer import RETRY_AFTER, Claims, Guard, Refusal, require_scopes
from .bearer import Request as GuardRequest


class TokenUser:
    """The user of a verified token; no row of Django's user table."""

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.pk = str(claims["sub"])
        self.username = str(claims.get("preferred_username") or self.pk)

    def __str__(self) -> str:
        return self.username


class BearerTokenAuthentication(BaseAuthentication):  # type: ignore[misc]
    """Authenticates by a bearer token; ``request.user`` is a :class:`TokenUser`, ``request.auth`` the claims.

    The setting ``BULWARK_GUARD`` is a :class:`~bulwark_revocation.bearer.Guard`, or the dotted path of one. Override
    :meth:`user_of` to load a user of the application's own.
    """

    _CHALLENGE = "_bulwark_challenge"

    def authenticate(self, request: Request) -> tuple[Any, Claims] | None:
        """User and claims; None without a bearer token, so that the next class has its turn."""
        try:
            claims = self.guard().authorize(self._read(request))
        except Refusal as refusal:
            if refusal.is_for_missing_token:
                return None
            if refusal.status == 503:
                raise Unavailable(RETRY_AFTER, refusal.description) from refusal
            setattr(request, self._CHALLENGE, refusal.challenge)
            raise exceptions.AuthenticationFailed(refusal.description, refusal.error) from refusal
        return self.user_of(claims), claims

    def authenticate_header(self, request: Request) -> str:
        """Value of ``WWW-Authenticate`` of a 401."""
        return getattr(request, self._CHALLENGE, None) or self.guard().missing_token().challenge or ""

    def _read(self, request: Request) -> GuardRequest:
        # WSGI joins headers of the same name by a comma: such a value is neither a token nor a proof.
        meta, resource = request.META, self.guard().resource
        headers = {
            name: [meta[key]] if (key := "HTTP_" + name.upper()) in meta else []
            for name in ("authorization", "dpop", "client_cert")
        }
        return GuardRequest(
            authorization=headers["authorization"],
            dpop=headers["dpop"],
            method=request.method,
            target=quote(request.path),
            certificate=None
            if resource is None
            else resource.certificate_of(meta.get("REMOTE_ADDR"), headers["client_cert"]),
        )

    def user_of(self, claims: Claims) -> Any:
        """The user of a token that is accepted."""
        return TokenUser(claims)

    def guard(self) -> Guard:
        """The guard of the settings."""
        guard: Guard | str = settings.BULWARK_GUARD
        return import_string(guard) if isinstance(guard, str) else guard


class Unavailable(exceptions.APIException):  # type: ignore[misc]
    """503 with ``Retry-After``."""

    status_code = 503
    default_code = "unavailable"

    def __init__(self, wait: int, detail: str) -> None:
        super().__init__(detail)
        self.wait = wait


class InsufficientScope(exceptions.PermissionDenied):  # type: ignore[misc]
    """403 with ``WWW-Authenticate`` (RFC 6750)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.description, refusal.error)
        self.auth_header = refusal.challenge


class HasScopes(BasePermission):  # type: ignore[misc]
    """Asks for the scopes in the view's attribute ``required_scopes``: a list, or lists by HTTP method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the token has the scopes; raises :class:`InsufficientScope` if not."""
        if not request.auth:
            return False
        required = view.required_scopes
        scopes = required.get(request.method, ()) if isinstance(required, dict) else required
        try:
            require_scopes(request.auth, scopes)
        except Refusal as refusal:
            raise InsufficientScope(refusal) from refusal
        return True
