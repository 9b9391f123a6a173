"""What admins and the operator change, each with a line in the log of changes. Imports the store.

Bounds keep every sum far within what the columns hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.errors import PersonError
from nanobot.quotas import books
from nanobot.quotas.policy import Amount, Rule
from nanobot.quotas.standing import rule_of
from nanobot.quotas.windows import zone_named
from nanobot.store import accounts, guild_settings, quota_changes
from nanobot.store import rules as rule_rows
from nanobot.store.accounts import Account
from nanobot.store.rules import SCOPES_OF_SERVER, SERVER_SUBJECT
from nanobot.store.tables import (
    ChangeAction,
    LedgerEntry,
    LedgerKind,
    QuotaChange,
    QuotaRule,
    RuleScope,
    Unit,
)

MAX_RULE_AMOUNT = 1_000_000
MAX_GRANT_AMOUNT = 1_000_000
OPERATOR = 0
"""The actor of what is done at a terminal."""


class QuotaInputError(PersonError):
    """An admin gave an amount outside of its bounds; `least` and `most` are in its unit."""

    def __init__(self, *, what: str, unit: Unit, amount: Amount, least: str, most: int) -> None:
        of = "a number" if unit is Unit.IMAGES else "an amount in US dollars"
        given = f"{Decimal(amount).normalize():,f}"
        super().__init__(f"{what} is {of} from {least} to {most:,}, and {given} is not: give another.")
        self.amount = amount


class ExpiryInThePast(PersonError):
    """An admin gave extras until a moment that is over."""

    def __init__(self) -> None:
        super().__init__("That day is over: give a date that is still to come, or none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who changes something, and when."""

    actor_id: int
    now: datetime


async def set_rule(
    session: AsyncSession,
    actor: Actor,
    *,
    guild_id: int,
    scope: RuleScope,
    subject_id: int,
    unit: Unit,
    rule: Rule | None,
) -> None:
    """Give a subject a rule in a unit, or take it away with `None`.

    Raises:
        QuotaInputError: the rule allows more than `MAX_RULE_AMOUNT`.
        ValueError: the rule is of another unit, or a server's rule or cap has a subject, or another has none.
    """
    if (scope in SCOPES_OF_SERVER) != (subject_id == SERVER_SUBJECT):
        raise ValueError("a rule is about a member, about a role, or about the server, whose subject is 0")
    if rule is not None and rule.unit is not unit:
        raise ValueError("a rule is set in its own unit")
    before = await rule_rows.find(session, guild_id=guild_id, scope=scope, subject_id=subject_id, unit=unit)
    shown_before = None if before is None else _rule_json(rule_of(before))
    if rule is None:
        await rule_rows.remove(session, guild_id=guild_id, scope=scope, subject_id=subject_id, unit=unit)
    else:
        await _put(session, actor, rule, guild_id=guild_id, scope=scope, subject_id=subject_id)
    await _record(
        session,
        actor,
        guild_id,
        ChangeAction.RULE,
        subject=(scope, subject_id),
        before=shown_before,
        after={"unit": unit.value} if rule is None else _rule_json(rule),
    )


async def grant(
    session: AsyncSession,
    actor: Actor,
    account: Account,
    *,
    unit: Unit,
    amount: Amount,
    expires_at: datetime | None,
) -> None:
    """Give a member extras, which count once the allowance is used up, until they are used or expire.

    Raises:
        QuotaInputError: less than a picture or a millionth of a dollar, or more than `MAX_GRANT_AMOUNT`.
        ExpiryInThePast: they would have expired already.
    """
    amount = _checked_grant(unit, amount)
    if expires_at is not None and expires_at <= actor.now:
        raise ExpiryInThePast
    entry = _entry(actor, account, LedgerKind.GRANT)
    entry.expires_at = expires_at
    if unit is Unit.IMAGES:
        entry.grant_images = int(amount)
    else:
        entry.grant_usd = Decimal(amount)
    await books.append_by_admin(session, entry)
    after = {
        "unit": unit.value,
        "amount": str(amount),
        "expires_at": None if expires_at is None else expires_at.isoformat(),
    }
    await _record_about(session, actor, account, ChangeAction.GRANT, after=after)


