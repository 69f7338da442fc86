"""Puts the application together. ``uvicorn --factory tasks_app.main:create_app``."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bulwark_revocation import AsyncRevocationChecker, Options
from bulwark_revocation.bearer import AsyncGuard
from bulwark_revocation.jwt import KeycloakVerifier
from bulwark_revocation.resource import Resource
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from redis.asyncio import Redis

from .api import Caller, api
from .headers import SecurityHeaders
from .keycloak import Keycloak
from .pages import Pages
from .sessions import SessionMiddleware, SessionStore, signing_key
from .settings import Settings
from .tasks import TaskStore

_STATIC = Path(__file__).parent / "static"
_TIMEOUT = 1.0


def create_app() -> FastAPI:
    """The application, as the environment says; raises ``ValueError`` that names a bad variable."""
    settings = Settings.read(os.environ)
    checker = AsyncRevocationChecker.from_url(
        settings.redis_url, Options(prefix=settings.redis_prefix, staleness=settings.staleness)
    )
    verifier = KeycloakVerifier(
        settings.issuer,
        settings.audience,
        jwks_url=settings.internal_issuer + "/protocol/openid-connect/certs",
    )
    guard = AsyncGuard(verifier, checker, resource=Resource(settings.url))
    session_redis = Redis.from_url(
        settings.session_redis_url,
        decode_responses=True,
        socket_connect_timeout=_TIMEOUT,
        socket_timeout=_TIMEOUT,
    )
    sessions = SessionStore(session_redis)
    tasks = TaskStore(settings.database)
    pages = Pages(settings, Keycloak(settings, guard, sessions), tasks)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await checker.aclose()
        await session_redis.aclose()

    app = FastAPI(
        title="Tasks",
        version="1",
        description="Tasks of people and programs. Tokens and API keys are Keycloak's.",
        openapi_url="/docs/openapi",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.include_router(api(Caller(guard, settings), tasks))
    pages.add_to(app)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    # The last one added is the outermost.
    app.add_middleware(
        SessionMiddleware,
        store=sessions,
        key=signing_key(settings.client_secret),
        secure=settings.secure,
        unavailable=pages.unavailable,
    )
    app.add_middleware(SecurityHeaders, issuer=settings.issuer, secure=settings.secure)
    return app
