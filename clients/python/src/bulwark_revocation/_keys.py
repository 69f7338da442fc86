"""Names of keys, as Keycloak's redis-revocation-listener writes them."""

from __future__ import annotations

import functools
import re
from binascii import crc_hqx
from collections.abc import Callable
from typing import Any, TypeGuard
from urllib.parse import unquote

_SLOTS = 16384

_jti = re.compile(r"[A-Za-z0-9\-._~:+/=@]{1,255}", re.ASCII).fullmatch


def is_jti(jti: object) -> TypeGuard[str]:
    """Whether an id may become part of a key.

    Keycloak's ids are like ``onrtac:0f7e…``. The rule leaves no room for braces, which choose a cluster's slot, white
    space and control characters.
    """
    return isinstance(jti, str) and _jti(jti) is not None


def realm_of(issuer: object) -> str | None:
    """The realm of an issuer, the last segment of its path; None if there is none."""
    return (unquote(issuer[issuer.rfind("/") + 1 :]) or None) if isinstance(issuer, str) else None


class Keys:
    """The keys under a prefix. Immutable."""

    __slots__ = ("revoked", "complete", "epoch", "_realm")

    def __init__(self, prefix: str) -> None:
        self.revoked = prefix + "revoked:"
        self.complete = prefix + "revocation:complete"
        self.epoch = prefix + "revocation:epoch"
        self._realm = prefix + "revocation:realm"

    def marks(self, slot: int) -> tuple[str, str]:
        """Watermark and epoch of one primary of a cluster.

        ``slot`` is the lowest that the primary serves.
        """
        tag = f":{{{tag_of_slot(slot)}}}"
        return self.complete + tag, self.epoch + tag

    def state(self, complete: str, realm: str) -> str:
        """The state of a realm, beside a watermark's key."""
        return f"{self._realm}{complete[len(self.complete) :]}:{realm}"


@functools.lru_cache(maxsize=_SLOTS)
def tag_of_slot(slot: int) -> int:
    """The smallest number whose decimal text hashes to a slot."""
    if not 0 <= slot < _SLOTS:
        raise ValueError(f"slot must be 0 to {_SLOTS - 1}, not {slot}")
    number = 0
    while crc_hqx(b"%d" % number, 0) % _SLOTS != slot:
        number += 1
    return number


def lowest_slots(owner: Callable[[int], str | None]) -> list[int]:
    """For each primary the lowest slot that it serves, in order.

    ``owner`` names the primary of a slot, None if no node serves it: then ``LookupError`` is raised.
    """
    lowest: dict[str, int] = {}
    for slot in range(_SLOTS):
        name = owner(slot)
        if name is None:
            raise LookupError(f"No node serves slot {slot}.")
        if name not in lowest:
            lowest[name] = slot
    return list(lowest.values())


def owners(client: Any) -> Callable[[int], str | None]:
    """Names the primary of each slot, as a client of redis-py for a cluster knows it."""
    slots = client.nodes_manager.slots_cache

    def owner(slot: int) -> str | None:
        nodes = slots.get(slot)
        return nodes[0].name if nodes else None

    return owner
