"""How a checker decides."""

from __future__ import annotations

from dataclasses import dataclass

_MAX_PREFIX = 64


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of a checker. Immutable. Times are seconds.

    A value out of its range raises ``ValueError``, which names the option and the range.
    """

    prefix: str = ""
    """Key prefix, as set at Keycloak's ``redis-connection``; 64 printable ASCII characters at most, no space."""

    feed_max_age: float | None = 60
    """How far Redis may be behind Keycloak for an answer to count, 3 to 3600. ``None`` trusts Redis blindly."""

    staleness: float = 0
    """0 fails closed. 1 to 3600: while Redis cannot tell, accept a token if no revocation older than this can be missed."""

    remembered_tokens: int = 10_000
    """For how many tokens the last answer is kept for bounded staleness, 1 to 10,000,000."""

    retry_interval: float = 0.5
    """Time between two attempts to reach a Redis that is away, 0.05 to 60."""

    near_cache_size: int = 0
    """How many answers are kept in this process to save round trips, 0 (off) to 10,000,000."""

    near_cache_max_age: float = 1
    """Longest use of an answer in the near cache, 0.05 to 300; shorter than ``feed_max_age``.

    A revocation takes effect that much later at most.
    """

    def __post_init__(self) -> None:
        if len(self.prefix) > _MAX_PREFIX or not all("!" <= c <= "~" for c in self.prefix):
            raise ValueError(f"prefix must be at most {_MAX_PREFIX} printable ASCII characters without white space")
        if self.feed_max_age is not None:
            _require("feed_max_age", self.feed_max_age, 3, 3600)
        if self.staleness != 0:
            _require("staleness", self.staleness, 1, 3600)
            if self.feed_max_age is None:
                raise ValueError("staleness needs feed_max_age: without it nobody knows how old an answer is")
        _require("remembered_tokens", self.remembered_tokens, 1, 10_000_000)
        _require("retry_interval", self.retry_interval, 0.05, 60)
        _require("near_cache_size", self.near_cache_size, 0, 10_000_000)
        _require("near_cache_max_age", self.near_cache_max_age, 0.05, 300)
        if self.near_cache_size > 0 and self.feed_max_age is not None and self.feed_max_age <= self.near_cache_max_age:
            raise ValueError("near_cache_max_age must be shorter than feed_max_age: an answer may be that old")


def _require(option: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"{option} must be {least} to {most}, not {value}")
