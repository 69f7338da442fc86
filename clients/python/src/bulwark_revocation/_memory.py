"""What is kept of earlier answers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from ._decision import Reading


class Memory:
    """The last answers, those used least recently forgotten first. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[str, Reading] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, jti: str, reading: Reading) -> Reading | None:
        """Keeps an answer, and returns the last one as :meth:`of` does.

        An answer that says nothing, or less than what is known, changes nothing.
        """
        with self._lock:
            answers = self._answers
            old = answers.get(jti)
            if not (reading.revoked or reading.complete is not None) or old is not None and _outweighs(old, reading):
                if old is not None:
                    answers.move_to_end(jti)
                return old
            answers[jti] = reading
            if old is not None:
                answers.move_to_end(jti)
            elif len(answers) > self._size:
                answers.popitem(last=False)
            return reading

    def of(self, jti: str) -> Reading | None:
        """The last answer about a token, None if there is none."""
        with self._lock:
            reading = self._answers.get(jti)
            if reading is not None:
                self._answers.move_to_end(jti)
            return reading


def _outweighs(old: Reading, fresh: Reading) -> bool:
    if old.revoked:
        return True
    return (
        not fresh.revoked and old.complete is not None and fresh.complete is not None and old.complete > fresh.complete
    )


class Unconfirmed:
    """Answers "not revoked" that go with a watermark read before them. Thread-safe.

    If a primary was emptied in between, they are wrong. So they are remembered only when a later reading finds every
    primary as it was. All methods but :meth:`note` are called by one thread.
    """

    def __init__(self, memory: Memory, size: int) -> None:
        self._memory = memory
        self._size = size
        self._noted: dict[str, Reading] = {}
        self._being_confirmed: dict[str, Reading] = {}
        self._losses = 0
        self._lock = threading.Lock()

    def losses(self) -> int:
        """To be taken before the watermark that goes with an answer."""
        with self._lock:
            return self._losses

    def note(self, jti: str, reading: Reading, losses_before: int) -> None:
        """Keeps an answer; ``losses_before`` is the number when the answer's watermark was taken."""
        with self._lock:
            if losses_before == self._losses and len(self._noted) < self._size:
                self._noted[jti] = reading

    def begin(self) -> None:
        """A reading begins: it can confirm the answers of before."""
        with self._lock:
            self._being_confirmed.update(self._noted)
            self._noted = {}

    def confirm(self) -> None:
        """Every primary is as it was."""
        with self._lock:
            confirmed, self._being_confirmed = self._being_confirmed, {}
        for jti, reading in confirmed.items():
            self._memory.note(jti, reading)

    def lose(self) -> None:
        """A primary has lost something: no answer since the last confirmation is good."""
        with self._lock:
            self._losses += 1
            self._being_confirmed = {}
            self._noted = {}


class NearCache:
    """Answers of the last moments; the oldest go first. Thread-safe, and readers take no lock."""

    def __init__(self, size: int, max_age: float) -> None:
        self._size = size
        self._max_age = max_age
        self._answers: dict[str, tuple[Reading, float]] = {}
        self._lock = threading.Lock()

    def of(self, jti: str) -> Reading | None:
        """An answer that may still be used, None if there is none."""
        entry = self._answers.get(jti)
        return entry[0] if entry is not None and time.monotonic() < entry[1] else None

    def note(self, jti: str, reading: Reading, asked_at: float) -> None:
        """Keeps an answer; ``asked_at`` is :func:`time.monotonic` before Redis was asked."""
        with self._lock:
            self._answers.pop(jti, None)
            if len(self._answers) >= self._size:
                del self._answers[next(iter(self._answers))]
            self._answers[jti] = (reading, asked_at + self._max_age)
