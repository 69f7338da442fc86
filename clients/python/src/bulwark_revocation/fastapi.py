"""FastAPI (extra ``fastapi``)."""

# No postponed annotations: FastAPI cannot resolve those of a callable object.

from typing import Any

from fastapi import HTTPException, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.openapi.models import OpenIdConnect as OpenIdConnectModel
from fastapi.security import OpenIdConnect, SecurityScopes

from .bearer import AsyncGuard, Claims, Refusal
from .starlette import request_of


class BearerToken(OpenIdConnect):
    """A dependency: the claims of the request's token. Its scopes come from ``Security(…, scopes=[…])``.

    Answers as RFC 6750 and RFC 9449 say: 401 without a token or with one that must not be accepted, 403 where a scope is missing,
    503 with ``Retry-After`` where nobody can tell.
    """

    # FastAPI documents the scopes of subclasses of OpenIdConnect only.
    def __init__(
        self, guard: AsyncGuard, *, openid_connect_url: str | None = None, scheme_name: str = "Keycloak"
    ) -> None:
        """``openid_connect_url`` is for the OpenAPI document alone: the realm's ``…/.well-known/openid-configuration``.

        Without it the document says that the scheme is HTTP bearer.
        """
        self._guard = guard
        self.model = (
            HTTPBearerModel(bearerFormat="JWT")
            if openid_connect_url is None
            else OpenIdConnectModel(openIdConnectUrl=openid_connect_url)
        )
        self.scheme_name = scheme_name

    async def __call__(  # type: ignore[override]
        self, request: Request, security_scopes: SecurityScopes
    ) -> Any:
        """The claims; raises ``HTTPException``."""
        try:
            claims: Claims = await self._guard.authorize(request_of(request, self._guard), security_scopes.scopes)
        except Refusal as refusal:
            raise HTTPException(refusal.status, refusal.description, refusal.headers) from refusal
        return claims
