"""What is left of grants: each is an entry of the ledger, and its rest a sum. Imports only the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, bindparam, cast, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.accounts import Account
from nanobot.store.mapping import table_of
from nanobot.store.tables import LedgerEntry

_LEDGER = table_of(LedgerEntry)
_GRANT = _LEDGER.columns
_TAKEN = _LEDGER.alias("taken")
# Written into the statement: neither database uses a partial index for a parameter that it cannot see.
_IS_GRANT = _GRANT.kind == literal_column("'grant'")
_IMAGES = _GRANT.grant_images + cast(func.coalesce(func.sum(_TAKEN.columns.grant_images), 0), BigInteger)
_RESTS = (
    select(_GRANT.id, _IMAGES, _GRANT.grant_usd, func.sum(_TAKEN.columns.grant_usd), _GRANT.expires_at)
    .select_from(_LEDGER.outerjoin(_TAKEN, _TAKEN.columns.grant_id == _GRANT.id))
    .where(
        _IS_GRANT,
        _GRANT.guild_id == bindparam("guild_id"),
        _GRANT.user_id == bindparam("user_id"),
        _GRANT.grant_id.is_(None),  # else it was added to the account's first grant
        or_(_GRANT.expires_at.is_(None), _GRANT.expires_at > bindparam("now")),
    )
    .group_by(_GRANT.id)
    .order_by(_GRANT.expires_at.is_(None), _GRANT.expires_at, _GRANT.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRest:
    """The rest of one grant, which is of pictures or of dollars."""

    grant_id: int
    images: int
    usd: Decimal
    expires_at: datetime | None


async def of(session: AsyncSession, account: Account, *, now: datetime) -> list[GrantRest]:
    """Return the grants of which something is left and that have not expired, in the order of their use."""
    connection = await session.connection()
    rows = await connection.execute(
        _RESTS, {"guild_id": account.guild_id, "user_id": account.user_id, "now": now}
    )
    rests = [
        GrantRest(grant_id=row[0], images=row[1], usd=row[2] + (row[3] or Decimal(0)), expires_at=row[4])
        for row in rows
    ]
    return [rest for rest in rests if rest.images > 0 or rest.usd > 0]
