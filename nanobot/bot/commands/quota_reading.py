"""`/quota list`, `log` and `report`: all rules, who changed them, and what became of them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal

import discord
from discord import app_commands

from nanobot.bot.client import Interaction
from nanobot.bot.commands.admin import answer
from nanobot.bot.commands.quota_changing import Person, QuotaOptionsUnclear, of_either
from nanobot.bot.replies import quota_report as report_words
from nanobot.bot.replies import quota_rules as words
from nanobot.bot.report.chart import Name, chart_of, members_in
from nanobot.bot.report.painting import paint
from nanobot.bot.report.table import as_file, table_of
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.store.quota_changes import changes
from nanobot.store.reports import DayUsage

Page = app_commands.Range[int, 1, 10_000]
ChangeNumber = app_commands.Range[int, 1, 2**53 - 1]
ReportDays = Literal[7, 30, 90]

_ASKED_AT_ONCE: Final = 100
# More would take more than a report's share of the 120 events a minute that Discord lets a connection send.
_NAMED_MEMBERS: Final = 2_000


@app_commands.command(name="list", description="List all rules of this server, and who set them")
@app_commands.describe(page="Which page; left empty: the first")
async def list_rules(interaction: Interaction, page: Page = 1) -> None:
    services = interaction.client.services
    async with services.database.read() as session:
        rules = await services.desk.rules(session, interaction.guild_id or 0)
    await answer(interaction, words.rules_page(rules, page))


@app_commands.command(name="log", description="Show who changed which quotas, and when")
@app_commands.describe(
    member="Only what concerns this member",
    role="Only what concerns this role",
    before="Only what is older than this entry, as the last page says",
)
async def show_log(
    interaction: Interaction,
    member: Person | None = None,
    role: discord.Role | None = None,
    before: ChangeNumber | None = None,
) -> None:
    if member is not None and role is not None:
        raise QuotaOptionsUnclear(words.MEMBER_OR_ROLE)
    about = of_either(member, role) if member is not None or role is not None else None
    async with interaction.client.services.database.read() as session:
        found = await changes(
            session,
            interaction.guild_id or 0,
            subject=None if about is None else (about.scope, about.subject_id),
            before_id=before,
            limit=words.CHANGES_ON_A_PAGE + 1,
        )
    if not found and (about is not None or before is not None):
        await answer(interaction, words.NOTHING_CHANGED_THERE)
        return
    shown = found[: words.CHANGES_ON_A_PAGE]
    await answer(interaction, words.changes_page(shown, has_more=len(found) > len(shown)))


@app_commands.command(name="report", description="Show who made how much, and with which models, as a chart")
@app_commands.describe(days="How many days back")
async def report(interaction: Interaction, days: ReportDays = 30) -> None:
    services = interaction.client.services
    guild_id = interaction.guild_id or 0
    async with services.database.read() as session:
        zone = await services.desk.zone(session, guild_id)
        windows, rows = await services.desk.usage_by_day(session, guild_id=guild_id, days=days)
    if not rows:
        await answer(interaction, report_words.nothing_made(days))
        return
    dates = [window.start.astimezone(zone).date() for window in windows]
    names = await _names(interaction.guild, members_in(rows)[:_NAMED_MEMBERS])
    shown = {user_id: name.shown for user_id, name in names.items()}
    title = report_words.title(interaction.guild.name if interaction.guild else "", days)
    png = await paint(chart_of(rows, title=title, days=dates, names=names))
    alt_text = report_words.alt_text(rows, dates, shown)
    chart = discord.File(io.BytesIO(png), filename="report.png", description=alt_text)
    table = await asyncio.to_thread(_table, rows, dates, shown, interaction.filesize_limit // 2)
    await interaction.edit_original_response(
        content=report_words.report_page(rows, days), attachments=[chart, table]
    )


async def _names(guild: discord.Guild | None, user_ids: Sequence[int]) -> Mapping[int, Name]:
    """Return what members are called here; who left is missing, and so is whom Discord does not tell of now."""
    if guild is None:
        return {}
    hundreds = [user_ids[start : start + _ASKED_AT_ONCE] for start in range(0, len(user_ids), _ASKED_AT_ONCE)]
    found = await asyncio.gather(*(_members(guild, some) for some in hundreds))
    return {
        member.id: Name(shown=member.display_name, account=member.name) for some in found for member in some
    }


async def _members(guild: discord.Guild, user_ids: Sequence[int]) -> Sequence[discord.Member]:
    """Ask for members by their ids, which takes no privileged intent.

    https://docs.discord.com/developers/events/gateway-events#request-guild-members
    """
    try:
        return await guild.query_members(user_ids=list(user_ids), limit=_ASKED_AT_ONCE, cache=False)
    except DISCORD_TROUBLE:  # the ids will do
        return ()


def _table(
    rows: Sequence[DayUsage], days: Sequence[date], names: Mapping[int, str], max_bytes: int
) -> discord.File:
    filename, data = as_file(table_of(rows, days=days, names=names), max_bytes=max_bytes)
    return discord.File(io.BytesIO(data), filename=filename)


COMMANDS: tuple[app_commands.Command[Any, ..., None], ...] = (list_rules, show_log, report)
