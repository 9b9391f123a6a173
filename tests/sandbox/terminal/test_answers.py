"""When an answer is the bot's last word."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from nanobot.bot.replies import generation as words
from nanobot.sandbox.den import Den, found_den
from nanobot.sandbox.discord import DidNotRespond, DiscordStandIn
from nanobot.sandbox.terminal.answers import Answers, NoAnswer
from tests.sandbox.terminal.conftest import post


def answers_of(den: Den, patience_seconds: float = 10) -> Answers:
    return Answers(world=den.world, is_progress=words.is_progress, patience_seconds=patience_seconds)


@pytest.mark.parametrize(
    "text",
    [
        words.STARTING,
        words.UPLOADING,
        words.preparing(0),
        words.preparing(1),
        words.preparing(3),
        words.queued(1),
        words.queued(4),
        words.generating("flux-kontext", datetime(2026, 11, 22, tzinfo=UTC)),
    ],
)
def test_the_bots_progress_is_known_as_such(text: str) -> None:
    assert words.is_progress(text)


@pytest.mark.parametrize(
    "text",
    [
        words.done("https://discord.com/channels/1/2/3", "5 left"),
        words.CANCELLED,
        words.POSTPONED,
        "",
        "Sorry…",
    ],
)
def test_a_last_word_is_no_progress(text: str) -> None:
    assert not words.is_progress(text)


async def test_progress_is_waited_out(den: Den) -> None:
    alice = den.people["alice"]
    asked = await alice.says("hello", den.channel)
    waiting = asyncio.create_task(answers_of(den).to_message(asked))
    progress = post(den.channel, den.world.bot, words.STARTING)
    await asyncio.sleep(0)

    assert not waiting.done()
    progress.content = "Done"
    den.channel.republish(progress)
    await waiting


async def test_an_answer_may_come_as_a_direct_message(den: Den) -> None:
    alice = den.people["alice"]
    asked = await alice.says("hello", den.channel)
    post(alice.dm, den.world.bot, "I may not write there.")

    await answers_of(den).to_message(asked)


async def test_silence_ends_in_a_sentence(den: Den) -> None:
    """What the bot said before, and what it says to others, is no answer."""
    alice, bob = den.people["alice"], den.people["bob"]
    post(den.channel, den.world.bot, "before")
    asked = await alice.says("hello", den.channel)
    post(bob.dm, den.world.bot, "to bob")

    with pytest.raises(NoAnswer, match=r"^The bot has not answered within 0\.01 seconds\.$"):
        await answers_of(den, patience_seconds=0.01).to_message(asked)


async def test_a_missed_deadline_is_told_in_discords_words(discord: DiscordStandIn, den: Den) -> None:
    discord.commands.sync(None, [{"name": "hello", "description": "Say hello"}])
    invocation = await den.people["alice"].types("/hello", den.channel)

    with pytest.raises(DidNotRespond, match="did not respond"):
        await answers_of(den).to_interaction(invocation)


async def test_the_people_of_the_den_have_the_same_ids_in_every_run(den: Den) -> None:
    """A database that is kept finds them again; the bot's account is new, so that it registers its commands."""
    again = DiscordStandIn()
    other = found_den(again)

    assert {name: person.id for name, person in other.people.items()} == {
        name: person.id for name, person in den.people.items()
    }
    assert other.channel.id == den.channel.id
    assert len({*den.world.users, *den.world.channels, *den.world.guilds}) == 10
    assert max(person.id for person in den.people.values()) < den.world.bot.id
