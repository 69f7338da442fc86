"""What all primaries of a cluster say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ._decision import RealmState, parse_time
from ._memory import Unconfirmed


class Mark(NamedTuple):
    """What one primary says."""

    complete: int | None
    epoch: bytes | str
    """Of its present life, as Keycloak writes it; empty if it has none."""

    states: Mapping[str, RealmState | None]
    """By the name of the realm; None for a realm without one."""

    @staticmethod
    def of(realms: Sequence[str], values: Sequence[bytes | str | None]) -> Mark:
        """Reads watermark, epoch, and the states of realms."""
        return Mark(parse_time(values[0]), values[1] or b"", dict(zip(realms, map(RealmState.parse, values[2:]))))


class Watermarks:
    """What all primaries say, by the key of the watermark. Immutable."""

    __slots__ = ("marks", "complete")

    def __init__(self, marks: Mapping[str, Mark]) -> None:
        self.marks = marks
        completes = [mark.complete for mark in marks.values()]
        known = [complete for complete in completes if complete is not None]
        # Of all primaries, since a token may be on any.
        self.complete = min(known) if known and len(known) == len(completes) else None

    def reads(self, realm: str) -> bool:
        """Whether the state of a realm was read from every primary."""
        return all(realm in mark.states for mark in self.marks.values())

    def state(self, realm: str) -> RealmState | None:
        """What all primaries together say of a realm; None if one of them says nothing."""
        whole: RealmState | None = None
        for mark in self.marks.values():
            state = mark.states.get(realm)
            if state is None:
                return None
            whole = state if whole is None else whole.also(state)
        return whole

    def continues(self, before: Watermarks) -> bool:
        """Whether no primary has lost anything since ``before``.

        Each has a watermark that has not gone back (a replica has taken over that had less), and the same epoch (it
        was not emptied and filled again).
        """
        if self.complete is None or self.marks.keys() != before.marks.keys():
            return False
        for key, mark in self.marks.items():
            old = before.marks[key]
            if old.complete is not None and mark.complete is not None and old.complete > mark.complete:
                return False
            if old.epoch != mark.epoch:
                return False
        return True


class Watched:
    """What was last seen, and what it means for the answers of before. Read by many, written by one."""

    MOST_REALMS = 1000
    """The state of a further realm is read for each of its tokens."""

    def __init__(self, unconfirmed: Unconfirmed) -> None:
        self.seen = Watermarks({})
        self.realms: tuple[str, ...] = ()
        """Those that tokens have named."""
        self._unconfirmed = unconfirmed

    def wants(self, realm: str) -> None:
        """The state of a realm is read from now on."""
        if realm not in self.realms and len(self.realms) < self.MOST_REALMS:
            self.realms = (*self.realms, realm)

    def first(self, marks: Mapping[str, Mark]) -> None:
        """The first reading."""
        self.seen = Watermarks(marks)

    def begin(self) -> None:
        """A further reading begins."""
        self._unconfirmed.begin()

    def end(self, marks: Mapping[str, Mark], complete: bool) -> None:
        """A further reading has ended; ``complete`` is false if a primary could not be read."""
        now = Watermarks(marks)
        holds = now.continues(self.seen)
        # Before the loss is told: an answer with the old watermark is then too late to be noted.
        self.seen = now
        if not holds:
            self._unconfirmed.lose()
        elif complete:
            self._unconfirmed.confirm()
