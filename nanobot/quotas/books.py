"""Write the entries of quotas into the ledger: what each kind of entry counts, and when. Imports the store.

Every function locks the account first or is called under its lock, so that what it read still holds when it writes.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store import accounts, ledger
from nanobot.store.accounts import Account
from nanobot.store.tables import LedgerEntry, LedgerKind


async def append_hold(
    session: AsyncSession,
    account: Account,
    *,
    now: datetime,
    generation_id: str,
    from_allowance: int,
    from_grant: int,
) -> None:
    """Take images from the allowance and from credits; the caller holds the lock under which it counted them."""
    entry = LedgerEntry(
        at=now,
        counts_at=now,
        guild_id=account.guild_id,
        user_id=account.user_id,
        generation_id=generation_id,
        kind=LedgerKind.HOLD,
        allowance_images=from_allowance,
        grant_images=-from_grant,
    )
    await ledger.append(session, entry)


async def end_hold(
    session: AsyncSession,
    generation_id: str,
    *,
    kind: LedgerKind,
    now: datetime,
    keep: int,
    cost: Decimal | None = None,
    note: str | None = None,
) -> bool:
    """Give back all but `keep` images of a hold, credits first; return `False` where there is no open hold.

    Raises:
        ValueError: fewer than 0 are kept, or more than were held.
    """
    hold = await ledger.hold_of(session, generation_id)
    if hold is None:
        return False
    held = hold.allowance_images - hold.grant_images
    if not 0 <= keep <= held:
        raise ValueError(f"of {held} held images {keep} cannot be kept")
    await accounts.lock(session, Account(guild_id=hold.guild_id, user_id=hold.user_id))
    if await ledger.is_ended(session, hold):
        return False
    given_back = held - keep
    to_grants = min(given_back, -hold.grant_images)
    entry = LedgerEntry(
        at=now,
        counts_at=hold.counts_at,  # what is given back after midnight goes to the day it was taken from
        guild_id=hold.guild_id,
        user_id=hold.user_id,
        generation_id=generation_id,
        hold_id=hold.id,
        kind=kind,
        allowance_images=to_grants - given_back,
        grant_images=to_grants,
        cost=cost,
        note=note,
    )
    await ledger.append(session, entry)
    return True


async def append_grant(
    session: AsyncSession, account: Account, *, now: datetime, images: int, actor_id: int
) -> None:
    """Add credits."""
    await _append_by_admin(
        session, account, LedgerKind.GRANT, now=now, grant_images=images, actor_id=actor_id
    )


async def append_reset(session: AsyncSession, account: Account, *, now: datetime, actor_id: int) -> None:
    """Draw a line: allowance that was taken before it counts no more."""
    await _append_by_admin(session, account, LedgerKind.RESET, now=now, grant_images=0, actor_id=actor_id)


async def _append_by_admin(
    session: AsyncSession,
    account: Account,
    kind: LedgerKind,
    *,
    now: datetime,
    grant_images: int,
    actor_id: int,
) -> None:
    await accounts.lock(session, account)
    entry = LedgerEntry(
        at=now,
        counts_at=now,
        guild_id=account.guild_id,
        user_id=account.user_id,
        kind=kind,
        grant_images=grant_images,
        actor_id=actor_id,
    )
    await ledger.append(session, entry)
