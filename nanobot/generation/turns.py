"""Whose turn it is: first come, first served, with a limit for all and one for each member.

A member at their own limit does not hold up those behind them. Imports only `nanobot.errors`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from nanobot.errors import NanobotError, PersonError


class TooManyWaiting(PersonError):
    """The member has as many requests waiting as one member may."""

    def __init__(self, *, waiting: int) -> None:
        self.waiting = waiting
        many = waiting != 1
        super().__init__(
            f"{waiting} {'requests of yours are' if many else 'request of yours is'} already waiting for a turn. "
            f"Ask again as soon as {'one of them' if many else 'it'} is done."
            if waiting
            else "All turns are taken right now. Ask again in a minute."
        )


class Withdrawn(NanobotError):
    """The person took the request back before it was sent."""


class Ticket:
    """A place in the queue; whoever joined must `leave`, whatever happened in between."""

    def __init__(self, queue: TurnQueue, member_id: int) -> None:
        self.member_id = member_id
        self._queue = queue
        self._moved = asyncio.Event()
        self.has_turn = False
        self.withdrawn = False

    async def positions(self) -> AsyncIterator[int]:
        """Yield the position each time it changes, 1 being next, and end once it is this ticket's turn.

        Raises:
            Withdrawn: `withdraw` was called meanwhile.
        """
        told = 0
        while not self.has_turn:
            self._moved.clear()
            self.raise_if_withdrawn()
            position = self._queue.position(self)
            if position != told:
                told = position
                yield position
                continue
            await self._moved.wait()
        self.raise_if_withdrawn()

    def withdraw(self) -> None:
        """Make the holder stop at the next safe point."""
        self.withdrawn = True
        self._moved.set()

    def raise_if_withdrawn(self) -> None:
        """Raise `Withdrawn` if `withdraw` was called."""
        if self.withdrawn:
            raise Withdrawn

    def leave(self) -> None:
        """Give the place or the turn to the next; calling it again changes nothing."""
        self._queue.remove(self)

    def wake(self) -> None:
        """Let `positions` look again."""
        self._moved.set()


class TurnQueue:
    """Grants at most `total` turns at once and `per_member` to one member; the rest wait in order of arrival."""

    def __init__(self, *, total: int, per_member: int, waiting_per_member: int) -> None:
        self._total = total
        self._per_member = per_member
        self._waiting_per_member = waiting_per_member
        self._waiting: list[Ticket] = []
        self._running: set[Ticket] = set()
        self._running_of: Counter[int] = Counter()

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def join(self, member_id: int, *, is_accepted: bool = False) -> Ticket:
        """Take a place at the end; one that was accepted before a restart is not turned away.

        Raises:
            TooManyWaiting: a turn is not free and the member has no waiting place left.
        """
        ticket = Ticket(self, member_id)
        self._waiting.append(ticket)
        self._advance()
        waiting = sum(1 for other in self._waiting if other.member_id == member_id)
        if not is_accepted and not ticket.has_turn and waiting > self._waiting_per_member:
            self._waiting.remove(ticket)
            raise TooManyWaiting(waiting=waiting - 1)
        return ticket

    def position(self, ticket: Ticket) -> int:
        """Return how many turns away the ticket is, 1 being next."""
        return self._waiting.index(ticket) + 1

    def remove(self, ticket: Ticket) -> None:
        """Take the ticket out, waiting or running; a ticket that is neither is left alone."""
        if ticket in self._running:
            self._running.remove(ticket)
            self._running_of[ticket.member_id] -= 1
            if not self._running_of[ticket.member_id]:
                del self._running_of[ticket.member_id]
        elif ticket in self._waiting:
            self._waiting.remove(ticket)
        self._advance()

    def _advance(self) -> None:
        for ticket in tuple(self._waiting):
            if len(self._running) >= self._total:
                break
            if self._running_of[ticket.member_id] >= self._per_member:
                continue
            self._waiting.remove(ticket)
            self._running.add(ticket)
            self._running_of[ticket.member_id] += 1
            ticket.has_turn = True
            ticket.wake()
        for ticket in self._waiting:
            ticket.wake()
