"""Starlette and other ASGI frameworks (extra ``starlette``)."""

from __future__ import annotations

from urllib.parse import quote

from starlette.authentication import AuthCredentials, BaseUser, UnauthenticatedUser
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .bearer import AsyncGuard, Claims, Refusal, Request, scopes_of


def request_of(connection: HTTPConnection, guard: AsyncGuard) -> Request:
    """What a guard reads of a request, or of the handshake of a WebSocket, which is a GET."""
    scope, headers, resource = connection.scope, connection.headers, guard.resource
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    peer = None if connection.client is None else connection.client.host
    return Request(
        authorization=headers.getlist("Authorization"),
        dpop=headers.getlist("DPoP"),
        method=scope.get("method", "GET"),
        target=path.decode("ascii", "replace"),
        certificate=None if resource is None else resource.certificate_of(peer, headers.getlist("Client-Cert")),
    )


class TokenUser(BaseUser):
    """The user of a verified token."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        """Claims of the token."""

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        """The user name, or the subject if the token has none."""
        return str(self.claims.get("preferred_username") or self.claims["sub"])

    @property
    def identity(self) -> str:
        """The subject."""
        return str(self.claims["sub"])


class BearerTokenMiddleware:
    """Checks the token of each request; sets ``request.user`` and ``request.auth`` for ``@requires("scope")``.

    A request without a token goes on as an anonymous one, unless ``required`` is set. A WebSocket handshake that is
    refused is closed before it is accepted: the server answers it with 403.
    """

    def __init__(self, app: ASGIApp, guard: AsyncGuard, required: bool = False) -> None:
        self._app = app
        self._guard = guard
        self._required = required

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            claims = await self._guard.authorize(request_of(HTTPConnection(scope), self._guard))
            scope["user"] = TokenUser(claims)
            scope["auth"] = AuthCredentials(["authenticated", *sorted(scopes_of(claims))])
        except Refusal as refusal:
            if self._required or not refusal.is_for_missing_token:
                await _refuse(refusal, scope, receive, send)
                return
            scope["user"] = UnauthenticatedUser()
            scope["auth"] = AuthCredentials()
        await self._app(scope, receive, send)


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013 if refusal.status == 503 else 1008})
        return
    body = {"error": refusal.error or "unavailable", "error_description": refusal.description}
    if refusal.is_for_missing_token:
        body = {"error_description": refusal.description}
    await JSONResponse(body, refusal.status, refusal.headers)(scope, receive, send)
