"""What a deployment sets, by environment variables. A value that is not allowed stops the start and is named."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Settings:
    """The settings. Immutable."""

    url: str
    """This application as browsers see it, without a path."""
    issuer: str
    """The realm as browsers and tokens name it."""
    internal_issuer: str
    """The same realm as this application reaches it."""
    client_id: str
    client_secret: str = field(repr=False)
    audience: str
    """What ``aud`` of an access token must name."""
    redis_url: str = field(repr=False)
    """The Redis that Keycloak feeds; only read."""
    redis_prefix: str
    staleness: float
    """Seconds; 0 fails closed."""
    session_redis_url: str = field(repr=False)
    """The Redis for this application's sessions."""
    database: str
    """File of the tasks."""
    gateways: tuple[Network, ...]
    """From where ``X-Auth-…`` headers are believed."""

    @property
    def secure(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.url.startswith("https://")

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Reads them; raises ``ValueError`` that names the variable."""
        secret = environment.get("FASTAPI_APP_SECRET", "")
        if not secret:
            raise ValueError("FASTAPI_APP_SECRET is not set: the secret of the client at Keycloak")
        issuer = _safe("KEYCLOAK_ISSUER", environment.get("KEYCLOAK_ISSUER", "http://localhost:8080/realms/app"))
        url = _safe("FASTAPI_APP_URL", environment.get("FASTAPI_APP_URL", "http://localhost:8082"))
        if urlsplit(url).path:
            raise ValueError(f"FASTAPI_APP_URL must end with the host or the port: {url}")
        redis_url = environment.get("REDIS_URL", "redis://localhost:6379")
        session_redis_url = environment.get("SESSION_REDIS_URL", "")
        if session_redis_url in ("", redis_url):
            raise ValueError("SESSION_REDIS_URL must be set, and not be REDIS_URL: this application only reads there")
        return cls(
            url=url,
            issuer=issuer,
            internal_issuer=environment.get("KEYCLOAK_INTERNAL_URL") or issuer,
            client_id=environment.get("FASTAPI_APP_CLIENT_ID", "fastapi-app"),
            client_secret=secret,
            audience=environment.get("FASTAPI_APP_AUDIENCE", "relying-app"),
            redis_url=redis_url,
            redis_prefix=environment.get("REDIS_PREFIX", ""),
            staleness=_seconds("REVOCATION_STALENESS", environment.get("REVOCATION_STALENESS", "0")),
            session_redis_url=session_redis_url,
            database=environment.get("DATABASE_FILE", "fastapi-app-tasks.db"),
            gateways=_networks(environment.get("GATEWAY_ADDRESSES", "")),
        )


def _safe(name: str, url: str) -> str:
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ValueError(f"{name} must be an https URL, or http on this machine: {url}")
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment or url.endswith("/"):
        raise ValueError(f"{name} must have a host and neither user, query, fragment nor a slash at its end")
    return url


def _seconds(name: str, text: str) -> float:
    try:
        return float(text.removesuffix("s"))
    except ValueError:
        raise ValueError(f"{name} must be seconds, such as 60: {text}") from None


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as problem:
        raise ValueError(f"GATEWAY_ADDRESSES must be addresses or networks: {problem}") from None
