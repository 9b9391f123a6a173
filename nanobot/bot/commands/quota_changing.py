"""What the commands of `/quota` that change something have in common: the options, the change itself, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

import discord
from discord import app_commands

from nanobot.bot.announcing import announce
from nanobot.bot.client import Interaction
from nanobot.bot.commands.admin import answer
from nanobot.bot.destination import member_of
from nanobot.bot.replies import quota_rules as words
from nanobot.errors import PersonError
from nanobot.quotas import books
from nanobot.quotas.changing import MAX_RULE_AMOUNT
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Member
from nanobot.settings import Period
from nanobot.store.rules import SERVER_SUBJECT
from nanobot.store.tables import RuleScope, Unit

Images = app_commands.Range[int, 0, MAX_RULE_AMOUNT]
Usd = app_commands.Range[float, 0, MAX_RULE_AMOUNT]
PeriodName: TypeAlias = Literal["day", "week", "month"]
Person: TypeAlias = discord.Member | discord.User


class QuotaOptionsUnclear(PersonError):
    """Options that contradict each other, or of which one is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a rule is about, and how they are called in a sentence."""

    scope: RuleScope
    subject_id: int
    shown: str


EVERY_MEMBER = Subject(scope=RuleScope.SERVER, subject_id=SERVER_SUBJECT, shown=words.DEFAULT)
ALL_TOGETHER = Subject(scope=RuleScope.CAP, subject_id=SERVER_SUBJECT, shown=words.ALL_TOGETHER)


def of_member(member: Person) -> Subject:
    return Subject(scope=RuleScope.MEMBER, subject_id=member.id, shown=member.mention)


def of_role(role: discord.Role) -> Subject:
    return Subject(scope=RuleScope.ROLE, subject_id=role.id, shown=role.mention)


def of_either(member: Person | None, role: discord.Role | None) -> Subject:
    """Return the one that is given.

    Raises:
        QuotaOptionsUnclear: both are, or neither.
    """
    if member is not None and role is None:
        return of_member(member)
    if role is not None and member is None:
        return of_role(role)
    raise QuotaOptionsUnclear(words.MEMBER_OR_ROLE)


def rules_of(images: int | None, usd: float | None, period: PeriodName, *, unlimited: bool) -> list[Rule]:
    """Return the rules that the options ask for, one in each unit that they name.

    Raises:
        QuotaOptionsUnclear: they contradict each other, or name nothing.
    """
    is_named = images is not None or usd is not None
    if is_named is unlimited:
        raise QuotaOptionsUnclear(words.AMOUNT_OR_UNLIMITED)
    every = Period(period)
    if unlimited:
        return [Rule(unit=unit, amount=None, period=every) for unit in Unit]
    rules = [] if images is None else [Rule(unit=Unit.IMAGES, amount=images, period=every)]
    if usd is not None:
        rules.append(Rule(unit=Unit.USD, amount=to_dollars(usd), period=every))
    return rules


def to_dollars(number: float) -> Decimal:
    """Return a number as it was typed, 0.1 for a tenth, as far as the books can hold it."""
    return books.to_dollars(Decimal(str(number)))


async def set_rules(interaction: Interaction, subject: Subject, rules: Mapping[Unit, Rule | None]) -> None:
    """Give the subject these rules, and take away those that are `None`, all or nothing."""
    services = interaction.client.services
    async with services.database.begin() as session:
        for unit, rule in rules.items():
            await services.desk.set_rule(
                session,
                guild_id=interaction.guild_id or 0,
                scope=subject.scope,
                subject_id=subject.subject_id,
                unit=unit,
                rule=rule,
                actor_id=interaction.user.id,
            )


def by_unit(rules: Sequence[Rule]) -> dict[Unit, Rule | None]:
    return {rule.unit: rule for rule in rules}


async def conclude(interaction: Interaction, told: str, member: Person | None = None) -> None:
    """Tell the admin what was done, with where `member` stands now, and the server's log channel that it was."""
    shown = told
    if member is not None:
        services = interaction.client.services
        async with services.database.read() as session:
            standing = await services.desk.standing(session, as_member(interaction, member))
        shown = words.with_standing(told, member.mention, standing)
    await answer(interaction, shown)
    await announce(interaction, told)


def as_member(interaction: Interaction, person: Person) -> Member:
    """Return `person` in the words of the quota desk, as a member of this server."""
    return member_of(person, interaction.guild_id or 0)
