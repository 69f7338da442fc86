"""FastAPI and Starlette (C1)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pytest

for needed in ("fastapi", "httpx"):
    pytest.importorskip(needed)

from bearer_cases import Answer, bearer, check, only_bearer_is_a_token
from fastapi import FastAPI, Security
from issuer import AUDIENCE, Issuer
from servers import RedisServer
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from bulwark_revocation import AsyncRevocationChecker, Connection, Options
from bulwark_revocation.bearer import AsyncGuard
from bulwark_revocation.fastapi import BearerToken
from bulwark_revocation.jwt import KeycloakVerifier
from bulwark_revocation.starlette import BearerTokenMiddleware


class Sent:
    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text


class Caller:
    def __init__(self, client: TestClient) -> None:
        self._client = client

    def __call__(self, path: str, headers: Mapping[str, str]) -> Answer:
        return Sent(self._client.get(path, headers=dict(headers)))


@pytest.fixture
def guard(issuer: Issuer, redis_server: RedisServer) -> AsyncGuard:
    checker = AsyncRevocationChecker.from_url(
        redis_server.url, Options(retry_interval=0.05), Connection(command_timeout=0.3)
    )
    return AsyncGuard(KeycloakVerifier(issuer.url, AUDIENCE), checker)


@pytest.fixture
def fastapi(guard: AsyncGuard) -> Iterator[TestClient]:
    app = FastAPI()
    token = BearerToken(guard)

    @app.get("/read")
    async def read(claims: Annotated[Any, Security(token, scopes=["tasks:read"])]) -> str:
        return str(claims["sub"])

    @app.get("/write")
    async def write(claims: Annotated[Any, Security(token, scopes=["tasks:write"])]) -> str:
        return str(claims["sub"])

    # One event loop for all requests, as in a server.
    with TestClient(app) as client:
        yield client


def test_fastapi(fastapi: TestClient, issuer: Issuer, redis_server: RedisServer) -> None:
    check(Caller(fastapi), issuer, redis_server)


def test_fastapi_takes_bearer_headers_only(fastapi: TestClient, issuer: Issuer) -> None:
    only_bearer_is_a_token(Caller(fastapi), issuer)
    token = issuer.token()
    twice = fastapi.get("/read", headers=[("Authorization", "Bearer " + token), ("Authorization", "Bearer " + token)])
    assert twice.status_code == 401


def test_fastapi_documents_the_scheme_and_its_scopes(fastapi: TestClient) -> None:
    document = fastapi.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["Keycloak"]["scheme"] == "bearer"
    assert document["paths"]["/read"]["get"]["security"] == [{"Keycloak": ["tasks:read"]}]


@pytest.fixture(params=[False, True], ids=["optional", "required"])
def starlette(guard: AsyncGuard, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    @requires("authenticated", status_code=401)
    async def me(request: Request) -> JSONResponse:
        return JSONResponse({"name": request.user.display_name, "sub": request.user.identity})

    @requires("tasks:write")
    async def write(request: Request) -> JSONResponse:
        return JSONResponse("ok")

    async def public(request: Request) -> JSONResponse:
        return JSONResponse(request.user.is_authenticated)

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(websocket.user.display_name)
        await websocket.close()

    app = Starlette(
        routes=[
            Route("/read", me),
            Route("/write", write),
            Route("/public", public),
            WebSocketRoute("/socket", socket),
        ],
        middleware=[Middleware(BearerTokenMiddleware, guard=guard, required=request.param)],
    )
    app.state.required = request.param
    with TestClient(app) as client:
        yield client


def test_starlette(starlette: TestClient, issuer: Issuer, redis_server: RedisServer) -> None:
    claims = issuer.claims()
    headers = bearer(issuer.sign(claims))
    assert starlette.get("/read", headers=headers).json() == {"name": "alice", "sub": "0f7e6a4c"}
    assert starlette.get("/write", headers=headers).status_code == 403
    assert starlette.get("/write", headers=bearer(issuer.token(scope="tasks:write"))).status_code == 200
    anonymous = starlette.get("/public")
    required = starlette.app.state.required  # type: ignore[attr-defined]
    assert (anonymous.status_code, anonymous.json()) == (
        (401, {"error_description": "An access token is required"}) if required else (200, False)
    )
    with starlette.websocket_connect("/socket", headers=headers) as websocket:
        assert websocket.receive_text() == "alice"

    redis_server.revoke(claims["jti"])
    revoked = starlette.get("/public", headers=headers)
    assert revoked.status_code == 401
    assert revoked.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert revoked.json()["error"] == "invalid_token"
    with pytest.raises(WebSocketDisconnect), starlette.websocket_connect("/socket", headers=headers):
        pass

    redis_server.flush()
    unknown = starlette.get("/public", headers=bearer(issuer.token()))
    assert unknown.status_code == 503
    assert unknown.headers["Retry-After"] == "5"
    redis_server.stop()
    assert starlette.get("/public", headers=bearer(issuer.token())).status_code == 503
    other_audience = starlette.get("/public", headers=bearer(issuer.token(aud="other")))
    assert other_audience.status_code == 401, "needs no Redis"
    assert other_audience.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
