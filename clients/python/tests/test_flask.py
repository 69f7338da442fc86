"""Flask-JWT-Extended (C1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

pytest.importorskip("flask_jwt_extended", reason="Debian package python3-python-flask-jwt-extended")

from bearer_cases import Answer, check
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from flask_jwt_extended import JWTManager, get_jwt, jwt_required
from issuer import AUDIENCE, Issuer
from servers import RedisServer

from bulwark_revocation import Connection, Options, RevocationChecker
from bulwark_revocation.bearer import require_scopes
from bulwark_revocation.flask import protect


class Sent:
    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.headers = response.headers


def configured(issuer: Issuer) -> Flask:
    app = Flask("tasks")
    pem = issuer.keys["first"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    app.config.update(
        JWT_ALGORITHM="RS256",
        JWT_PUBLIC_KEY=pem.decode(),
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_ISSUER=issuer.url,
    )
    return app


@pytest.fixture
def app(issuer: Issuer, redis_server: RedisServer) -> Iterator[Flask]:
    app = configured(issuer)
    options, connection = Options(retry_interval=0.05), Connection(command_timeout=0.3)
    with RevocationChecker.from_url(redis_server.url, options, connection) as checker:
        protect(app, JWTManager(app), checker)

        @app.get("/read")
        @jwt_required()
        def read() -> str:
            require_scopes(get_jwt(), ["tasks:read"])
            return "ok"

        @app.get("/write")
        @jwt_required()
        def write() -> str:
            require_scopes(get_jwt(), ["tasks:write"])
            return "ok"

        yield app


def test_flask(app: Flask, issuer: Issuer, redis_server: RedisServer) -> None:
    client = app.test_client()

    def get(path: str, headers: Mapping[str, str]) -> Answer:
        return Sent(client.get(path, headers=dict(headers)))

    check(get, issuer, redis_server)


def test_a_leeway_is_refused(issuer: Issuer) -> None:
    app = configured(issuer)
    app.config["JWT_DECODE_LEEWAY"] = 10
    with RevocationChecker.from_url("redis://127.0.0.1:1") as checker:
        with pytest.raises(ValueError, match="JWT_DECODE_LEEWAY"):
            protect(app, JWTManager(app), checker)
