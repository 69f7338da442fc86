"""Flask with Flask-JWT-Extended (extra ``flask``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify
from flask_jwt_extended import JWTManager

from ._checker import RevocationChecker
from .bearer import InvalidToken, Refusal, invalid_token, refusal_of, require_access_token


def protect(app: Flask, jwt: JWTManager, checker: RevocationChecker) -> None:
    """Makes Flask-JWT-Extended ask Redis about each token, after it has verified it.

    A token that must not be accepted gets 401 with ``WWW-Authenticate`` (RFC 6750), and 503 with ``Retry-After`` where
    nobody can tell. An ID token and a token bound to a key are refused. Raises ``ValueError`` if ``JWT_DECODE_LEEWAY``
    is not 0.
    """
    if app.config.get("JWT_DECODE_LEEWAY"):
        raise ValueError("JWT_DECODE_LEEWAY must be 0: Redis forgets a revoked token at its exp")

    @jwt.token_in_blocklist_loader
    def is_refused(_header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
        try:
            require_access_token(claims)
        except InvalidToken as problem:
            raise invalid_token(str(problem)) from problem
        refusal = refusal_of(checker.check_claims(claims))
        if refusal is not None:
            raise refusal
        return False

    @app.errorhandler(Refusal)
    def answer(refusal: Refusal) -> Response:
        response = jsonify(msg=refusal.description)
        response.status_code = refusal.status
        response.headers.update(refusal.headers)
        return response
