"""In which order the jobs of several people are done. Imports only the standard library.

One person's files, however slow, leave a worker for everybody else, and nobody waits for more than one job of each of
those who came before.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import Generic, TypeAlias, TypeVar

Owner: TypeAlias = int | str
"""Whose job it is: a member's id, or that of a generation for what NanoGPT made."""

_Job = TypeVar("_Job")


class FairQueue(Generic[_Job]):
    """Takes one job of each owner in turn, and never has more than `most_of_one` of one owner under way."""

    def __init__(self, *, most_of_one: int) -> None:
        self._most_of_one = most_of_one
        self._waiting: OrderedDict[Owner, deque[_Job]] = OrderedDict()
        self._under_way: Counter[Owner] = Counter()

    def put(self, owner: Owner, job: _Job) -> None:
        self._waiting.setdefault(owner, deque()).append(job)

    def take(self) -> tuple[Owner, _Job] | None:
        """Return whose turn it is and the job, which is under way until it is `finished`; `None` if none may begin."""
        owner = next((owner for owner in self._waiting if self._under_way[owner] < self._most_of_one), None)
        if owner is None:
            return None
        jobs = self._waiting[owner]
        job = jobs.popleft()
        if jobs:
            self._waiting.move_to_end(owner)
        else:
            del self._waiting[owner]
        self._under_way[owner] += 1
        return owner, job

    def finished(self, owner: Owner) -> None:
        """Say that a job of `owner` is no longer under way."""
        self._under_way[owner] -= 1
        if not self._under_way[owner]:
            del self._under_way[owner]

    def take_all(self) -> list[_Job]:
        """Return what waits, which will not be done."""
        waiting = [job for jobs in self._waiting.values() for job in jobs]
        self._waiting.clear()
        return waiting
