"""What the panel shows of the bot's own books, in the panel's words. Imports the errors and the clock of nanobot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

from nanobot.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose books: a member's in a server, or in direct messages, where `guild_id` is 0."""

    user_id: int
    guild_id: int
    role_ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """`images` were taken from (or, below 0, given back to) the quota, `extra` are credits that came or went."""

    at: datetime
    kind: str
    images: int
    extra: int
    cost: Decimal | None
    note: str | None
    generation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`limit` and `left` are None for any number."""

    used: int
    limit: int | None
    left: int | None
    resets_at: datetime
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; `error` says in the program's words why it came to nothing."""

    id: str
    prompt: str
    status: str
    updated_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything about one member, newest first."""

    ledger: Sequence[LedgerLine]
    standing: Standing
    generations: Sequence[Asked]


class BotInsight(Protocol):
    """Reads the books of a bot that was online before."""

    async def books_of(self, whose: Whose) -> Books:
        """Read what is there now.

        Raises:
            OperatorError: the books cannot be read.
        """
        ...


OpenInsight: TypeAlias = Callable[[str, Clock], AbstractAsyncContextManager[BotInsight]]
"""From the database's address and the bot's clock."""
