"""What is left of grants: each is an entry of the ledger, and its rest a sum. Imports only the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, cast, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from nanobot.store.accounts import Account
from nanobot.store.tables import LedgerEntry

# Written into the statement: neither database uses a partial index for a parameter that it cannot see.
_IS_GRANT = LedgerEntry.kind == literal_column("'grant'")
_LINE = aliased(LedgerEntry)
_IMAGES = LedgerEntry.grant_images + cast(func.coalesce(func.sum(_LINE.grant_images), 0), BigInteger)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRest:
    """The rest of one grant, which is of pictures or of dollars."""

    grant_id: int
    images: int
    usd: Decimal
    expires_at: datetime | None


async def of(session: AsyncSession, account: Account, *, now: datetime) -> list[GrantRest]:
    """Return the grants of which something is left and that have not expired, in the order of their use."""
    rows = await session.execute(
        select(
            LedgerEntry.id, _IMAGES, LedgerEntry.grant_usd, func.sum(_LINE.grant_usd), LedgerEntry.expires_at
        )
        .outerjoin(_LINE, _LINE.grant_id == LedgerEntry.id)
        .where(
            _IS_GRANT,
            LedgerEntry.guild_id == account.guild_id,
            LedgerEntry.user_id == account.user_id,
            LedgerEntry.grant_id.is_(None),  # else it was added to the account's first grant
            or_(LedgerEntry.expires_at.is_(None), LedgerEntry.expires_at > now),
        )
        .group_by(LedgerEntry.id)
        .order_by(LedgerEntry.expires_at.is_(None), LedgerEntry.expires_at, LedgerEntry.id)
    )
    rests = [
        GrantRest(grant_id=row[0], images=row[1], usd=row[2] + (row[3] or Decimal(0)), expires_at=row[4])
        for row in rows
    ]
    return [rest for rest in rests if rest.images > 0 or rest.usd > 0]
