"""The locks that make "sum the ledger, then append to it" one step. Imports only the store.

Whoever needs several takes them in this order, so that no two wait for each other: everybody's, the server's, the
member's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import ALL_GUILDS, QuotaAccount, QuotaRule, RuleScope
from nanobot.store.upsert import insert_or_ignore

_ALL_MEMBERS = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose books: a member in a server, or in direct messages where `guild_id` is 0."""

    guild_id: int
    user_id: int


async def lock(session: AsyncSession, account: Account) -> None:
    """Keep every other transaction off this account's books until the session's ends.

    PostgreSQL locks the account's row; on SQLite the transaction of `Database.begin` already shuts everyone out.
    Never lock a second member's in the same transaction: two that do so in opposite order would wait for each other.
    """
    if await _try_lock(session, account):
        return
    await insert_or_ignore(session, QuotaAccount, guild_id=account.guild_id, user_id=account.user_id)
    await _try_lock(session, account)


async def lock_everybody(session: AsyncSession) -> None:
    """Let nobody, in any server, hold anything until the session's transaction ends."""
    await lock(session, Account(guild_id=ALL_GUILDS, user_id=_ALL_MEMBERS))


async def lock_server_if_capped(session: AsyncSession, guild_id: int) -> None:
    """Let no other member of a server that has a cap hold anything until the session's transaction ends.

    Where there is none, none is set meanwhile: whoever holds under a new cap has to count those before it.
    """
    if _has_row_locks(session):
        await session.execute(select(func.pg_advisory_xact_lock_shared(guild_id)))
    has_cap = exists().where(QuotaRule.guild_id == guild_id, QuotaRule.scope == RuleScope.CAP)
    await session.execute(
        select(QuotaAccount.user_id)
        .where(QuotaAccount.guild_id == guild_id, QuotaAccount.user_id == _ALL_MEMBERS, has_cap)
        .with_for_update()
    )


async def make_server_lockable(session: AsyncSession, guild_id: int) -> None:
    """Prepare `lock_server_if_capped`; whoever gives a server a cap calls this first.

    It waits for every hold in the server that was begun without the cap.
    """
    if _has_row_locks(session):
        await session.execute(select(func.pg_advisory_xact_lock(guild_id)))
    await insert_or_ignore(session, QuotaAccount, guild_id=guild_id, user_id=_ALL_MEMBERS)


def _has_row_locks(session: AsyncSession) -> bool:
    """Tell whether writers run side by side: on SQLite the transaction itself shuts everyone out."""
    return session.get_bind().dialect.name == "postgresql"


async def _try_lock(session: AsyncSession, account: Account) -> bool:
    row = await session.scalar(
        select(QuotaAccount.user_id)
        .where(QuotaAccount.guild_id == account.guild_id, QuotaAccount.user_id == account.user_id)
        .with_for_update()
    )
    return row is not None
