"""The tasks, in SQLite. What a task belongs to is the ``sub`` of its owner."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

_TABLE = """
CREATE TABLE IF NOT EXISTS task (
  id INTEGER PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0
)"""


@dataclass(frozen=True)
class Task:
    """A task."""

    id: int
    title: str
    done: bool


class TaskStore:
    """All tasks. Thread-safe: a connection for each call."""

    def __init__(self, file: str) -> None:
        self._file = file
        with closing(self._open()) as database, database:
            database.execute(_TABLE)
            database.execute("CREATE INDEX IF NOT EXISTS task_owner ON task (owner)")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=10)

    def of(self, owner: str) -> list[Task]:
        """An owner's tasks, oldest first."""
        with closing(self._open()) as database:
            rows = database.execute("SELECT id, title, done FROM task WHERE owner = ? ORDER BY id", (owner,))
            return [Task(row[0], row[1], bool(row[2])) for row in rows]

    def add(self, owner: str, title: str) -> Task:
        """A new task."""
        with closing(self._open()) as database, database:
            row = database.execute("INSERT INTO task (owner, title) VALUES (?, ?)", (owner, title))
            return Task(int(row.lastrowid or 0), title, False)

    def finish(self, owner: str, task: int, done: bool) -> None:
        """Nothing happens to a task of somebody else."""
        with closing(self._open()) as database, database:
            database.execute("UPDATE task SET done = ? WHERE id = ? AND owner = ?", (done, task, owner))

    def delete(self, owner: str, task: int) -> None:
        """Nothing happens to a task of somebody else."""
        with closing(self._open()) as database, database:
            database.execute("DELETE FROM task WHERE id = ? AND owner = ?", (task, owner))

    def owners(self) -> dict[str, int]:
        """How many tasks each owner has."""
        with closing(self._open()) as database:
            return dict(database.execute("SELECT owner, count(*) FROM task GROUP BY owner ORDER BY owner"))
