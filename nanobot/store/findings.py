"""What can be wrong with the books: each sort of finding with what it rests on, and its sentence for the operator.

Imports only the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from nanobot.store.tables import ALL_GUILDS, GenerationStatus, LedgerKind


def amount(images: int, usd: Decimal) -> str:
    """Say how many pictures and US dollars."""
    return f"{images:,} picture{'' if abs(images) == 1 else 's'} and {dollars(usd)}"


def dollars(usd: Decimal) -> str:
    """Say an amount exactly: to the cent, or as far behind it as it goes."""
    whole, _, parts = f"{abs(usd):,.6f}".partition(".")
    return f"{'-' if usd < 0 else ''}${whole}.{parts.rstrip('0').ljust(2, '0')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTwice:
    """A generation has `times` holds instead of one."""

    generation_id: str
    times: int

    @property
    def sentence(self) -> str:
        return f"Generation {self.generation_id} has {self.times} holds instead of one."


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedTwice:
    """A hold was settled or released `times` times."""

    hold_id: int
    times: int

    @property
    def sentence(self) -> str:
        return f"Hold {self.hold_id} was settled or released {self.times} times."


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseEntry:
    """A line that ends no hold or is part of no line, or not of one of the same member, generation and moment."""

    entry_id: int

    @property
    def sentence(self) -> str:
        return f"Entry {self.entry_id} belongs to no hold or line of the same member, generation and moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseDraw:
    """A line that takes from, or gives to, no grant, or one that is another member's or had expired."""

    entry_id: int

    @property
    def sentence(self) -> str:
        return f"Entry {self.entry_id} uses a grant that is not there, is another member's or had expired."


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSign:
    """A line that gives where its kind takes, or the other way round."""

    entry_id: int

    @property
    def sentence(self) -> str:
        return f"Entry {self.entry_id} gives where its kind takes, or takes where it gives."


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedWrongly:
    """A hold whose end gives back more than was held, less than a release has to, or not what a cost leaves.

    What is kept and what is written off make up the cost and, for images of which nobody told it, their share of the
    held dollars.
    """

    hold_id: int
    generation_id: str | None
    kind: LedgerKind
    held_images: int
    kept_images: int
    held_usd: Decimal
    kept_usd: Decimal
    written_off_usd: Decimal
    cost: Decimal | None

    @property
    def sentence(self) -> str:
        ended = "released" if self.kind is LedgerKind.RELEASE else "settled"
        cost = "" if self.cost is None else f" with a cost of {dollars(self.cost)}"
        return (
            f"Hold {self.hold_id} of generation {self.generation_id} held "
            f"{amount(self.held_images, self.held_usd)} and was {ended}{cost}, and now counts "
            f"{amount(self.kept_images, self.kept_usd)}, with {dollars(self.written_off_usd)} written off."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBackWrongly:
    """A hold whose end gives a grant more than the hold took of it, or less than a release has to.

    `images` and `usd` are what both together give.
    """

    hold_id: int
    grant_id: int
    images: int
    usd: Decimal

    @property
    def sentence(self) -> str:
        return (
            f"Hold {self.hold_id} and its end together give grant {self.grant_id} "
            f"{amount(self.images, self.usd)}: an end gives back what the hold took and is not kept."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantOverdrawn:
    """A grant of which more was taken than was in it: what is left is below 0."""

    grant_id: int
    images: int
    usd: Decimal

    @property
    def sentence(self) -> str:
        return (
            f"Grant {self.grant_id} has {amount(self.images, self.usd)} left: more was taken than was in it."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketOff:
    """A quarter of an hour of a server, or of `ALL_GUILDS`, whose sums are not those of the ledger's lines."""

    guild_id: int
    starts_at: datetime
    ledger_images: int
    bucket_images: int
    ledger_usd: Decimal
    bucket_usd: Decimal

    @property
    def sentence(self) -> str:
        whose = "all servers" if self.guild_id == ALL_GUILDS else f"server {self.guild_id}"
        return (
            f"The quarter of an hour of {whose} from {self.starts_at:%Y-%m-%d %H:%M} UTC counts "
            f"{amount(self.bucket_images, self.bucket_usd)}, and the ledger says "
            f"{amount(self.ledger_images, self.ledger_usd)}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMismatch:
    """A generation that is posted and not settled, ended and not released, or open without an open hold.

    `ended_by` is how its hold ended, `None` where it has no hold or one that is open.
    """

    generation_id: str
    status: GenerationStatus
    hold_id: int | None
    ended_by: LedgerKind | None

    @property
    def sentence(self) -> str:
        return f"Generation {self.generation_id} is {self.status.value}, and {self._hold}."

    @property
    def _hold(self) -> str:
        if self.hold_id is None:
            return "it has no hold"
        if self.ended_by is None:
            return f"its hold {self.hold_id} is open"
        ended = "released" if self.ended_by is LedgerKind.RELEASE else "settled"
        return f"its hold {self.hold_id} was {ended}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWithoutGeneration:
    """An open hold that nobody will ever end."""

    hold_id: int
    generation_id: str | None

    @property
    def sentence(self) -> str:
        return f"Hold {self.hold_id} is open, and its generation {self.generation_id} is not there."


@dataclass(frozen=True, slots=True, kw_only=True)
class CostDiffers:
    """A generation that cost something else than the end of its hold says."""

    generation_id: str
    generation_cost: Decimal | None
    ledger_cost: Decimal | None

    @property
    def sentence(self) -> str:
        cost, settled = (
            "an unknown amount" if usd is None else dollars(usd)
            for usd in (self.generation_cost, self.ledger_cost)
        )
        return f"Generation {self.generation_id} cost {cost}, and its hold ended with {settled}."


Finding: TypeAlias = (
    HeldTwice
    | EndedTwice
    | LooseEntry
    | LooseDraw
    | WrongSign
    | EndedWrongly
    | GivenBackWrongly
    | GrantOverdrawn
    | BucketOff
    | StatusMismatch
    | HoldWithoutGeneration
    | CostDiffers
)
