"""API keys that a gateway has verified (docs/recipes/api-keys.md)."""

from __future__ import annotations

import ipaddress
from urllib.parse import unquote

from bulwark_revocation.bearer import Claims, require_scopes
from fastapi import Request

from .settings import Network


def caller_of_key(request: Request, gateways: tuple[Network, ...]) -> Claims | None:
    """Who the gateway says asks, in the form of a token's claims; None if no gateway has verified a key.

    The headers of anybody else are not looked at.
    """
    if not gateways or request.client is None:
        return None
    address = ipaddress.ip_address(request.client.host)
    if not any(address in network for network in gateways) or not _header(request, "X-Auth-Key-Id"):
        return None
    return {"sub": _header(request, "X-Auth-Subject"), "scope": _header(request, "X-Auth-Scopes")}


def _header(request: Request, name: str) -> str:
    values = request.headers.getlist(name)
    return unquote(values[0]) if len(values) == 1 else ""


__all__ = ["caller_of_key", "require_scopes"]
