"""Hand out, and forget, what is stored about a person. Imports only the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import LargeBinary, delete, func, inspect, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.mapping import Base
from nanobot.store.tables import (
    OPEN_STATUSES,
    Generation,
    GuildSettingsRow,
    LedgerEntry,
    Picture,
    QuotaAccount,
    QuotaChange,
    QuotaRule,
    RuleScope,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """How many generations were `erased`, and how many are `still_open` and were left alone."""

    erased: int
    still_open: int


async def export_person(session: AsyncSession, user_id: int) -> dict[str, Any]:
    """Return everything stored about a person, and what the person did as an admin, as JSON can hold it.

    Two things are left out: interaction tokens, which are a key of the bot's and not about anyone, and the bytes
    of pictures on their way to Discord, of which the size is told.
    """
    generations = select(Generation).where(Generation.user_id == user_id).order_by(Generation.created_at)
    of_person = select(Generation.id).where(Generation.user_id == user_id)
    pictures = select(Picture).where(Picture.generation_id.in_(of_person))
    accounts = select(QuotaAccount).where(QuotaAccount.user_id == user_id).order_by(QuotaAccount.guild_id)
    entries = select(LedgerEntry).where(or_(LedgerEntry.user_id == user_id, LedgerEntry.actor_id == user_id))
    is_about_person = (QuotaRule.scope == RuleScope.MEMBER) & (QuotaRule.subject_id == user_id)
    rules = select(QuotaRule).where(or_(is_about_person, QuotaRule.updated_by == user_id))
    is_subject = (QuotaChange.scope == RuleScope.MEMBER) & (QuotaChange.subject_id == user_id)
    changes = select(QuotaChange).where(or_(is_subject, QuotaChange.actor_id == user_id))
    choices = select(GuildSettingsRow).where(GuildSettingsRow.updated_by == user_id)
    return {
        "user_id": str(user_id),
        "generations": _records(await session.scalars(generations)),
        "pictures": _records(
            await session.scalars(pictures.order_by(Picture.generation_id, Picture.position))
        ),
        "quota_accounts": _records(await session.scalars(accounts)),
        "ledger_entries": _records(await session.scalars(entries.order_by(LedgerEntry.id))),
        "quota_rules": _records(
            await session.scalars(rules.order_by(QuotaRule.guild_id, QuotaRule.scope, QuotaRule.subject_id))
        ),
        "quota_changes": _records(await session.scalars(changes.order_by(QuotaChange.id))),
        "guild_settings": _records(await session.scalars(choices.order_by(GuildSettingsRow.guild_id))),
    }


async def erase_person(session: AsyncSession, user_id: int) -> Erasure:
    """Forget what a person asked for and got: prompts, requests, errors, pictures, and where they were posted.

    What remains are numbers. The ledger stays whole, because what a server used and paid must add up, and
    because a limit that can be forgotten is none: erasing would hand out a new allowance. For the same reason an
    admin's rule about the person stays. Generations still in the making are left alone, since without their
    request nobody could finish or undo them; the caller tells the person to ask again.
    """
    is_ended = (Generation.user_id == user_id) & Generation.status.not_in(OPEN_STATUSES)
    await session.execute(
        delete(Picture)
        .where(Picture.generation_id.in_(select(Generation.id).where(is_ended)))
        .execution_options(synchronize_session=False)
    )
    erased = await session.scalars(
        update(Generation)
        .where(is_ended)
        .values(
            request={},
            error=None,
            channel_id=0,
            reply_to_message_id=None,
            application_id=None,
            interaction_token=None,
            interaction_expires_at=None,
            vendor_request_id=None,
            posted_channel_id=None,
            posted_message_id=None,
        )
        .returning(Generation.id)
        .execution_options(synchronize_session=False)
    )
    still_open = await session.scalar(
        select(func.count()).where(Generation.user_id == user_id, Generation.status.in_(OPEN_STATUSES))
    )
    return Erasure(erased=len(erased.all()), still_open=still_open or 0)


def _records(rows: Iterable[Base]) -> list[dict[str, Any]]:
    return [_record(row) for row in rows]


def _record(row: Base) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for column in inspect(type(row)).columns:
        value = getattr(row, column.key)
        if column.key == "interaction_token":
            continue
        if isinstance(column.type, LargeBinary):
            record["data_bytes"] = len(value or b"")
        else:
            record[column.key] = _to_json(column.key, value)
    return record


def _to_json(name: str, value: Any) -> Any:
    """Turn a column's value into JSON; Discord's ids become text, as no JavaScript number holds one exactly."""
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case int() if name.endswith("_id") or name == "updated_by":
            return str(value)
        case _:
            return value
