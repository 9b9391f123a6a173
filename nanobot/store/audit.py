"""Find what is wrong in the books: every sum anew from the ledger's lines. Imports only the store.

Each search is one statement that the database works through row by row, and of what it finds at most `limit` come
back: neither a long ledger nor a broken one fills the memory. A session of `Database.read` shows all of them the
same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store import audit_lines, findings
from nanobot.store.audit_lines import (
    COUNTED,
    IS_FIRST_OF_HOLD,
    NOTHING,
    capped_usd,
    ending,
    hold,
    line,
    used,
    whole_number,
)
from nanobot.store.findings import Finding
from nanobot.store.tables import (
    ALL_GUILDS,
    OPEN_STATUSES,
    Generation,
    GenerationStatus,
    LedgerEntry,
    LedgerKind,
    UsageBucket,
)
from nanobot.store.types import Dollars, UtcDateTime

_QUARTER_OF_COUNTS_AT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', strftime('%s', counts_at) / 900 * 900, 'unixepoch')",
    "postgresql": "to_timestamp(floor(extract(epoch FROM counts_at) / 900) * 900)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the books say altogether: what members used, and what was or may have been paid for nothing."""

    entries: int
    holds: int
    open_holds: int
    images: int
    usd: Decimal
    written_off_usd: Decimal


async def find(session: AsyncSession, *, limit: int) -> list[Finding]:
    """Return what is wrong, at most `limit` of each sort."""
    searches: list[tuple[Callable[..., Finding], Select[*tuple[Any, ...]]]] = [
        (findings.HeldTwice, audit_lines.held_twice()),
        (findings.EndedTwice, audit_lines.ended_twice()),
        (findings.LooseEntry, audit_lines.loose_ends()),
        (findings.LooseEntry, audit_lines.loose_parts()),
        (findings.LooseDraw, audit_lines.loose_draws()),
        (findings.WrongSign, audit_lines.wrong_signs()),
        (findings.EndedWrongly, audit_lines.ended_wrongly()),
        (findings.GivenBackWrongly, audit_lines.given_back_wrongly()),
        (findings.GrantOverdrawn, audit_lines.overdrawn()),
        (findings.BucketOff, _buckets_off(_QUARTER_OF_COUNTS_AT[session.get_bind().dialect.name])),
        (findings.StatusMismatch, _status_mismatches()),
        (findings.HoldWithoutGeneration, _holds_without_generation()),
        (findings.CostDiffers, _differing_costs()),
    ]
    return [
        make(**row._mapping)
        for make, search in searches
        for row in await session.execute(search.limit(limit))
    ]


async def totals(session: AsyncSession) -> Totals:
    """Add everything up."""
    images, usd = used(line)
    is_hold = (line.kind == LedgerKind.HOLD) & line.part_of.is_(None)
    counted = line.kind.in_(COUNTED)
    lines = (
        await session.execute(
            select(
                func.count(),
                func.count().filter(is_hold),
                func.count().filter(line.hold_id.is_not(None)),
                whole_number(func.sum(images).filter(counted)),
                type_coerce(func.sum(usd).filter(counted), Dollars),
                type_coerce(func.sum(line.written_off_usd), Dollars),
            ).select_from(line)
        )
    ).one()
    entries, holds, ended, used_images, used_usd, written_off_usd = lines
    return Totals(
        entries=entries,
        holds=holds,
        open_holds=holds - ended,
        images=used_images,
        usd=used_usd or NOTHING,
        written_off_usd=written_off_usd or NOTHING,
    )


def _buckets_off(quarter: str) -> Select[*tuple[Any, ...]]:
    """Lay the ledger's sums beside those of the buckets, each of which has nothing where the other has something."""
    images, usd = used(LedgerEntry)[0], capped_usd(LedgerEntry)
    starts_at = type_coerce(literal_column(quarter), UtcDateTime).label("starts_at")
    by_server = (
        select(
            LedgerEntry.guild_id,
            starts_at,
            whole_number(func.sum(images)).label("images"),
            func.sum(usd).label("usd"),
        )
        .where(LedgerEntry.kind.in_(COUNTED))
        .group_by(LedgerEntry.guild_id, starts_at)
        .cte("by_server")
    )
    no_images, no_usd = literal(0, BigInteger), literal(NOTHING, Dollars)
    both = union_all(
        select(by_server, no_images.label("bucket_images"), no_usd.label("bucket_usd")),
        select(
            literal(ALL_GUILDS, BigInteger), *by_server.c["starts_at", "images", "usd"], no_images, no_usd
        ),
        select(
            UsageBucket.guild_id,
            UsageBucket.starts_at,
            no_images,
            no_usd,
            UsageBucket.images,
            UsageBucket.usd,
        ),
    ).subquery("both_sides")
    ledger_images, ledger_usd = func.sum(both.c.images), func.sum(both.c.usd)
    bucket_images, bucket_usd = func.sum(both.c.bucket_images), func.sum(both.c.bucket_usd)
    return (
        select(
            both.c.guild_id,
            both.c.starts_at,
            whole_number(ledger_images).label("ledger_images"),
            whole_number(bucket_images).label("bucket_images"),
            ledger_usd.label("ledger_usd"),
            bucket_usd.label("bucket_usd"),
        )
        .group_by(both.c.guild_id, both.c.starts_at)
        .having(or_(ledger_images != bucket_images, ledger_usd != bucket_usd))
    )


def _status_mismatches() -> Select[*tuple[Any, ...]]:
    status = Generation.status
    return (
        select(
            Generation.id.label("generation_id"),
            status,
            hold.id.label("hold_id"),
            ending.kind.label("ended_by"),
        )
        .select_from(Generation)
        .outerjoin(hold, and_(hold.generation_id == Generation.id, IS_FIRST_OF_HOLD))
        .outerjoin(ending, ending.hold_id == hold.id)
        .where(
            or_(
                hold.id.is_(None),
                case(
                    (status.in_(OPEN_STATUSES), ending.id.is_not(None)),
                    (status == GenerationStatus.POSTED, ending.kind.is_distinct_from(LedgerKind.SETTLE)),
                    else_=ending.kind.is_distinct_from(LedgerKind.RELEASE),
                ),
            )
        )
    )


def _holds_without_generation() -> Select[*tuple[Any, ...]]:
    return select(hold.id.label("hold_id"), hold.generation_id).where(
        IS_FIRST_OF_HOLD,
        ~exists().where(ending.hold_id == hold.id),
        ~exists().where(Generation.id == hold.generation_id),
    )


def _differing_costs() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Generation.id.label("generation_id"),
            Generation.cost.label("generation_cost"),
            ending.cost.label("ledger_cost"),
        )
        .select_from(Generation)
        .join(hold, and_(hold.generation_id == Generation.id, IS_FIRST_OF_HOLD))
        .join(ending, ending.hold_id == hold.id)
        .where(
            Generation.status.not_in(OPEN_STATUSES),
            ending.cost.is_distinct_from(Generation.cost),
        )
    )
