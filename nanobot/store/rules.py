"""What admins allow, by member, role and server. Imports only the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import BigInteger, and_, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.settings import Period
from nanobot.store.mapping import table_of
from nanobot.store.tables import GuildSettingsRow, QuotaRule, RuleScope, Unit
from nanobot.store.upsert import insert_or_update

SERVER_SUBJECT = 0
SCOPES_OF_SERVER = (RuleScope.SERVER, RuleScope.CAP)

_RULES = table_of(QuotaRule)
_RULE = _RULES.columns
_CHOICES = table_of(GuildSettingsRow)
# One row at least, for a server without a rule or a choice of its own.
_SERVER = select(bindparam("guild_id", type_=BigInteger).label("id")).subquery("server")
_ABOUT = select(
    _CHOICES.columns.timezone, *(_RULE[name] for name in ("scope", "subject_id", "unit", "amount", "period"))
).select_from(
    _SERVER.outerjoin(_CHOICES, _CHOICES.columns.guild_id == _SERVER.columns.id).outerjoin(
        _RULES,
        and_(
            _RULE.guild_id == _SERVER.columns.id,
            or_(
                and_(_RULE.scope == RuleScope.MEMBER, _RULE.subject_id == bindparam("user_id")),
                and_(
                    _RULE.scope == RuleScope.ROLE, _RULE.subject_id.in_(bindparam("role_ids", expanding=True))
                ),
                _RULE.scope.in_(SCOPES_OF_SERVER),
            ),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class StoredRule:
    """What `QuotaRule` says of what is allowed, without who said so."""

    scope: RuleScope
    subject_id: int
    unit: Unit
    amount: Decimal | None
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesAbout:
    """The rules of a member, of the member's roles and of the server, and the IANA name of its zone, if it chose one."""

    timezone: str | None
    rules: tuple[StoredRule, ...]


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
) -> RulesAbout:
    """Return all that decides which rules and windows count for a member."""
    connection = await session.connection()
    found = await connection.execute(
        _ABOUT, {"guild_id": guild_id, "user_id": user_id, "role_ids": list(role_ids)}
    )
    rows = found.all()
    return RulesAbout(
        timezone=rows[0].timezone,
        rules=tuple(StoredRule(*row[1:]) for row in rows if row.scope is not None),
    )


async def of_guild(session: AsyncSession, guild_id: int) -> Sequence[QuotaRule]:
    """Return every rule of a server, in an order that stays the same."""
    result = await session.scalars(
        select(QuotaRule)
        .where(QuotaRule.guild_id == guild_id)
        .order_by(QuotaRule.scope, QuotaRule.subject_id, QuotaRule.unit)
    )
    return result.all()
