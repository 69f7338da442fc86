"""Work that one of several callers does, while the others wait for it or go on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable


class Turn:
    """For threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self, work: Callable[[], None]) -> bool:
        """Does the work, unless another thread is doing it. Tells whether it was done here."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            work()
        finally:
            self._lock.release()
        return True

    def wait(self, longest: float) -> None:
        """Waits until the other thread has done it, or until the time is over."""
        if self._lock.acquire(timeout=longest):
            self._lock.release()


class AsyncTurn:
    """For asyncio. The work is done on one other thread, however many tasks wait for it."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def take(self, work: Callable[[], None], must_wait: Callable[[], bool], longest: float) -> None:
        """Does the work, unless another task is doing it; then waits for it if it must, and no longer than this."""
        task = self._task
        if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
            task = self._task = asyncio.create_task(asyncio.to_thread(work))
        elif not must_wait():
            return
        # Whoever is cancelled or has waited long enough leaves the work to the others.
        done, _ = await asyncio.wait([task], timeout=longest)
        if done:
            task.result()
