"""What every web adapter must answer, as RFC 6750 says. An adapter brings a function that sends a GET request."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from issuer import Issuer
from servers import RedisServer, until


class Answer(Protocol):
    status: int
    headers: Mapping[str, str]


Get = Callable[[str, Mapping[str, str]], Answer]
"""Sends GET for ``/read`` (scope tasks:read) or ``/write`` (scope tasks:write) with headers."""


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": "Bearer " + token}


def check(get: Get, issuer: Issuer, redis_server: RedisServer, no_store: bool = True) -> None:
    """``no_store``: whether the adapter forbids caching."""
    redis_server.feed()

    answer = get("/read", {})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"

    claims = issuer.claims()
    token = issuer.sign(claims)
    assert get("/read", bearer(token)).status == 200

    answer = get("/write", bearer(token))
    assert answer.status == 403
    assert answer.headers["WWW-Authenticate"].startswith("Bearer error=\"insufficient_scope\"")
    assert 'scope="tasks:write"' in answer.headers["WWW-Authenticate"]
    assert get("/write", bearer(issuer.token(scope="tasks:write"))).status == 200

    redis_server.revoke(claims["jti"])
    answer = get("/read", bearer(token))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer error="invalid_token", error_description="The token has been revoked"'
    )
    assert answer.headers.get("Cache-Control") == ("no-store" if no_store else None)

    refused: dict[str, str] = {
        "expired": issuer.token(exp=int(time.time())),
        "other audience": issuer.token(aud="other"),
        "other issuer": issuer.token(iss="https://other.example.org"),
        "ID token": issuer.token(typ="ID"),
        "refresh token": issuer.token(typ="Refresh"),
        "without kind": issuer.token(typ=None),
        "bound to a certificate": issuer.token(cnf={"x5t#S256": "x"}),
        "without jti": issuer.token(jti=None),
        "hostile jti": issuer.token(jti="a\nb"),
        "without exp": issuer.token(exp=None),
        "changed": token[:-8] + "AAAAAAAA",
        "no JWT": "abc",
    }
    for name, bad in refused.items():
        answer = get("/read", bearer(bad))
        assert answer.status == 401, name
        assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"'), name

    redis_server.flush()
    good = bearer(issuer.token())
    answer = get("/read", good)
    assert answer.status == 503, "emptied"
    assert answer.headers["Retry-After"] == "5"
    assert "WWW-Authenticate" not in answer.headers
    redis_server.feed(61)
    assert get("/read", good).status == 503, "not fed"
    redis_server.stop()
    assert get("/read", good).status == 503, "away"
    other_audience = get("/read", bearer(issuer.token(aud="other")))
    assert other_audience.status == 401, "needs no Redis"
    assert other_audience.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    redis_server.start()
    redis_server.feed()
    until(lambda: get("/read", good).status == 200)


def only_bearer_is_a_token(get: Get, issuer: Issuer) -> None:
    """Other schemes, and malformed headers."""
    token = issuer.token()
    assert get("/read", {"Authorization": "bearer " + token}).status == 200, "the scheme is case-insensitive"
    answer = get("/read", {"Authorization": "Basic YTpi"})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    malformed: list[Any] = ["Bearer", "Bearer ", "Bearer a b", 'Bearer a"b', "Bearer " + token + ", Bearer " + token]
    for value in malformed:
        answer = get("/read", {"Authorization": value})
        assert answer.status == 401, value
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), value
