"""Search the ledger for lines that do not go together: what `nanobot.store.audit` asks of it alone. Imports the store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from nanobot.store.tables import LedgerEntry, LedgerKind
from nanobot.store.types import Dollars

NOTHING: Final = Decimal(0)
_ROUNDING = Decimal("0.000001")  # a cost is rounded to the nearest millionth, what is used of it up
_ENDS = (LedgerKind.SETTLE, LedgerKind.RELEASE)
COUNTED: Final = (LedgerKind.HOLD, *_ENDS, LedgerKind.CORRECTION)

line = aliased(LedgerEntry, name="line")
hold = aliased(LedgerEntry, name="hold")
ending = aliased(LedgerEntry, name="ending")
_whole = aliased(LedgerEntry, name="whole")
_grant = aliased(LedgerEntry, name="extra")

# Written into the statements: neither database uses a partial index for a parameter that it cannot see.
IS_FIRST_OF_HOLD: Final = (hold.kind == literal_column("'hold'")) & hold.part_of.is_(None)
_IS_GRANT = (_grant.kind == literal_column("'grant'")) & _grant.grant_id.is_(None)


def used(entry: type[LedgerEntry]) -> tuple[ColumnElement[int], ColumnElement[Decimal]]:
    """Return the pictures and dollars that a line counts as used, of the allowance and of grants."""
    return entry.allowance_images - entry.grant_images, entry.allowance_usd - entry.grant_usd


def capped_usd(entry: type[LedgerEntry]) -> ColumnElement[Decimal]:
    """Return the dollars that a line counts for caps: what was used, and what was paid for nothing."""
    return entry.allowance_usd - entry.grant_usd + entry.written_off_usd


def whole_number(number: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a sum of integers as one: PostgreSQL's are wider, and the driver would hand out decimals."""
    return cast(func.coalesce(number, 0), BigInteger)


def held_twice() -> Select[*tuple[Any, ...]]:
    return (
        select(hold.generation_id, func.count().label("times"))
        .where(IS_FIRST_OF_HOLD)
        .group_by(hold.generation_id)
        .having(func.count() > 1)
    )


def ended_twice() -> Select[*tuple[Any, ...]]:
    return (
        select(ending.hold_id, func.count().label("times"))
        .where(ending.hold_id.is_not(None))
        .group_by(ending.hold_id)
        .having(func.count() > 1)
    )


def loose_ends() -> Select[*tuple[Any, ...]]:
    """Look for ends without their hold, and for other lines that claim to be one."""
    is_end = ending.kind.in_(_ENDS) & ending.part_of.is_(None)
    return (
        select(ending.id.label("entry_id"))
        .select_from(ending)
        .outerjoin(hold, and_(hold.id == ending.hold_id, IS_FIRST_OF_HOLD))
        .where(
            or_(
                and_(is_end, or_(hold.id.is_(None), hold.id > ending.id, _is_another(hold, ending))),
                and_(~is_end, ending.hold_id.is_not(None)),
            )
        )
    )


def loose_parts() -> Select[*tuple[Any, ...]]:
    return (
        select(line.id.label("entry_id"))
        .select_from(line)
        .outerjoin(_whole, and_(_whole.id == line.part_of, _whole.part_of.is_(None)))
        .where(
            line.part_of.is_not(None),
            or_(_whole.id.is_(None), _whole.kind != line.kind, _is_another(_whole, line)),
        )
    )


def loose_draws() -> Select[*tuple[Any, ...]]:
    """Look for lines on grants that are none, that are not the member's, or that had expired when they were used."""
    is_draw = (line.grant_images != 0) | (line.grant_usd != NOTHING)
    has_expired = (line.kind == LedgerKind.HOLD) & (_grant.expires_at <= line.at)
    is_of_another = (_grant.guild_id != line.guild_id) | (_grant.user_id != line.user_id)
    return (
        select(line.id.label("entry_id"))
        .select_from(line)
        .outerjoin(_grant, and_(_grant.id == line.grant_id, _IS_GRANT))
        .where(
            or_(
                and_(line.grant_id.is_(None), is_draw, line.kind != LedgerKind.GRANT),
                and_(line.grant_id.is_not(None), or_(_grant.id.is_(None), is_of_another, has_expired)),
            )
        )
    )


def wrong_signs() -> Select[*tuple[Any, ...]]:
    """Look for holds that give, ends that take from grants, grants and resets that are used, and odd write-offs."""
    is_end = line.kind.in_(_ENDS) & line.part_of.is_(None)
    uses = or_(line.allowance_images != 0, line.allowance_usd != NOTHING)
    uses_up = or_(line.allowance_images < 0, line.allowance_usd < NOTHING)
    gives = or_(line.grant_images > 0, line.grant_usd > NOTHING)
    takes = or_(line.grant_images < 0, line.grant_usd < NOTHING)
    writes_off = or_(line.written_off_usd < NOTHING, and_(~is_end, line.written_off_usd != NOTHING))
    return select(line.id.label("entry_id")).where(
        or_(
            writes_off,
            case(
                (line.kind == LedgerKind.HOLD, or_(uses_up, gives)),
                (line.kind.in_(_ENDS), or_(line.allowance_images > 0, takes)),
                (line.kind == LedgerKind.GRANT, or_(uses, takes)),
                (line.kind == LedgerKind.RESET, or_(uses, gives, takes)),
                else_=or_(gives, takes),
            ),
        )
    )


