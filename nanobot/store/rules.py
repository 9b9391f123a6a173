"""What admins allow, by member, role and server. Imports only the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import QuotaRule, RuleScope, Unit
from nanobot.store.upsert import insert_or_update

SERVER_SUBJECT = 0
SCOPES_OF_SERVER = (RuleScope.SERVER, RuleScope.CAP)


async def put(session: AsyncSession, rule: QuotaRule) -> None:
    """Store the rule in place of the one of its unit that its subject had."""
    await insert_or_update(
        session,
        QuotaRule,
        key={
            "guild_id": rule.guild_id,
            "scope": rule.scope,
            "subject_id": rule.subject_id,
            "unit": rule.unit,
        },
        values={
            "amount": rule.amount,
            "period": rule.period,
            "updated_by": rule.updated_by,
            "updated_at": rule.updated_at,
        },
    )


async def find(
    session: AsyncSession, *, guild_id: int, scope: RuleScope, subject_id: int, unit: Unit
) -> QuotaRule | None:
    """Return the subject's rule of a unit, if it has one."""
    return await session.get(QuotaRule, (guild_id, scope, subject_id, unit), populate_existing=True)


async def remove(
    session: AsyncSession, *, guild_id: int, scope: RuleScope, subject_id: int, unit: Unit
) -> None:
    """Forget the subject's rule of a unit, if it has one."""
    await session.execute(
        delete(QuotaRule)
        .where(
            QuotaRule.guild_id == guild_id,
            QuotaRule.scope == scope,
            QuotaRule.subject_id == subject_id,
            QuotaRule.unit == unit,
        )
        .execution_options(synchronize_session=False)
    )


async def about(
    session: AsyncSession, *, guild_id: int, user_id: int, role_ids: Collection[int]
) -> Sequence[QuotaRule]:
    """Return the rules of a member, of the member's roles and of the server."""
    result = await session.scalars(
        select(QuotaRule).where(
            QuotaRule.guild_id == guild_id,
            or_(
                (QuotaRule.scope == RuleScope.MEMBER) & (QuotaRule.subject_id == user_id),
                (QuotaRule.scope == RuleScope.ROLE) & QuotaRule.subject_id.in_(role_ids),
                QuotaRule.scope.in_(SCOPES_OF_SERVER),
            ),
        )
    )
    return result.all()


async def of_guild(session: AsyncSession, guild_id: int) -> Sequence[QuotaRule]:
    """Return every rule of a server, in an order that stays the same."""
    result = await session.scalars(
        select(QuotaRule)
        .where(QuotaRule.guild_id == guild_id)
        .order_by(QuotaRule.scope, QuotaRule.subject_id, QuotaRule.unit)
    )
    return result.all()
