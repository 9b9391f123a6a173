"""`/quota grant`, `reset` and `show`: what concerns one member."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from discord import app_commands

from nanobot.bot.client import Interaction
from nanobot.bot.commands.admin import answer
from nanobot.bot.commands.quota_changing import (
    Person,
    QuotaOptionsUnclear,
    as_member,
    conclude,
    to_dollars,
)
from nanobot.bot.expiry import read_expiry
from nanobot.bot.replies import quota_rules as words
from nanobot.bot.replies.quotas import amount, usage_page
from nanobot.quotas.changing import MAX_GRANT_AMOUNT
from nanobot.quotas.policy import Amount
from nanobot.quotas.windows import period_window
from nanobot.settings import Period
from nanobot.store.tables import Unit

ExtraImages = app_commands.Range[int, 1, MAX_GRANT_AMOUNT]
ExtraUsd = app_commands.Range[float, 0, MAX_GRANT_AMOUNT]
Expires = app_commands.Range[str, 1, 40]

_TOP_MEMBERS = 10


@app_commands.command(name="grant", description="Give a member extras on top of their quota")
@app_commands.describe(
    member="Who gets them",
    images="How many pictures",
    usd="How many US dollars",
    expires="The last day on which they count, such as 2027-01-31, or in how many days; left empty: they do not lapse",
)
async def grant(
    interaction: Interaction,
    member: Person,
    images: ExtraImages | None = None,
    usd: ExtraUsd | None = None,
    expires: Expires | None = None,
) -> None:
    extras = _extras(images, usd)
    services = interaction.client.services
    subject = as_member(interaction, member)
    async with services.database.begin() as session:
        zone = await services.desk.zone(session, subject.guild_id)
        until = None if expires is None else read_expiry(expires, now=services.clock.now(), zone=zone)
        for unit, number in extras.items():
            await services.desk.grant(
                session,
                guild_id=subject.guild_id,
                user_id=subject.user_id,
                amount=number,
                actor_id=interaction.user.id,
                unit=unit,
                expires_at=until,
            )
    shown = " and ".join(amount(number, unit) for unit, number in extras.items())
    await conclude(interaction, words.granted(member.mention, shown, until), member)


@app_commands.command(name="reset", description="Let a member's quota start anew now")
@app_commands.describe(member="Whose quota")
async def reset(interaction: Interaction, member: Person) -> None:
    subject = as_member(interaction, member)
    services = interaction.client.services
    async with services.database.begin() as session:
        await services.desk.reset(
            session, guild_id=subject.guild_id, user_id=subject.user_id, actor_id=interaction.user.id
        )
    await conclude(interaction, words.reset_done(member.mention), member)


@app_commands.command(
    name="show", description="Show where one member stands, or the rules of this server and today's use"
)
@app_commands.describe(member="Whose quota; left empty: the server's")
async def show(interaction: Interaction, member: Person | None = None) -> None:
    services = interaction.client.services
    if member is not None:
        subject = as_member(interaction, member)
        async with services.database.read() as session:
            standing = await services.desk.standing(session, subject)
            by_model = await services.desk.usage_by_model(session, subject, standing.window)
        await answer(interaction, usage_page(standing, by_model, about=member.mention))
        return
    guild_id = interaction.guild_id or 0
    async with services.database.read() as session:
        zone = await services.desk.zone(session, guild_id)
        today = period_window(Period.DAY, services.clock.now(), zone)
        rules = await services.desk.rules(session, guild_id)
        top = await services.desk.usage(session, guild_id=guild_id, window=today, limit=_TOP_MEMBERS)
    await answer(interaction, words.rules_overview(rules, top))


def _extras(images: int | None, usd: float | None) -> dict[Unit, Amount]:
    """Return what is given, by its unit.

    Raises:
        QuotaOptionsUnclear: nothing is.
    """
    numbers: dict[Unit, int | Decimal | None] = {
        Unit.IMAGES: images,
        Unit.USD: None if usd is None else to_dollars(usd),
    }
    extras = {unit: number for unit, number in numbers.items() if number is not None}
    if not extras:
        raise QuotaOptionsUnclear(words.AMOUNT_NEEDED)
    return extras


COMMANDS: tuple[app_commands.Command[Any, ..., None], ...] = (grant, reset, show)
