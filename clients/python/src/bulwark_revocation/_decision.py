"""The policy. Pure: what is known goes in, the verdict comes out. Times are milliseconds since 1970."""

from __future__ import annotations

import enum
from typing import NamedTuple

from ._options import Options

_LONG_MIN = -(2**63)
_LONG_MAX = 2**63 - 1


class Verdict(enum.Enum):
    """What a check says about a token."""

    LIVE = "live"
    """Redis knows, and the token is not revoked."""

    LIVE_STALE = "live-stale"
    """Redis cannot tell just now, but no revocation older than ``Options.staleness`` can be missed."""

    REVOKED = "revoked"
    """The token is revoked. Answer 401."""

    EXPIRED = "expired"
    """The token's ``exp`` has come. Answer 401."""

    MALFORMED = "malformed"
    """The token has no ``exp``, or no ``jti`` that may become part of a key. Redis was not asked. Answer 401."""

    UNKNOWN = "unknown"
    """Nobody can tell. The token may be good: answer 503, so that the client keeps it."""

    def __init__(self, _: str) -> None:
        self.accepted: bool = _.startswith("live")
        """Whether the request may go on."""


class Reading(NamedTuple):
    """What Redis answered."""

    revoked: bool
    """True is true, however old the rest is."""

    heartbeat: int | None
    """Time up to which Redis has the revocations of realms that are not held; None if it does not say."""

    complete: int | None
    """Time up to which Redis has the revocations that concern the token; None if it does not say."""

    since: int | None
    """Time from which Keycloak knows every token of the realm: a revocation of an older one can be missing."""


class RealmState(NamedTuple):
    """What Keycloak says about revocation in one realm."""

    since: int
    """Time from which it knows every token."""

    held: int | None
    """Time up to which it is complete while Keycloak cannot decide about some tokens; None if it is not held."""

    doubtful: frozenset[str]
    """Ids of tokens about which Keycloak cannot decide now."""

    @staticmethod
    def parse(value: bytes | str | None) -> RealmState | None:
        """Reads ``since held id…``; None if there is none, or if somebody else wrote it."""
        if value is None:
            return None
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        fields = text.split(" ")
        if len(fields) < 2:
            return None
        since = parse_time(fields[0])
        held = None if fields[1] == "-" else parse_time(fields[1])
        if since is None or held is None and fields[1] != "-":
            return None
        return RealmState(since, held, frozenset(fields[2:]))

    def also(self, other: RealmState) -> RealmState:
        """What holds if one primary of a cluster says this, and another one the other."""
        held = [time for time in (self.held, other.held) if time is not None]
        return RealmState(
            max(self.since, other.since), min(held, default=None), self.doubtful | other.doubtful
        )


def reading_of(jti: str, revoked: bool, heartbeat: int | None, state: RealmState | None) -> Reading:
    """What Redis says about a token; ``state`` is that of its realm."""
    if state is None or jti in state.doubtful:
        return Reading(revoked, heartbeat, None, None)
    held = state.held
    complete = heartbeat if heartbeat is None or held is None else min(heartbeat, held)
    return Reading(revoked, heartbeat, complete, state.since)


class Policy:
    """The options as the decision needs them."""

    __slots__ = ("feed_max_age", "staleness")

    def __init__(self, options: Options) -> None:
        self.feed_max_age = None if options.feed_max_age is None else round(options.feed_max_age * 1000)
        self.staleness = round(options.staleness * 1000)

    def knows(self, complete: int | None, now: int) -> bool:
        """Whether a time of completeness is as near as the options ask for."""
        age = self.feed_max_age
        return age is None or complete is not None and -age <= now - complete <= age

    def decide(self, reading: Reading | None, remembered: Reading | None, issued: int | None, now: int) -> Verdict:
        """Decides.

        ``reading`` is None if Redis did not answer; ``remembered`` is its last answer, None if there is none;
        ``issued`` is None if unknown.
        """
        if reading is not None and reading.revoked:
            return Verdict.REVOKED
        known = _is_known(reading, issued) and _is_known(remembered, issued)
        if known and reading is not None and self.knows(reading.complete, now):
            return Verdict.LIVE
        if remembered is not None and remembered.revoked:
            return Verdict.REVOKED
        bound = self.staleness
        if bound == 0:
            return Verdict.UNKNOWN
        # A token that was not revoked at some time within the bound cannot have been revoked before that. It was
        # not revoked when it was issued, nor when Redis, complete until then, said so.
        young = (
            known
            and (
                reading is not None
                and _within(reading.complete, now, bound)
                or remembered is not None
                and _within(remembered.complete, now, bound)
            )
            or _within(issued, now, bound)
        )
        return Verdict.LIVE_STALE if young else Verdict.UNKNOWN


def _is_known(reading: Reading | None, issued: int | None) -> bool:
    """Whether Keycloak has a record of the token, so that its revocation would be in Redis."""
    return reading is None or issued is None or reading.since is None or issued >= reading.since


def _within(time: int | None, now: int, bound: int) -> bool:
    """A time far in the future means that the clocks differ: it says nothing."""
    return time is not None and -bound <= now - time <= bound


def parse_time(text: bytes | str | None) -> int | None:
    """The number in a key of Keycloak's; None if there is none, or if somebody else wrote it."""
    if text is None:
        return None
    if isinstance(text, bytes):
        try:
            text = text.decode("ascii")
        except UnicodeDecodeError:
            return None
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
        return None
    number = int(text)
    return number if _LONG_MIN < number <= _LONG_MAX else None
