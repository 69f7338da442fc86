"""Flask with Flask-JWT-Extended (extra ``flask``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify
from flask_jwt_extended import JWTManager

from ._checker import RevocationChecker
from .bearer import InvalidToken, Refusal, invalid_token, missing_token, refusal_of, require_access_token


def protect(app: Flask, jwt: JWTManager, checker: RevocationChecker) -> None:
    """Makes Flask-JWT-Extended ask Redis about each token, after it has verified it.

    A token that must not be accepted gets 401 with ``WWW-Authenticate`` (RFC 6750), also where Flask-JWT-Extended
    itself rejects it, which else answers 422. Where nobody can tell the answer is 503 with ``Retry-After``. An ID token
    and a token bound to a key are refused. A loader that the application sets afterwards replaces that of this
    function. Raises ``ValueError`` if ``JWT_DECODE_LEEWAY`` is not 0.
    """
    if app.config.get("JWT_DECODE_LEEWAY"):
        raise ValueError("JWT_DECODE_LEEWAY must be 0: Redis forgets a revoked token at its exp")

    @jwt.token_in_blocklist_loader
    def is_refused(_header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
        try:
            require_access_token(claims)
        except InvalidToken as problem:
            raise invalid_token(str(problem)) from problem
        refusal = refusal_of(checker.check(claims))
        if refusal is not None:
            raise refusal
        return False

    @jwt.unauthorized_loader
    def without_token(_reason: str) -> Response:
        return _response(missing_token())

    @jwt.invalid_token_loader
    def not_verified(_reason: str) -> Response:
        return _response(invalid_token("The token cannot be verified"))

    @jwt.expired_token_loader
    def expired(_header: Mapping[str, Any], _claims: Mapping[str, Any]) -> Response:
        return _response(invalid_token("The token has expired"))

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        return _response(refusal)


def _response(refusal: Refusal) -> Response:
    response = jsonify(msg=refusal.description)
    response.status_code = refusal.status
    response.headers.update(refusal.headers)
    return response
