"""Keeps callers from waiting for a Redis that is known to be away."""

from __future__ import annotations

import threading
import time


class Circuit:
    """After a failure one caller an interval may try; the others are told at once. Thread-safe."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._open = False
        self._next_try = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether the caller may try; if so it reports how it went."""
        if not self._open:
            return True
        with self._lock:
            now = time.monotonic()
            if self._open and now < self._next_try:
                return False
            self._next_try = now + self._interval
            return True

    def succeeded(self) -> None:
        """Redis answered."""
        if self._open:
            self._open = False

    def failed(self) -> None:
        """Redis did not answer."""
        with self._lock:
            self._next_try = time.monotonic() + self._interval
            self._open = True
