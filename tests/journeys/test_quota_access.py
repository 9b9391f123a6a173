"""Who may use `/quota`: Discord hides it from others, and the bot does not rely on that."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import CommandNotVisible
from tests.journeys.asking import answer, forced_answer
from tests.journeys.conftest import Community

LINES = (
    "/quota set member:@alice unlimited:True",
    "/quota role role:@Artist unlimited:True",
    "/quota default unlimited:True",
    "/quota server images:100",
    "/quota unlimited member:@alice",
    "/quota block member:@bob",
    "/quota clear",
    "/quota grant member:@alice images:100",
    "/quota reset member:@alice",
    "/quota show",
    "/quota list",
    "/quota log",
    "/quota report",
)


async def test_only_those_who_manage_the_server_can_use_it(community: Community) -> None:
    """A tampered client gets one sentence for each subcommand, and nothing changes."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota set member:@alice images:2", channel)

    for line in LINES:
        with pytest.raises(CommandNotVisible):
            await alice.types(line, channel)

        refusal = await forced_answer(alice, line, channel)

        assert refusal == "Only members with the permission **Manage Server** can use this command."
    assert await answer(ada, "/quota show", channel) == (
        "**Default** · 20 pictures per day (the bot's own setting)\n"
        f"<@{alice.id}> · 2 pictures per day\n**Today**\nNo pictures yet."
    )
    assert "**2** left" in await answer(alice, "/usage", channel)


async def test_it_is_not_for_direct_messages_nor_where_the_bot_is_no_member(community: Community) -> None:
    """Not even for someone who manages a server: there is none whose quotas could be meant."""
    ada = community.ada
    elsewhere = community.discord.add_guild("Elsewhere", has_bot=False)
    elsewhere.add_member(ada, permissions=["MANAGE_GUILD"])
    ada.installs_app()

    with pytest.raises(CommandNotVisible):
        await ada.types("/quota show", ada.dm)
    with pytest.raises(CommandNotVisible):
        await ada.types("/quota show", elsewhere.add_channel("lobby"))
    in_private = await forced_answer(ada, "/quota default unlimited:True", ada.dm)
    in_lobby = await forced_answer(ada, "/quota default unlimited:True", elsewhere.add_channel("hall"))

    assert in_private == in_lobby == "This command works only in a server that the bot is a member of."
    assert "20 pictures per day" in await answer(ada, "/usage", ada.dm)
