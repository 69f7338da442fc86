"""Tells a slow Redis from an event loop that stood still."""

from __future__ import annotations

import asyncio


class Pulse:
    """Beats while a question is under way. An event loop that stands still misses beats."""

    def __init__(self, interval: float) -> None:
        """``interval`` is in seconds. The event loop must be running."""
        self._interval = interval
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._longest = 0.0
        self._next = self._loop.call_later(interval, self._beat)

    def _beat(self) -> None:
        self._longest = self._pause()
        self._last = self._loop.time()
        self._next = self._loop.call_later(self._interval, self._beat)

    def _pause(self) -> float:
        return max(self._longest, self._loop.time() - self._last)

    @property
    def missed(self) -> bool:
        """Whether the event loop has stood still for two intervals."""
        return self._pause() > 2 * self._interval

    def __enter__(self) -> Pulse:
        return self

    def __exit__(self, *_: object) -> None:
        self._next.cancel()
