"""Write holds and their ends into the ledger: what each line counts, and when. Imports the store.

Every function locks the account first or is called under its lock, so that what it read still holds when it writes.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.quotas.policy import Allowed, Draw
from nanobot.store import accounts, buckets, ledger
from nanobot.store.accounts import Account
from nanobot.store.ledger import HeldLine
from nanobot.store.tables import LedgerEntry, LedgerKind, Unit

log = logging.getLogger(__name__)

_SMALLEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a hold ends: so many images are kept, and so many were `lost` that were paid for like them.

    `cost` in US dollars is that of both but for the `unpriced` ones among them, or nobody told it of any. `in_doubt`
    counts images besides, of which nobody knows whether they were paid for.

    Raises:
        ValueError: fewer than 0 images of a sort.
    """

    kind: LedgerKind
    images: int = 0
    lost: int = 0
    unpriced: int = 0
    in_doubt: int = 0
    cost: Decimal | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if min(self.images, self.lost, self.unpriced, self.in_doubt) < 0:
            raise ValueError("there are no fewer than 0 images of any sort")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What a hold's lines took, in the order in which it was taken: of the allowance, then of each grant."""

    images: Decimal
    usd: Decimal
    image_draws: tuple[Draw, ...]
    usd_draws: tuple[Draw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """The US dollars that are `kept`, and all that caps count; for `estimated_images` of them the estimate stands."""

    kept: Decimal
    in_all: Decimal
    estimated_images: int


def to_dollars(amount: Decimal) -> Decimal:
    """Return the amount as the books can hold it: to the millionth, in favour of who pays."""
    return amount.quantize(_SMALLEST, rounding=ROUND_UP)


async def append_hold(
    session: AsyncSession, account: Account, *, now: datetime, generation_id: str, allowed: Allowed
) -> None:
    """Take from allowances and grants; the caller holds the locks under which it counted them."""
    first = _line(account, LedgerKind.HOLD, at=now, counts_at=now, generation_id=generation_id)
    first.allowance_images = int(allowed.images.from_allowance)
    first.allowance_usd = Decimal(allowed.usd.from_allowance)
    await ledger.append(session, first)
    await _append_parts(
        session,
        first,
        images=_negative(allowed.images.from_grants),
        usd=_negative(allowed.usd.from_grants),
    )


async def end_hold(session: AsyncSession, generation_id: str, ending: Ending, *, now: datetime) -> bool:
    """Give back what is not kept, grants before the allowance and the one used last first.

    Images beyond those that were held are not counted. A cost beyond what was held is counted as used. What was or
    may have been paid for images that are not kept is written off. For those of which nobody told a price, their
    share of what is held stands, for at most as many as were held. Returns `False` where there is no open hold.
    """
    lines = await ledger.hold_of(session, generation_id)
    if not lines:
        return False
    first = lines[0]
    account = Account(guild_id=first.guild_id, user_id=first.user_id)
    await accounts.lock(session, account)
    held = _held(lines)
    total_images = held.images + sum(draw.amount for draw in held.image_draws)
    total_usd = held.usd + sum(draw.amount for draw in held.usd_draws)
    keep_images = min(Decimal(ending.images), total_images)
    counted = _count(ending, held_images=int(total_images), held_usd=total_usd)
    keep_usd = counted.kept
    if keep_usd > total_usd > 0:  # with no price known nothing was held, and no limit in dollars applied
        log.warning("generation %s: cost $%s, and $%s was held for it", generation_id, keep_usd, total_usd)
    end = _line(
        account, ending.kind, at=now, counts_at=first.counts_at, generation_id=generation_id
    )  # what is given back after midnight goes to the day it was taken from
    end.hold_id, end.cost, end.note = first.id, ending.cost, ending.note
    end.written_off_usd, end.estimated_images = counted.in_all - counted.kept, counted.estimated_images
    images_from, image_draws = _give_back(held.images, held.image_draws, keep_images)
    usd_from, usd_draws = _give_back(held.usd, held.usd_draws, keep_usd)
    end.allowance_images, end.allowance_usd = int(images_from), usd_from
    if not await ledger.append_end(session, end):
        return False
    await _append_parts(session, end, images=image_draws, usd=usd_draws)
    return True


async def append_by_admin(session: AsyncSession, entry: LedgerEntry) -> LedgerEntry:
    """Append a grant, a reset or a correction under its account's lock."""
    account = Account(guild_id=entry.guild_id, user_id=entry.user_id)
    await accounts.lock(session, account)
    await ledger.append(session, entry)
    await buckets.add(
        session,
        account,
        entry.counts_at,
        images=entry.allowance_images,
        usd=entry.allowance_usd,
    )
    return entry


async def _append_parts(
    session: AsyncSession, first: LedgerEntry, *, images: Sequence[Draw], usd: Sequence[Draw]
) -> None:
    """Append to a line one for each grant that gains or loses, and count all of it in the buckets."""
    parts = [
        _part(first, unit, draw) for unit, draws in ((Unit.IMAGES, images), (Unit.USD, usd)) for draw in draws
    ]
    await ledger.append_parts(session, parts)
    await buckets.add(
        session,
        Account(guild_id=first.guild_id, user_id=first.user_id),
        first.counts_at,
        images=first.allowance_images - int(sum(draw.amount for draw in images)),
        usd=first.allowance_usd - sum(draw.amount for draw in usd) + first.written_off_usd,
    )


def _part(first: LedgerEntry, unit: Unit, draw: Draw) -> LedgerEntry:
    account = Account(guild_id=first.guild_id, user_id=first.user_id)
    part = _line(
        account, first.kind, at=first.at, counts_at=first.counts_at, generation_id=first.generation_id
    )
    part.part_of, part.grant_id = first.id, draw.grant_id
    if unit is Unit.IMAGES:
        part.grant_images = int(draw.amount)
    else:
        part.grant_usd = Decimal(draw.amount)
    return part


def _line(
    account: Account, kind: LedgerKind, *, at: datetime, counts_at: datetime, generation_id: str | None
) -> LedgerEntry:
    return LedgerEntry(
        at=at,
        counts_at=counts_at,
        guild_id=account.guild_id,
        user_id=account.user_id,
        generation_id=generation_id,
        kind=kind,
    )


def _held(lines: Sequence[HeldLine]) -> _Held:
    return _Held(
        images=Decimal(lines[0].allowance_images),
        usd=lines[0].allowance_usd,
        image_draws=tuple(
            Draw(grant_id=line.grant_id, amount=-line.grant_images)
            for line in lines
            if line.grant_id is not None and line.grant_images
        ),
        usd_draws=tuple(
            Draw(grant_id=line.grant_id, amount=-line.grant_usd)
            for line in lines
            if line.grant_id is not None and line.grant_usd
        ),
    )


def _count(ending: Ending, *, held_images: int, held_usd: Decimal) -> _Counted:
    """Count in fractions, and round once: a sixth times three is more than a half in decimals."""
    made = ending.images + ending.lost
    unpriced = made if ending.cost is None else min(ending.unpriced, made)
    told, each = Fraction(ending.cost or 0), Fraction(held_usd) / held_images
    estimated_images = min(held_images, unpriced + ending.in_doubt)
    kept = Fraction(0)
    if ending.images:
        part = Fraction(ending.images, made)
        kept = told * part + each * min(Fraction(held_images), unpriced * part)
    in_all = told + each * estimated_images
    return _Counted(kept=_up(kept), in_all=_up(in_all), estimated_images=estimated_images)


def _up(amount: Fraction) -> Decimal:
    return Decimal(math.ceil(amount / Fraction(_SMALLEST))) * _SMALLEST


def _give_back(
    from_allowance: Decimal, draws: Sequence[Draw], keep: Decimal
) -> tuple[Decimal, tuple[Draw, ...]]:
    """Return what changes in the allowance's use and in each grant so that `keep` remains taken, and no less."""
    kept = min(keep, from_allowance)
    missing = keep - kept
    back = []
    for draw in draws:
        stays = min(missing, Decimal(draw.amount))
        missing -= stays
        if given := draw.amount - stays:
            back.append(Draw(grant_id=draw.grant_id, amount=given))
    return kept + missing - from_allowance, tuple(back)


def _negative(draws: Sequence[Draw]) -> tuple[Draw, ...]:
    return tuple(Draw(grant_id=draw.grant_id, amount=-draw.amount) for draw in draws)
