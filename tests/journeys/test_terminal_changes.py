"""What the operator changes with `python bot.py quota` is told in the server's log channel by the running bot."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from nanobot.clock import ShiftedClock
from nanobot.sandbox.discord import Channel
from tests.journeys.asking import answer, online_again
from tests.journeys.conftest import Community
from tests.journeys.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Open a terminal in the folder of the bot's database."""
    return Terminal(tmp_path, {})


async def with_log(community: Community) -> Channel:
    log = community.guild.add_channel("bot-log")
    await answer(community.ada, "/config log_channel to:#bot-log", community.channel)
    await log.next_message()
    return log


async def test_it_is_told_with_what_held_before(community: Community, terminal: Terminal) -> None:
    log, server, alice = await with_log(community), str(community.guild.id), str(community.alice.id)

    printed = await terminal.says("quota", "set", "--guild", server, "--member", alice, "--images", "3")
    first = await log.next_message()
    await terminal.says("quota", "grant", "--guild", server, "--member", alice, "--images", "2")
    second = await log.next_message()
    await answer(community.ada, "/quota set member:@alice images:5", community.channel)
    third = await log.next_message()

    assert printed == f"member {alice}: 3 pictures per day.\n"
    assert [first.content, second.content, third.content] == [
        f"Whoever runs the bot · <@{alice}>: no rule → 3 pictures per day",
        f"Whoever runs the bot · <@{alice}>: 2 pictures extra",
        f"<@{community.ada.id}> · <@{alice}>: 5 pictures per day.",
    ]


async def test_what_is_changed_while_the_bot_is_away_is_told_when_it_is_back(
    community: Community, terminal: Terminal
) -> None:
    """Once, and in the order in which it was done; a server without a log channel is told nothing."""
    log, server = await with_log(community), str(community.guild.id)
    told_before = len(log.messages)
    await community.bot.stop()
    for number in ("1", "2"):
        await terminal.says("quota", "set", "--guild", server, "--default", "--images", number)
    await terminal.says("quota", "set", "--guild", "1", "--default", "--images", "9")

    await online_again(community.bot, community.discord)
    first, second = await log.next_message(), await log.next_message()
    await community.restart()
    await terminal.says("quota", "reset", "--guild", server, "--member", str(community.bob.id))
    third = await log.next_message()

    assert first.content.endswith("no rule → 1 picture per day")
    assert second.content.endswith("1 picture per day → 2 pictures per day")
    assert third.content.endswith(f"<@{community.bob.id}>: started anew")
    assert len(log.messages) == told_before + 3


async def test_a_message_whose_fate_is_not_known_is_sent_again_and_posted_once(
    community: Community, terminal: Terminal, tmp_path: Path
) -> None:
    log, server, clock = await with_log(community), str(community.guild.id), ShiftedClock(tmp_path / "clock")
    told_before = len(log.messages)
    await community.bot.stop()
    await terminal.says("quota", "set", "--guild", server, "--default", "--images", "1")
    path = f"/channels/{log.id}/messages"
    community.discord.trouble.drop_next("POST", path, is_handled_first=True)
    await community.bot.start("run", "--clock", str(clock.file))
    await log.next_message()

    clock.turn(timedelta(minutes=1))
    await terminal.says("quota", "set", "--guild", server, "--default", "--images", "2")
    last = await log.next_message()

    sent = [each for each in community.discord.requests if (each.method, each.path) == ("POST", path)]
    assert len(sent) == 4  # that the channel was chosen, the first change twice, the second
    assert last.content.endswith("1 picture per day → 2 pictures per day")
    assert len(log.messages) == told_before + 2


async def test_a_log_channel_that_was_closed_since_holds_nothing_up(
    community: Community, terminal: Terminal
) -> None:
    log, server = await with_log(community), str(community.guild.id)
    log.deny_bot("SEND_MESSAGES")
    await community.bot.stop()
    await terminal.says("quota", "set", "--guild", server, "--default", "--images", "1")
    other = community.discord.add_guild("Wolf Den")
    howls, warden = other.add_channel("howls"), other.add_member("warden", permissions=["MANAGE_GUILD"])
    await online_again(community.bot, community.discord)
    await answer(warden, "/config log_channel to:#howls", howls)
    await howls.next_message()

    await terminal.says("quota", "set", "--guild", str(other.id), "--default", "--images", "4")
    told = await howls.next_message()

    assert told.content.endswith("no rule → 4 pictures per day")
    assert f"server {server}: the log channel was not told of a change" in community.bot.log
