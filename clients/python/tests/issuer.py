"""An issuer of tokens with the claims of Keycloak's, whose keys are served by HTTP."""

from __future__ import annotations

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "relying-app"


class Issuer:
    """Signs with RS256 and ES256; counts how often its keys are fetched."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.algorithms: dict[str, str] = {}
        self.fetches = 0
        self.add_rsa("first")
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith("/missing"):
                    self.send_error(404)
                    return
                issuer.fetches += 1
                body = json.dumps(issuer.document()).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/realms/app"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add_rsa(self, kid: str) -> None:
        self.keys[kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.algorithms[kid] = "RS256"

    def add_ec(self, kid: str) -> None:
        self.keys[kid] = ec.generate_private_key(ec.SECP256R1())
        self.algorithms[kid] = "ES256"

    def document(self) -> dict[str, Any]:
        keys = []
        for kid, key in self.keys.items():
            algorithm = RSAAlgorithm if self.algorithms[kid] == "RS256" else ECAlgorithm
            keys.append(json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"})
        return {"keys": keys}

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "0f7e6a4c",
            "typ": "Bearer",
            "jti": f"onrtac:{uuid.uuid4()}",
            "iat": now,
            "exp": now + 900,
            "scope": "openid tasks:read",
            "preferred_username": "alice",
        } | more
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, kid: str = "first", **more: Any) -> str:
        return self.sign(self.claims(**more), kid)

    def sign(self, claims: dict[str, Any], kid: str = "first") -> str:
        return jwt.encode(claims, self.keys[kid], self.algorithms[kid], headers={"kid": kid})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
