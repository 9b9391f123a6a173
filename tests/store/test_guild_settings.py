from __future__ import annotations

import asyncio
from dataclasses import replace

from nanobot.store import guild_settings
from nanobot.store.database import Database
from nanobot.store.guild_settings import GuildSettings
from nanobot.store.tables import GuildSettingsRow
from tests.store.rows import MINUTE, NOON, PERSON, SERVER


async def test_a_server_that_never_chose_leaves_everything_to_the_bot(database: Database) -> None:
    async with database.read() as session:
        chosen = await guild_settings.get(session, SERVER)

    assert chosen == GuildSettings(moderation=None, check_results=None)


async def test_a_choice_gives_way_to_the_next(database: Database) -> None:
    async with database.begin() as session:
        await guild_settings.put(
            session, SERVER, GuildSettings(moderation=True, check_results=False), actor_id=1, now=NOON
        )
        first = await guild_settings.get(session, SERVER)
        await guild_settings.put(
            session, SERVER, GuildSettings(moderation=False), actor_id=PERSON, now=NOON + MINUTE
        )
        second = await guild_settings.get(session, SERVER)
        row = await session.get(GuildSettingsRow, SERVER)

    assert first == GuildSettings(moderation=True, check_results=False)
    assert second == GuildSettings(moderation=False, check_results=None)
    assert row is not None
    assert (row.updated_by, row.updated_at) == (PERSON, NOON + MINUTE)


async def test_servers_choose_for_themselves(database: Database) -> None:
    async with database.begin() as session:
        await guild_settings.put(session, SERVER, GuildSettings(moderation=True), actor_id=1, now=NOON)
        other = await guild_settings.get(session, SERVER + 1)

    assert other == GuildSettings()


async def test_two_admins_at_once_do_not_undo_each_others_choice(
    database: Database, same_database: Database
) -> None:
    """Else a time zone could be lost to somebody who chose something else."""

    async def choose_zone() -> None:
        async with same_database.begin() as session:
            chosen = await guild_settings.get_to_change(session, SERVER, actor_id=2, now=NOON)
            changed = replace(chosen, timezone="Europe/Berlin")
            await guild_settings.put(session, SERVER, changed, actor_id=2, now=NOON)

    async with database.begin() as session:
        chosen = await guild_settings.get_to_change(session, SERVER, actor_id=1, now=NOON)
        choosing = asyncio.create_task(choose_zone())
        await asyncio.wait([choosing], timeout=0.2)
        await guild_settings.put(session, SERVER, replace(chosen, moderation=True), actor_id=1, now=NOON)
    await choosing
    async with database.read() as session:
        both = await guild_settings.get(session, SERVER)

    assert both == GuildSettings(moderation=True, timezone="Europe/Berlin")
