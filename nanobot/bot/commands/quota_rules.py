"""`/quota set`, `role`, `default`, `server`, `unlimited`, `block` and `clear`: rules of members, roles and the server."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands

from nanobot.bot.client import Interaction
from nanobot.bot.commands.quota_changing import (
    ALL_TOGETHER,
    EVERY_MEMBER,
    Images,
    PeriodName,
    Person,
    QuotaOptionsUnclear,
    Subject,
    Usd,
    by_unit,
    conclude,
    of_either,
    of_member,
    of_role,
    rules_of,
    set_rules,
)
from nanobot.bot.replies import quota_rules as words
from nanobot.quotas.policy import Rule
from nanobot.settings import Period
from nanobot.store.tables import RuleScope, Unit

_IMAGES = "How many pictures per period; 0 for none"
_USD = "How many US dollars per period; 0 for none"
_PERIOD = "How often it starts anew, at midnight in the server's time zone; left empty: each day"
_UNLIMITED = "True for no limit at all"


@app_commands.command(name="set", description="Give one member a quota of their own")
@app_commands.describe(member="Whose quota", images=_IMAGES, usd=_USD, period=_PERIOD, unlimited=_UNLIMITED)
async def set_member(
    interaction: Interaction,
    member: Person,
    images: Images | None = None,
    usd: Usd | None = None,
    period: PeriodName = "day",
    unlimited: bool = False,
) -> None:
    rules = rules_of(images, usd, period, unlimited=unlimited)
    await _give(interaction, of_member(member), rules, member)


@app_commands.command(
    name="role", description="Give the members of a role a quota; of several roles the best counts"
)
@app_commands.describe(role="Whose quota", images=_IMAGES, usd=_USD, period=_PERIOD, unlimited=_UNLIMITED)
async def set_role(
    interaction: Interaction,
    role: discord.Role,
    images: Images | None = None,
    usd: Usd | None = None,
    period: PeriodName = "day",
    unlimited: bool = False,
) -> None:
    await _give(interaction, of_role(role), rules_of(images, usd, period, unlimited=unlimited))


@app_commands.command(name="default", description="Set the quota of everyone without a rule of their own")
@app_commands.describe(images=_IMAGES, usd=_USD, period=_PERIOD, unlimited=_UNLIMITED)
async def set_default(
    interaction: Interaction,
    images: Images | None = None,
    usd: Usd | None = None,
    period: PeriodName = "day",
    unlimited: bool = False,
) -> None:
    await _give(interaction, EVERY_MEMBER, rules_of(images, usd, period, unlimited=unlimited))


@app_commands.command(name="server", description="Limit what all members together may make")
@app_commands.describe(images=_IMAGES, usd=_USD, period=_PERIOD)
async def set_cap(
    interaction: Interaction,
    images: Images | None = None,
    usd: Usd | None = None,
    period: PeriodName = "day",
) -> None:
    if images is None and usd is None:
        raise QuotaOptionsUnclear(words.AMOUNT_NEEDED)
    await _give(interaction, ALL_TOGETHER, rules_of(images, usd, period, unlimited=False))


@app_commands.command(name="unlimited", description="Lift all limits of a member or a role of their own")
@app_commands.describe(member="Whose limits", role="Whose limits")
async def unlimited(
    interaction: Interaction, member: Person | None = None, role: discord.Role | None = None
) -> None:
    rules = rules_of(None, None, "day", unlimited=True)
    await _give(interaction, of_either(member, role), rules, member)


@app_commands.command(name="block", description="Let a member or a role make nothing")
@app_commands.describe(member="Who is blocked, extras included", role="Whose members get nothing but extras")
async def block(
    interaction: Interaction, member: Person | None = None, role: discord.Role | None = None
) -> None:
    subject = of_either(member, role)
    rule = Rule(unit=Unit.IMAGES, amount=0, period=Period.DAY)
    await set_rules(interaction, subject, {Unit.IMAGES: rule})
    told = words.blocked(subject.shown) if member is not None else words.rule_set(subject.shown, [rule])
    await conclude(interaction, told, member)


@app_commands.command(
    name="clear",
    description="Remove the rules of a member, of a role, of all together, or the server's default",
)
@app_commands.describe(
    member="Whose rules to remove",
    role="Whose rules to remove",
    everyone_together="True removes the limit of all members together",
    unit="Only the rule in pictures or in dollars; left empty: both",
)
async def clear(
    interaction: Interaction,
    member: Person | None = None,
    role: discord.Role | None = None,
    everyone_together: bool = False,
    unit: Literal["images", "usd"] | None = None,
) -> None:
    given = [each for each in (member, role, everyone_together or None) if each is not None]
    if len(given) > 1:
        raise QuotaOptionsUnclear(words.ONE_SUBJECT)
    subject = ALL_TOGETHER if everyone_together else EVERY_MEMBER
    if member is not None or role is not None:
        subject = of_either(member, role)
    only = None if unit is None else Unit(unit)
    await set_rules(interaction, subject, dict.fromkeys(Unit if only is None else [only]))
    await conclude(interaction, words.rule_removed(subject.shown, only))


async def _give(
    interaction: Interaction, subject: Subject, rules: list[Rule], member: Person | None = None
) -> None:
    await set_rules(interaction, subject, by_unit(rules))
    told = words.rule_set(subject.shown, rules)
    is_block = subject.scope is RuleScope.MEMBER and any(rule.amount == 0 for rule in rules)
    await conclude(interaction, f"{told} {words.BLOCKS_THEM}" if is_block else told, member)


COMMANDS: tuple[app_commands.Command[Any, ..., None], ...] = (
    set_member,
    set_role,
    set_default,
    set_cap,
    unlimited,
    block,
    clear,
)
