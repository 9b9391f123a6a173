"""`/quota`, for those who may manage the server."""

from __future__ import annotations

from typing import Literal, TypeAlias

import discord
from discord import app_commands

from nanobot.bot.client import Interaction
from nanobot.bot.commands.admin import AdminCommands, answer
from nanobot.bot.destination import member_of
from nanobot.bot.replies import quotas as words
from nanobot.errors import PersonError
from nanobot.quotas.changing import MAX_GRANT_AMOUNT, MAX_RULE_AMOUNT
from nanobot.quotas.desk import QuotaDesk
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Member, Standing
from nanobot.quotas.windows import period_window
from nanobot.settings import Period
from nanobot.store.rules import SERVER_SUBJECT
from nanobot.store.tables import RuleScope, Unit

Images = app_commands.Range[int, 0, MAX_RULE_AMOUNT]
Extra = app_commands.Range[int, 1, MAX_GRANT_AMOUNT]
PeriodName: TypeAlias = Literal["day", "week", "month"]
Person: TypeAlias = discord.Member | discord.User

_TOP_MEMBERS = 10
_IMAGES = "How many pictures per period; 0 for none"
_PERIOD = "How often the quota starts anew (00:00 UTC); left empty: each day"
_UNLIMITED = "True for no limit at all"


class QuotaOptionsUnclear(PersonError):
    """Options that contradict each other, or of which one is missing."""


class QuotaCommands(AdminCommands):
    """Who may make how many pictures."""

    def __init__(self) -> None:
        super().__init__(name="quota", description="Decide how many pictures members may make")

    @app_commands.command(name="set", description="Give one member a quota of their own")
    @app_commands.describe(member="Whose quota", images=_IMAGES, period=_PERIOD, unlimited=_UNLIMITED)
    async def set_member(
        self,
        interaction: Interaction,
        member: Person,
        images: Images | None = None,
        period: PeriodName = "day",
        unlimited: bool = False,
    ) -> None:
        rule = _rule(images, period, unlimited=unlimited)
        await _set_rule(interaction, RuleScope.MEMBER, member.id, rule)
        standing = await _standing(interaction, _member(interaction, member))
        await answer(interaction, words.rule_set(member.mention, rule, standing=standing))

    @app_commands.command(
        name="role", description="Give the members of a role a quota; of several roles the best counts"
    )
    @app_commands.describe(role="Whose quota", images=_IMAGES, period=_PERIOD, unlimited=_UNLIMITED)
    async def set_role(
        self,
        interaction: Interaction,
        role: discord.Role,
        images: Images | None = None,
        period: PeriodName = "day",
        unlimited: bool = False,
    ) -> None:
        rule = _rule(images, period, unlimited=unlimited)
        await _set_rule(interaction, RuleScope.ROLE, role.id, rule)
        await answer(interaction, words.rule_set(role.mention, rule))

    @app_commands.command(name="default", description="Set the quota of everyone without a rule of their own")
    @app_commands.describe(images=_IMAGES, period=_PERIOD, unlimited=_UNLIMITED)
    async def set_default(
        self,
        interaction: Interaction,
        images: Images | None = None,
        period: PeriodName = "day",
        unlimited: bool = False,
    ) -> None:
        rule = _rule(images, period, unlimited=unlimited)
        await _set_rule(interaction, RuleScope.SERVER, SERVER_SUBJECT, rule)
        await answer(interaction, words.rule_set("Default", rule))

    @app_commands.command(
        name="clear", description="Remove the rule of a member, of a role, or the server's default"
    )
    @app_commands.describe(member="Whose rule to remove", role="Whose rule to remove")
    async def clear(
        self, interaction: Interaction, member: Person | None = None, role: discord.Role | None = None
    ) -> None:
        if member is not None and role is not None:
            raise QuotaOptionsUnclear(words.MEMBER_OR_ROLE)
        if member is not None:
            await _set_rule(interaction, RuleScope.MEMBER, member.id, None)
            await answer(interaction, words.rule_removed(member.mention))
        elif role is not None:
            await _set_rule(interaction, RuleScope.ROLE, role.id, None)
            await answer(interaction, words.rule_removed(role.mention))
        else:
            await _set_rule(interaction, RuleScope.SERVER, SERVER_SUBJECT, None)
            await answer(interaction, words.rule_removed("Default"))

    @app_commands.command(name="grant", description="Give a member extra pictures on top of their quota")
    @app_commands.describe(member="Who gets them", images="How many")
    async def grant(self, interaction: Interaction, member: Person, images: Extra) -> None:
        subject = _member(interaction, member)
        async with interaction.client.services.database.begin() as session:
            await _desk(interaction).grant(
                session,
                guild_id=subject.guild_id,
                user_id=subject.user_id,
                amount=images,
                actor_id=interaction.user.id,
            )
        await answer(
            interaction, words.granted(member.mention, images, await _standing(interaction, subject))
        )

    @app_commands.command(name="reset", description="Let a member's quota start anew now")
    @app_commands.describe(member="Whose quota")
    async def reset(self, interaction: Interaction, member: Person) -> None:
        subject = _member(interaction, member)
        async with interaction.client.services.database.begin() as session:
            await _desk(interaction).reset(
                session, guild_id=subject.guild_id, user_id=subject.user_id, actor_id=interaction.user.id
            )
        await answer(interaction, words.reset_done(member.mention, await _standing(interaction, subject)))

    @app_commands.command(
        name="show", description="Show the rules of this server, or where one member stands"
    )
    @app_commands.describe(member="Whose quota; left empty: all rules")
    async def show(self, interaction: Interaction, member: Person | None = None) -> None:
        if member is not None:
            standing = await _standing(interaction, _member(interaction, member))
            await answer(interaction, words.usage_page(standing, about=member.mention))
            return
        guild_id = interaction.guild_id or 0
        services = interaction.client.services
        today = period_window(Period.DAY, services.clock.now())
        async with services.database.read() as session:
            rules = await services.desk.rules(session, guild_id)
            top = await services.desk.usage(session, guild_id=guild_id, window=today, limit=_TOP_MEMBERS)
        await answer(interaction, words.rules_page(rules, top))


def _rule(images: int | None, period: PeriodName, *, unlimited: bool) -> Rule:
    if (images is None) is not unlimited:
        raise QuotaOptionsUnclear(words.IMAGES_OR_UNLIMITED)
    return Rule(unit=Unit.IMAGES, amount=images, period=Period(period))


async def _set_rule(interaction: Interaction, scope: RuleScope, subject_id: int, rule: Rule | None) -> None:
    async with interaction.client.services.database.begin() as session:
        await _desk(interaction).set_rule(
            session,
            guild_id=interaction.guild_id or 0,
            scope=scope,
            subject_id=subject_id,
            unit=Unit.IMAGES,
            rule=rule,
            actor_id=interaction.user.id,
        )


async def _standing(interaction: Interaction, member: Member) -> Standing:
    async with interaction.client.services.database.read() as session:
        return await _desk(interaction).standing(session, member)


def _member(interaction: Interaction, person: Person) -> Member:
    return member_of(person, interaction.guild_id or 0)


def _desk(interaction: Interaction) -> QuotaDesk:
    return interaction.client.services.desk
