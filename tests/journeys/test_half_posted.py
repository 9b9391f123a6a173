"""A part of the pictures is posted when the bot dies, and the rest is gone when it is back: what is shown is charged."""

from __future__ import annotations

from pathlib import Path

from nanobot.clock import ShiftedClock
from nanobot.quotas.audit import audit
from nanobot.sandbox.bot_process import START_SECONDS
from nanobot.sandbox.discord import Invocation
from nanobot.store.database import Database
from tests.journeys.asking import link_to, models_listed, online_again
from tests.journeys.conftest import Community
from tests.journeys.test_delivery import FIFTY_MEGABYTES_A_FILE, POST, THREE, grain, names, with_pictures
from tests.journeys.test_late_answers import POSTPONED, back_after_an_hour, bot_settings, clock, discord

__all__ = ["bot_settings", "clock", "discord"]  # fixtures

FOUR = THREE.replace("count:3", "count:4")


async def killed_between_messages(community: Community, line: str) -> Invocation:
    """Ask for large pictures, of which one message holds two, and end the bot after the first message."""
    community.guild.boost_tier = FIFTY_MEGABYTES_A_FILE
    await models_listed(community.alice, community.channel)
    community.discord.trouble.drop_next("POST", POST, is_handled_first=True)
    community.discord.trouble.fail_next("POST", POST, 503, times=1000)
    call = await community.alice.types(line, community.channel, {"image": grain()})
    await call.settled(lambda message: message.content.startswith(POSTPONED), timeout=START_SECONDS)
    await community.bot.kill()
    community.discord.trouble.end()
    return call


async def said_of_books(folder: Path) -> str:
    database = Database.open(f"sqlite+aiosqlite:///{folder / 'nanobot.db'}")
    try:
        async with database.read() as session:
            return " ".join((await audit(session)).sentences)
    finally:
        await database.close()


async def test_what_is_posted_is_charged_although_the_rest_is_gone(
    community: Community, clock: ShiftedClock, tmp_path: Path
) -> None:
    """The command can no longer be answered, so its person is told in the channel."""
    await killed_between_messages(community, THREE)
    (posted,) = with_pictures(community)
    await back_after_an_hour(community, clock)
    told = await community.channel.next_message(
        where=lambda message: not message.attachments, timeout=START_SECONDS
    )

    assert told.content == (
        f"<@{community.alice.id}>: 2 of your 3 pictures are here: {link_to(posted)}\n"
        "The other one is lost and cost you nothing."
    )
    assert names(with_pictures(community)) == [["more-grain-1.png", "more-grain-2.png"]]
    assert "2 of 20 pictures used this " in await community.usage(community.alice)
    assert await said_of_books(tmp_path) == (
        "The books balance: 2 entries, 1 hold, 2 pictures and $0.224 used. "
        "$0.112 more was paid, or may have been, for pictures that did not arrive."
    )


async def test_what_can_still_be_fetched_is_posted_beside_what_is_there(
    community: Community, tmp_path: Path
) -> None:
    """The bot has the bytes of every other picture, and the links of the rest are dead: only the third is lost."""
    community.nanogpt.trouble.answer_mixed = True
    call = await killed_between_messages(community, FOUR)
    community.nanogpt.trouble.expire_urls = True
    await online_again(community.bot, community.discord)
    told = await call.settled(lambda message: "pictures are here" in message.content, timeout=START_SECONDS)
    first, second = posted = with_pictures(community)

    assert names(posted) == [["more-grain-1.png", "more-grain-2.png"], ["more-grain-4.png"]]
    assert second.content == "-# Picture 3 of 3"
    assert told.content == (
        f"3 of your 4 pictures are here: {link_to(first)}\nThe other one is lost and cost you nothing."
    )
    assert "3 of 20 pictures used this " in await community.usage(community.alice)
    assert await said_of_books(tmp_path) == (
        "The books balance: 2 entries, 1 hold, 3 pictures and $0.336 used. "
        "$0.112 more was paid, or may have been, for pictures that did not arrive."
    )