def ended_wrongly() -> Select[*tuple[Any, ...]]:
    of_hold, of_end = _parts("parts_of_hold"), _parts("parts_of_end")
    hold_images, hold_usd = used(hold)
    end_images, end_usd = used(ending)
    held_images = hold_images - func.coalesce(of_hold.c.images, 0)
    held_usd = hold_usd - func.coalesce(of_hold.c.usd, NOTHING)
    kept_images = held_images + end_images - func.coalesce(of_end.c.images, 0)
    kept_usd = held_usd + end_usd - func.coalesce(of_end.c.usd, NOTHING)
    counted_usd = kept_usd + ending.written_off_usd
    # Multiplied, as a division would be rounded: what is counted beside the cost, and what it should be.
    estimated = (counted_usd - func.coalesce(ending.cost, NOTHING)) * held_images
    is_misjudged = func.abs(estimated - held_usd * ending.estimated_images) > (
        literal(2 * _ROUNDING, Dollars) * held_images
    )
    return (
        select(
            hold.id.label("hold_id"),
            hold.generation_id,
            ending.kind,
            whole_number(held_images).label("held_images"),
            whole_number(kept_images).label("kept_images"),
            type_coerce(held_usd, Dollars).label("held_usd"),
            type_coerce(kept_usd, Dollars).label("kept_usd"),
            ending.written_off_usd,
            ending.cost,
        )
        .select_from(hold)
        .join(ending, ending.hold_id == hold.id)
        .outerjoin(of_hold, of_hold.c.part_of == hold.id)
        .outerjoin(of_end, of_end.c.part_of == ending.id)
        .where(
            IS_FIRST_OF_HOLD,
            or_(
                kept_images < 0,
                kept_images > held_images,
                kept_usd < NOTHING,
                hold.allowance_images + ending.allowance_images < 0,
                hold.allowance_usd + ending.allowance_usd < NOTHING,
                and_(ending.kind == LedgerKind.RELEASE, or_(kept_images != 0, kept_usd != NOTHING)),
                and_(ending.estimated_images.is_(None), kept_usd > ending.cost + _ROUNDING),
                ending.estimated_images < 0,
                ending.estimated_images > held_images,
                is_misjudged,
                counted_usd < ending.cost - _ROUNDING,
                # Beyond what was told, at most the estimate is in doubt.
                counted_usd > func.coalesce(ending.cost, NOTHING) + held_usd + 2 * _ROUNDING,
            ),
        )
    )


def given_back_wrongly() -> Select[*tuple[Any, ...]]:
    """Sum each hold's lines on each grant: what a hold took is below 0, and what its end gave back above."""
    first = func.coalesce(_whole.id, line.id)
    hold_id = func.coalesce(_whole.hold_id, line.hold_id, first)
    images, usd = func.sum(line.grant_images), func.sum(line.grant_usd)
    is_released = func.sum(case((line.kind == LedgerKind.RELEASE, 1), else_=0)) > 0
    return (
        select(
            hold_id.label("hold_id"),
            line.grant_id,
            whole_number(images).label("images"),
            usd.label("usd"),
        )
        .select_from(line)
        .outerjoin(_whole, _whole.id == line.part_of)
        .where(line.grant_id.is_not(None), line.kind.in_((LedgerKind.HOLD, *_ENDS)))
        .group_by(hold_id, line.grant_id)
        .having(
            or_(images > 0, usd > NOTHING, and_(is_released, or_(images != 0, usd != NOTHING))),
        )
    )


def overdrawn() -> Select[*tuple[Any, ...]]:
    images = _grant.grant_images + func.coalesce(func.sum(line.grant_images), 0)
    usd = _grant.grant_usd + func.coalesce(func.sum(line.grant_usd), NOTHING)
    return (
        select(
            _grant.id.label("grant_id"),
            whole_number(images).label("images"),
            type_coerce(usd, Dollars).label("usd"),
        )
        .select_from(_grant)
        .join(line, line.grant_id == _grant.id)
        .where(_IS_GRANT)
        .group_by(_grant.id)
        .having(or_(images < 0, usd < NOTHING))
    )


def _is_another(one: type[LedgerEntry], other: type[LedgerEntry]) -> ColumnElement[bool]:
    return or_(
        one.guild_id != other.guild_id,
        one.user_id != other.user_id,
        one.generation_id.is_distinct_from(other.generation_id),
        one.counts_at != other.counts_at,
    )


def _parts(name: str) -> Subquery:
    """Sum what lines took from grants, or gave to them, in further lines."""
    return (
        select(
            LedgerEntry.part_of,
            func.sum(LedgerEntry.grant_images).label("images"),
            func.sum(LedgerEntry.grant_usd).label("usd"),
        )
        .where(LedgerEntry.part_of.is_not(None))
        .group_by(LedgerEntry.part_of)
        .subquery(name)
    )
