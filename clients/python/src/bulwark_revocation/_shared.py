"""A value that one caller makes, while the others wait for it and share what comes of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from redis.exceptions import ConnectionError as RedisConnectionError

T = TypeVar("T")


class Shared(Generic[T]):
    """For threads. So many callers of a Redis that is away wait for one time-out, and not one after the other."""

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._lock = threading.Lock()
        self._failures = 0
        self.value: T | None = None

    def make(self, make: Callable[[], T]) -> T:
        """The value, made if it is not there; raises what ``make`` raises."""
        before = self._failures
        if not self._lock.acquire(timeout=self._wait):
            raise RedisConnectionError("Another thread is still connecting.")
        try:
            if self.value is not None:
                return self.value
            if self._failures != before:
                raise RedisConnectionError("Another thread could not connect.")
            try:
                self.value = make()
            except Exception:
                self._failures += 1
                raise
            return self.value
        finally:
            self._lock.release()


class AsyncShared(Generic[T]):
    """For asyncio."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._failures = 0
        self.value: T | None = None

    async def make(self, make: Callable[[], Awaitable[T]]) -> T:
        """The value, made if it is not there; raises what ``make`` raises."""
        before = self._failures
        async with self._lock:
            if self.value is not None:
                return self.value
            if self._failures != before:
                raise RedisConnectionError("Another task could not connect.")
            try:
                self.value = await make()
            except Exception:
                self._failures += 1
                raise
            return self.value
