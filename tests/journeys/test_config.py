"""`/config`: what a server's admins decide, and what it does."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import BadOption, CommandNotVisible
from tests.journeys.asking import answer, forced_answer, picture
from tests.journeys.conftest import Community

LINES = (
    "/config show",
    "/config moderation to:on",
    "/config check_results to:on",
    "/config timezone to:Europe/Berlin",
    "/config log_channel",
)


def states(page: str) -> list[str]:
    """Return what is checked; the time zone and the log of changes come after it."""
    return [line for line in page.splitlines() if line.startswith("**")][:2]


async def test_an_admin_decides_what_is_checked_in_their_server(community: Community) -> None:
    """Each choice says at once what holds now, what it costs and what happens; it outlives a restart."""
    ada, channel = community.ada, community.channel

    before = await answer(ada, "/config show", channel)
    await answer(ada, "/config moderation to:on", channel)
    both = await answer(ada, "/config check_results to:on", channel)
    await community.restart()
    kept = await answer(ada, "/config show", channel)
    off = await answer(ada, "/config moderation to:off", channel)
    back = await answer(ada, "/config check_results to:default", channel)

    assert states(before) == [
        "**Moderation** · off (the bot's own setting)",
        "**Check of results** · off (the bot's own setting)",
    ]
    assert "$0.0015 a picture" in before
    assert (
        states(kept)
        == states(both)
        == [
            "**Moderation** · on (chosen for this server)",
            "**Check of results** · on (chosen for this server)",
        ]
    )
    assert states(off)[0] == "**Moderation** · off (chosen for this server)"
    assert states(back) == [
        "**Moderation** · off (chosen for this server)",
        "**Check of results** · off (the bot's own setting)",
    ]


async def test_the_choice_of_one_server_holds_there_alone(community: Community) -> None:
    """NanoGPT is asked to check first only for requests from that server, through commands and buttons alike."""
    ada, alice = community.ada, community.alice
    other = community.discord.add_guild("Owl Den")
    other.add_member(alice)
    await answer(ada, "/config moderation to:on", community.channel)

    made = await picture(alice, "/imagine prompt:a red fox", community.channel)
    again = await alice.presses(made, "Again")
    await again.settled(lambda message: message.content.startswith("Done"))
    await picture(alice, "/imagine prompt:an owl", other.add_channel("lobby"))
    await picture(alice, "/imagine prompt:a whisper", alice.dm)

    asked = [request.headers.get("moderation") for request in community.nanogpt.requests]
    assert asked == ["true", "true", None, None]


@pytest.mark.parametrize("bot_settings", [{"MODERATION": "true", "CHECK_RESULTS": "true"}], ids=["both on"])
async def test_where_nothing_is_chosen_the_bots_own_settings_hold(community: Community) -> None:
    ada, alice, channel = community.ada, community.alice, community.channel

    shown = await answer(ada, "/config show", channel)
    await picture(alice, "/imagine prompt:a red fox", channel)
    await answer(ada, "/config moderation to:off", channel)
    await answer(ada, "/config check_results to:off", channel)
    await picture(alice, "/imagine prompt:a boat", channel)
    await picture(alice, "/imagine prompt:a whisper", alice.dm)

    assert states(shown) == [
        "**Moderation** · on (the bot's own setting)",
        "**Check of results** · on (the bot's own setting)",
    ]
    asked = [request.headers.get("moderation") for request in community.nanogpt.requests]
    assert asked == ["true", None, "true"]
    assert len(community.nanogpt.calls("nsfw")) == 2


async def test_only_those_who_manage_the_server_can_use_it(community: Community) -> None:
    """Discord hides it from others; a tampered client gets one sentence, and nothing changes."""
    ada, alice, channel = community.ada, community.alice, community.channel

    for line in LINES:
        with pytest.raises(CommandNotVisible):
            await alice.types(line, channel)

        assert await forced_answer(alice, line, channel) == (
            "Only members with the permission **Manage Server** can use this command."
        )
    assert "chosen for this server" not in await answer(ada, "/config show", channel)


async def test_it_is_for_servers_alone_and_takes_three_words(community: Community) -> None:
    ada = community.ada

    in_private = await forced_answer(ada, "/config moderation to:on", ada.dm)

    assert in_private == "This command works only in a server that the bot is a member of."
    with pytest.raises(CommandNotVisible):
        await ada.types("/config show", ada.dm)
    with pytest.raises(BadOption):
        await ada.types("/config moderation to:maybe", community.channel)