async def reset(session: AsyncSession, actor: Actor, account: Account) -> None:
    """Let a member's allowances start anew at once; grants stay as they are."""
    await books.append_by_admin(session, _entry(actor, account, LedgerKind.RESET))
    await _record_about(session, actor, account, ChangeAction.RESET)


async def correct(
    session: AsyncSession, actor: Actor, account: Account, *, images: int, usd: Decimal, note: str
) -> None:
    """Count so much more as used by a member now, or less where it is negative, towards caps as well."""
    entry = _entry(actor, account, LedgerKind.CORRECTION)
    entry.allowance_images, entry.allowance_usd, entry.note = images, books.to_dollars(usd), note
    await books.append_by_admin(session, entry)
    after = {"images": images, "usd": str(entry.allowance_usd), "note": note}
    await _record_about(session, actor, account, ChangeAction.CORRECTION, after=after)


async def set_timezone(session: AsyncSession, actor: Actor, guild_id: int, name: str | None) -> None:
    """Let a server's days begin at midnight of a time zone, by its IANA name; `None` is UTC.

    Raises:
        UnknownTimezone: there is none of that name.
    """
    key = None if name is None else zone_named(name).key
    chosen = await guild_settings.get_to_change(session, guild_id, actor_id=actor.actor_id, now=actor.now)
    await guild_settings.put(
        session, guild_id, replace(chosen, timezone=key), actor_id=actor.actor_id, now=actor.now
    )
    await _record(
        session,
        actor,
        guild_id,
        ChangeAction.TIMEZONE,
        before={"timezone": chosen.timezone},
        after={"timezone": key},
    )


async def _put(
    session: AsyncSession, actor: Actor, rule: Rule, *, guild_id: int, scope: RuleScope, subject_id: int
) -> None:
    if rule.amount is not None and rule.amount > MAX_RULE_AMOUNT:
        raise QuotaInputError(
            what="An allowance", unit=rule.unit, amount=rule.amount, least="0", most=MAX_RULE_AMOUNT
        )
    if scope is RuleScope.CAP:
        await accounts.make_server_lockable(session, guild_id)
    amount = None if rule.amount is None else books.to_dollars(Decimal(rule.amount))
    row = QuotaRule(
        guild_id=guild_id,
        scope=scope,
        subject_id=subject_id,
        unit=rule.unit,
        amount=amount,
        period=rule.period,
        updated_by=actor.actor_id,
        updated_at=actor.now,
    )
    await rule_rows.put(session, row)


def _checked_grant(unit: Unit, amount: Amount) -> Amount:
    rounded: Amount = int(amount) if unit is Unit.IMAGES else books.to_dollars(Decimal(amount))
    if not 0 < rounded <= MAX_GRANT_AMOUNT:
        least = "1" if unit is Unit.IMAGES else "0.000001"
        raise QuotaInputError(what="A grant", unit=unit, amount=amount, least=least, most=MAX_GRANT_AMOUNT)
    return rounded


def _entry(actor: Actor, account: Account, kind: LedgerKind) -> LedgerEntry:
    return LedgerEntry(
        at=actor.now,
        counts_at=actor.now,
        guild_id=account.guild_id,
        user_id=account.user_id,
        kind=kind,
        actor_id=actor.actor_id,
    )


def _rule_json(rule: Rule) -> dict[str, Any]:
    """Return a rule for the log: `amount` is text, and `None` for unlimited."""
    return {
        "unit": rule.unit.value,
        "amount": None if rule.amount is None else str(rule.amount),
        "period": rule.period.value,
    }


async def _record_about(
    session: AsyncSession,
    actor: Actor,
    account: Account,
    action: ChangeAction,
    *,
    after: dict[str, Any] | None = None,
) -> None:
    subject = (RuleScope.MEMBER, account.user_id)
    await _record(session, actor, account.guild_id, action, subject=subject, after=after)


async def _record(
    session: AsyncSession,
    actor: Actor,
    guild_id: int,
    action: ChangeAction,
    *,
    subject: quota_changes.Subject | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    scope, subject_id = subject or (None, None)
    change = QuotaChange(
        at=actor.now,
        guild_id=guild_id,
        actor_id=actor.actor_id,
        action=action,
        scope=scope,
        subject_id=subject_id,
        before=before,
        after=after,
    )
    await quota_changes.record(session, change)
    if actor.actor_id == OPERATOR:  # an admin's command tells the server's log channel itself
        await quota_changes.leave_untold(session, change)
