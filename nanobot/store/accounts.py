"""The lock that makes "sum the ledger, then append to it" one step for a member. Imports only the store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import QuotaAccount
from nanobot.store.upsert import insert_or_ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose books: a member in a server, or in direct messages where `guild_id` is 0."""

    guild_id: int
    user_id: int


async def lock(session: AsyncSession, account: Account) -> None:
    """Keep every other transaction off this account's books until the session's ends.

    PostgreSQL locks the account's row; on SQLite the transaction of `Database.begin` already shuts everyone out.
    Never lock a second account in the same transaction: two that do so in opposite order would wait for each other.
    """
    if await _try_lock(session, account):
        return
    await insert_or_ignore(session, QuotaAccount, guild_id=account.guild_id, user_id=account.user_id)
    await _try_lock(session, account)


async def _try_lock(session: AsyncSession, account: Account) -> bool:
    row = await session.scalar(
        select(QuotaAccount.user_id)
        .where(QuotaAccount.guild_id == account.guild_id, QuotaAccount.user_id == account.user_id)
        .with_for_update()
    )
    return row is not None
