"""The login at Keycloak: code with PKCE, renewal, logout and back-channel logout."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from bulwark_revocation.bearer import AsyncGuard, CannotVerify, Claims, InvalidToken, unavailable
from bulwark_revocation.jwt import KeycloakVerifier
from fastapi import Request

from .renewal import Renewals, ended, is_due
from .sessions import Session, SessionStore
from .settings import Settings

CALLBACK = "/auth/callback"
BACKCHANNEL = "/auth/backchannel-logout"
SCOPE = "openid profile tasks:read tasks:write"

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_STATE = "_state_"
"""What Authlib keeps of a login that has begun has such names."""
_TIMEOUT = 5.0
"""Seconds: of each step of a request to Keycloak, and of a whole renewal."""


class LoginFailed(Exception):
    """The login did not succeed."""


class Keycloak:
    """The realm, as this application's client sees it."""

    def __init__(self, settings: Settings, guard: AsyncGuard, sessions: SessionStore) -> None:
        self._settings = settings
        self._guard = guard
        self._sessions = sessions
        self._renewals = Renewals(sessions, self._refreshed, _TIMEOUT)
        self._internal = settings.internal_issuer + "/protocol/openid-connect"
        self._verifier = KeycloakVerifier(settings.issuer, settings.client_id, jwks_url=self._internal + "/certs")
        # The endpoints by hand: browsers and this application may reach the realm at different addresses.
        self._client = OAuth().register(
            name="keycloak",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            authorize_url=settings.issuer + "/protocol/openid-connect/auth",
            access_token_url=self._internal + "/token",
            jwks_uri=self._internal + "/certs",
            issuer=settings.issuer,
            client_kwargs={
                "scope": SCOPE,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
                "timeout": _TIMEOUT,
            },
        )

    async def begin(self, request: Request, register: bool) -> Any:
        """Sends the browser to the login, or to the registration."""
        more = {"prompt": "create"} if register else {}
        # A cookie has 4 KB: of logins that have begun in this browser, the one before this one is kept too.
        for older in [name for name in request.session if name.startswith(_STATE)][:-1]:
            del request.session[older]
        return await self._client.authorize_redirect(request, self._settings.url + CALLBACK, **more)

    async def finish(self, request: Request) -> None:
        """Takes the browser that comes back; raises :class:`LoginFailed` or :class:`Refusal` (503)."""
        try:
            # Authlib checks state, PKCE, nonce, and the ID token's signature, issuer, audience and times.
            tokens = await self._client.authorize_access_token(
                request, claims_options={"iss": {"essential": True, "value": self._settings.issuer}}
            )
        except httpx.HTTPError as problem:
            raise unavailable() from problem
        except (AuthlibBaseError, ValueError) as problem:
            raise LoginFailed(type(problem).__name__) from problem
        identity = tokens.get("userinfo")
        if not identity or "id_token" not in tokens:
            raise LoginFailed("no ID token")
        session: Session = request.session  # type: ignore[assignment]
        session.clear()
        session.renewed = True
        session["user"] = identity["sub"]
        session["name"] = identity.get("preferred_username", identity["sub"])
        session["sid"] = identity.get("sid", "")
        session["csrf"] = secrets.token_urlsafe(16)
        session.update(_entries(tokens))

    async def require_honored(self, session: Session) -> Claims:
        """The claims of the session's access token, renewed where it is about to end.

        Raises :class:`Refusal`: 401 if Keycloak has ended the login, whichever way; 503 if nobody can tell.
        """
        if is_due(session):
            await self._renewals.renew(session)
        return await self._guard.authorize_token(session["access_token"])

    async def _refreshed(self, refresh_token: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(_TIMEOUT):
                return _entries(
                    await self._client.fetch_access_token(grant_type="refresh_token", refresh_token=refresh_token)
                )
        except OAuthError as problem:
            if problem.error == "invalid_grant":
                raise ended() from problem
            raise unavailable() from problem
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError) as problem:
            raise unavailable() from problem

    def logout_url(self, id_token: str) -> str:
        """Where the browser goes so that the session at Keycloak ends too."""
        query = {
            "client_id": self._settings.client_id,
            "id_token_hint": id_token,
            "post_logout_redirect_uri": self._settings.url + "/",
        }
        return f"{self._settings.issuer}/protocol/openid-connect/logout?{urlencode(query)}"

    async def logged_out(self, logout_token: str) -> None:
        """Takes a back-channel logout; raises :class:`InvalidToken` or :class:`CannotVerify`."""
        claims = await self._verifier.verify_async(logout_token)
        events = claims.get("events")
        is_logout = claims.get("typ") == "Logout" and isinstance(events, dict) and _EVENT in events
        if not is_logout or "nonce" in claims:
            raise InvalidToken("The token is no logout token")
        sid = claims.get("sid")
        if not isinstance(sid, str):
            raise InvalidToken("The logout token names no session")
        await self._sessions.end(sid)


def _entries(tokens: dict[str, Any]) -> dict[str, Any]:
    """What a session keeps of an answer of the token endpoint."""
    kept = {name: tokens[name] for name in ("access_token", "refresh_token")}
    kept["expires_at"] = time.time() + tokens["expires_in"]
    if "id_token" in tokens:
        kept["id_token"] = tokens["id_token"]
    return kept


__all__ = ["BACKCHANNEL", "CALLBACK", "CannotVerify", "InvalidToken", "Keycloak", "LoginFailed"]
