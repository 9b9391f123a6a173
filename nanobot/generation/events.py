"""What happens to a request, as a closed union: every consumer renders it by one `match`.

Order: `Accepted`, then `Queued` zero or more times, `Preparing`, `Generating`, `PictureReady` for each picture as it
arrives, and exactly one last event of `Finished`, `Delayed`, `Cancelled` or `Failed`. A request that was never
accepted yields `Refused` or `QuotaRefused` alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from nanobot.generation.collect import CollectedPicture
from nanobot.quotas.policy import QuotaRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The hold is in the ledger; from here on the request is known by `generation_id`.

    `count` pictures are held and will be made, which is more than was asked for where a model makes a fixed number.
    `left_out` names the options, as the person knows them, that the model does not take and that were not sent.
    """

    generation_id: str
    model: str
    count: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Waiting; `position` 1 is next."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """The given pictures are being read and brought into a form that NanoGPT takes."""

    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Generating:
    """The paid request is about to be sent: from here on it cannot be cancelled."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReady:
    """One finished picture; `total` are expected, and rarely more come."""

    picture: CollectedPicture
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheaperSize:
    """A size of the same model that costs `price` US dollars a picture, where `instead_of` was paid."""

    size: str
    price: Decimal
    instead_of: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """All pictures are handed over; the consumer posts them and then settles with `Books.posted`.

    `cost` is in US dollars. `lost` counts pictures that were made but could not be fetched, `failed` those that were
    not made, with the sentence of the first `failure`: neither costs the member anything. `cheaper` is there when the
    bot's balance is low. `left_out` as in `Accepted`. `in_doubt` is for `Books.posted`.
    """

    generation_id: str
    model: str
    cost: Decimal | None
    payment_source: str | None
    seconds: float
    pictures: int
    lost: int = 0
    failed: int = 0
    in_doubt: int = 0
    failure: str | None = None
    cheaper: CheaperSize | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Not accepted: nothing was held and nothing was paid."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRefused:
    """The member's quota does not allow it."""

    refusal: QuotaRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """Withdrawn before it was sent; the hold is released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed:
    """Paid and made, and out of reach for now: it stays `made`, and recovery goes on trying while its links last."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It came to nothing; the hold is released. `sentence` says why and what to do."""

    sentence: str


Event: TypeAlias = (
    Accepted
    | Queued
    | Preparing
    | Generating
    | PictureReady
    | Finished
    | Refused
    | QuotaRefused
    | Cancelled
    | Delayed
    | Failed
)

EventStream: TypeAlias = AsyncGenerator[Event, None]
