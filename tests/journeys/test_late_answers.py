"""The bot was down for longer than Discord remembers a nonce: what it had posted is found, and what is stale goes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nanobot.clock import ShiftedClock
from nanobot.sandbox.bot_process import START_SECONDS
from nanobot.sandbox.discord import Channel, DiscordStandIn, Message
from tests.journeys.asking import answer, models_listed, online_again
from tests.journeys.conftest import Community
from tests.journeys.photographs import stored_file
from tests.journeys.test_waiting import ONE_AT_A_TIME, bob_waits_for_alice

POST = "/channels/{channel_id}/messages"
POSTPONED = "Your picture is made, but Discord does not take it right now."
RECOVERED = "Done, a little late because the bot was restarted: "
LOST = (
    "The bot was restarted while NanoGPT was working on your request, and the picture is lost. "
    "Nothing was taken from your quota; please ask again."
)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def clock(tmp_path: Path) -> ShiftedClock:
    return ShiftedClock(tmp_path / "clock")


@pytest.fixture
def bot_settings() -> Mapping[str, str]:
    """Count by the month, or by the week as a month ends: midnight may come in the hour that the bot is away."""
    now = datetime.now(UTC)
    is_near_its_end = (now + 2 * AN_HOUR).month != now.month
    return {"DEFAULT_QUOTA_PERIOD": "week" if is_near_its_end else "month"}


@pytest.fixture
async def discord(clock: ShiftedClock) -> AsyncIterator[DiscordStandIn]:
    stand_in = DiscordStandIn(clock=clock)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@contextmanager
def nothing_settled(folder: Path) -> Iterator[None]:
    """Take the ledger away meanwhile, so that what is posted cannot be settled."""
    with closing(sqlite3.connect(folder / "nanobot.db", isolation_level=None)) as database:
        database.execute("ALTER TABLE ledger_entries RENAME TO ledger_entries_away")
        yield
        database.execute("ALTER TABLE ledger_entries_away RENAME TO ledger_entries")


def shown_in(channel: Channel) -> list[Message]:
    """Return the bot's messages with pictures."""
    return [message for message in channel.messages.values() if message.author.is_bot and message.attachments]


def replies_to(asked: Message) -> list[Message]:
    return [message for message in asked.channel.messages.values() if message.reference is asked]


def uploads(community: Community) -> int:
    """Count the messages with files that were sent, whatever came of them."""
    return sum(request.method == "POST" and bool(request.files) for request in community.discord.requests)


async def back_after_an_hour(community: Community, clock: ShiftedClock) -> None:
    """Let an hour pass while the bot is down: nonces, interactions and NanoGPT's links have lapsed."""
    clock.turn(AN_HOUR)
    community.nanogpt.trouble.expire_urls = True
    await online_again(community.bot, community.discord, "run", "--clock", str(clock.file))


async def listed(community: Community, posted: Message) -> str:
    """Wait until `/history` of whoever asked leads to the message with the picture, and return it."""
    async with asyncio.timeout(START_SECONDS):
        while f"/{posted.id}" not in (history := await answer(community.alice, "/history", posted.channel)):
            pass
    return history


@pytest.mark.parametrize("place", ["the channel", "a follow-up", "a direct message"])
async def test_what_was_posted_and_not_settled_is_not_posted_again_an_hour_later(
    place: str, community: Community, clock: ShiftedClock, tmp_path: Path
) -> None:
    """It is found by its buttons where it was posted, without any of what lapses, and settled."""
    alice = community.alice
    channel = alice.dm if place == "a direct message" else community.channel
    if place == "a follow-up":
        channel.deny_bot("SEND_MESSAGES")
    community.nanogpt.trouble.hold()
    if place == "a direct message":
        await alice.says("make it night", channel, files=[stored_file("coffee.png")])
    else:
        await alice.types("/imagine prompt:a red fox", channel)
    await community.nanogpt.trouble.held()
    with nothing_settled(tmp_path):
        community.nanogpt.trouble.let_go()
        await community.discord.world.changes.wait_until(
            lambda: shown_in(channel) or None, waiting_for="the picture"
        )
        await community.bot.kill()
    (posted,) = shown_in(channel)

    await back_after_an_hour(community, clock)
    await listed(community, posted)

    assert shown_in(channel) == [posted]
    assert shown_in(alice.dm if channel is community.channel else community.channel) == []
    assert uploads(community) == 1
    assert "1 of 20 pictures used this " in await community.usage(alice, channel)


