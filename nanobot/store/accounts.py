"""The locks that make "sum the ledger, then append to it" one step. Imports only the store.

Whoever needs several takes them in this order, so that no two wait for each other: everybody's, the server's, the
member's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.mapping import table_of
from nanobot.store.tables import ALL_GUILDS, QuotaAccount, QuotaRule, RuleScope
from nanobot.store.upsert import insert_or_ignore

_ALL_MEMBERS = 0
_ACCOUNT = table_of(QuotaAccount).columns
_RULE = table_of(QuotaRule).columns
_ROW = (
    select(_ACCOUNT.user_id)
    .where(_ACCOUNT.guild_id == bindparam("guild_id"), _ACCOUNT.user_id == bindparam("user_id"))
    .with_for_update()
)
_HAS_CAP = exists().where(_RULE.guild_id == bindparam("guild_id"), _RULE.scope == RuleScope.CAP)
# PostgreSQL sorts before it locks: the server's row, if it counts, comes before the member's.
_ROWS = (
    select(_ACCOUNT.user_id)
    .where(
        _ACCOUNT.guild_id == bindparam("guild_id"),
        or_(_ACCOUNT.user_id == bindparam("user_id"), (_ACCOUNT.user_id == _ALL_MEMBERS) & _HAS_CAP),
    )
    .order_by(_ACCOUNT.user_id)
    .with_for_update(of=table_of(QuotaAccount))
)
_NO_NEW_CAP = select(func.pg_advisory_xact_lock_shared(bindparam("guild_id", type_=BigInteger)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose books: a member in a server, or in direct messages where `guild_id` is 0."""

    guild_id: int
    user_id: int


async def lock(session: AsyncSession, account: Account) -> None:
    """Keep every other transaction off this account's books until the session's ends.

    PostgreSQL locks the account's row; on SQLite the transaction of `Database.begin` already shuts everyone out, and
    nothing is done here.
    Never lock a second member's in the same transaction: two that do so in opposite order would wait for each other.
    """
    if _has_row_locks(session) and not await _try_lock(session, account):
        await _add_and_lock(session, account)


async def lock_everybody(session: AsyncSession) -> None:
    """Let nobody, in any server, hold anything until the session's transaction ends."""
    await lock(session, Account(guild_id=ALL_GUILDS, user_id=_ALL_MEMBERS))


async def lock_to_hold(session: AsyncSession, account: Account) -> None:
    """Lock a member's account, and before it that of the server, if that has a cap.

    Where there is none, none is set meanwhile: whoever holds under a new cap has to count those before it.
    """
    if not _has_row_locks(session):
        return
    connection = await session.connection()
    await connection.execute(_NO_NEW_CAP, {"guild_id": account.guild_id})
    locked = await connection.execute(_ROWS, {"guild_id": account.guild_id, "user_id": account.user_id})
    if account.user_id not in locked.scalars().all():
        await _add_and_lock(session, account)


async def make_server_lockable(session: AsyncSession, guild_id: int) -> None:
    """Prepare `lock_to_hold`; whoever gives a server a cap calls this first.

    It waits for every hold in the server that was begun without the cap.
    """
    if _has_row_locks(session):
        await session.execute(select(func.pg_advisory_xact_lock(guild_id)))
    await insert_or_ignore(session, QuotaAccount, guild_id=guild_id, user_id=_ALL_MEMBERS)


def _has_row_locks(session: AsyncSession) -> bool:
    """Tell whether writers run side by side: on SQLite the transaction itself shuts everyone out."""
    return session.get_bind().dialect.name == "postgresql"


async def _try_lock(session: AsyncSession, account: Account) -> bool:
    connection = await session.connection()
    locked = await connection.execute(_ROW, {"guild_id": account.guild_id, "user_id": account.user_id})
    return locked.scalar() is not None


async def _add_and_lock(session: AsyncSession, account: Account) -> None:
    await insert_or_ignore(session, QuotaAccount, guild_id=account.guild_id, user_id=account.user_id)
    await _try_lock(session, account)