async def test_where_no_history_may_be_read_a_picture_is_posted_all_the_same(community: Community) -> None:
    """Nobody can look there whether it was posted before; within minutes, the nonce still tells."""
    channel = community.channel
    community.discord.trouble.fail_next("POST", POST, 503, times=1000)
    call = await community.alice.types("/imagine prompt:a red fox", channel)
    await call.settled(lambda message: message.content.startswith(POSTPONED))
    await community.bot.kill()
    community.discord.trouble.end()
    channel.deny_bot("READ_MESSAGE_HISTORY")

    await online_again(community.bot, community.discord)
    posted = await community.picture()
    told = await call.settled(lambda message: message.content.startswith(RECOVERED))

    assert str(posted.id) in told.content
    assert shown_in(channel) == [posted]


async def test_whoever_waits_for_a_task_holds_up_nobody_behind_them(community: Community) -> None:
    """NanoGPT works on the first picture for long after the restart; the second one is there and posted at once."""
    alice, bob, channel = community.alice, community.bob, community.channel
    await models_listed(alice, channel)
    community.nanogpt.trouble.hold_tasks = True
    slow = await alice.types("/imagine prompt:a red fox model:midjourney", channel)
    await community.nanogpt.called("tasks")
    community.discord.trouble.fail_next("POST", POST, 503, times=1000)
    quick = await bob.types("/imagine prompt:a koala", channel)
    await quick.settled(lambda message: message.content.startswith(POSTPONED))
    await community.bot.kill()
    community.discord.trouble.end()

    await online_again(community.bot, community.discord)
    await quick.settled(lambda message: message.content.startswith(RECOVERED))
    (koala,) = shown_in(channel)
    community.nanogpt.trouble.hold_tasks = False
    await slow.settled(lambda message: message.content.startswith(RECOVERED))

    assert koala.content.startswith(f"<@{bob.id}>: a koala\n")
    assert len(shown_in(channel)) == 2
    assert community.nanogpt.paid_pictures == 2


@pytest.mark.parametrize("bot_settings", [ONE_AT_A_TIME], ids=["one at a time"])
async def test_the_words_about_waiting_go_once_a_reply_is_answered_after_a_restart(
    community: Community,
) -> None:
    wish, waiting = await bob_waits_for_alice(community)
    await community.bot.kill()
    community.nanogpt.trouble.let_go()

    await online_again(community.bot, community.discord)
    picture = await community.picture()
    await waiting.wait_for(lambda message: message.is_deleted)

    assert waiting.content == "Waiting for a turn: you are next."
    assert replies_to(wish) == [picture]


@pytest.mark.parametrize("bot_settings", [ONE_AT_A_TIME], ids=["one at a time"])
async def test_the_words_about_painting_give_way_to_the_last_word(community: Community) -> None:
    wish, progress = await bob_waits_for_alice(community)
    community.nanogpt.trouble.let_go(1)
    await progress.wait_for(lambda message: "is painting" in message.content)
    await community.nanogpt.trouble.held()
    await community.bot.kill()

    await online_again(community.bot, community.discord)
    await progress.wait_for(lambda message: message.is_deleted)

    assert [message.content for message in replies_to(wish)] == [LOST]


async def test_a_last_word_that_nobody_noted_is_not_told_again(
    community: Community, clock: ShiftedClock, tmp_path: Path
) -> None:
    """The process ended in between; an hour later Discord would take the same nonce for a new message."""
    channel = community.channel
    wish = await community.alice.says(
        "a forbidden fox", channel, files=[stored_file("coffee.png")], mentions=[community.discord.bot]
    )
    told = await channel.next_message()
    await community.bot.stop()
    with closing(sqlite3.connect(tmp_path / "nanobot.db")) as database, database:
        database.execute(
            "UPDATE generations SET lease_owner = 'cut off', lease_until = '2026-01-01 00:00:00.000000'"
        )

    await back_after_an_hour(community, clock)
    with closing(sqlite3.connect(tmp_path / "nanobot.db")) as database:
        async with asyncio.timeout(START_SECONDS):
            while database.execute("SELECT 1 FROM generations WHERE lease_until IS NOT NULL").fetchall():
                await community.usage(community.alice)

    assert "content policy" in told.content
    assert replies_to(wish) == [told]
    assert "taken over as refused" in community.bot.log
