"""The bot is killed at any moment: nothing is paid twice, posted twice or lost, and everybody is answered once."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.crash.arena import Arena, open_arena

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the nursery watches its children as Linux lets it"),
    # Ends what hangs: two hundred kills take six minutes on a machine that does much besides.
    pytest.mark.timeout(1200),
]

KILLS = 200
# A bot that starts or recovers mostly waits, so several live side by side.
ARENAS = 8
ARENAS_FOR_STEPS = 4
_SEED = int(os.environ.get("CRASH_SEED", "0")) or secrets.randbelow(1_000_000) + 1
_READY_SECONDS = 2.0
"""discord.py calls a bot ready, and recovery starts, so long after the last server."""

STEPS = (
    "after nanobot.generation.books.Books.open",
    "before nanobot.generation.books.Books.sending",
    "after nanobot.generation.books.Books.sending",
    "before nanobot.generation.books.Books.made",
    "after nanobot.generation.books.Books.made",
    "before nanobot.nanogpt.client.NanoGPTClient.download",
    "after nanobot.nanogpt.client.NanoGPTClient.download",
    "before nanobot.bot.delivery.Delivery.post",
    "after nanobot.generation.books.Books.posting",
    "after nanobot.bot.delivery.Delivery.post",
    "after nanobot.generation.books.Books.posted",
    "after nanobot.generation.books.Books.close",
    "before nanobot.generation.books.Books.told",
    "after nanobot.generation.books.Books.told",
)


async def reckon(arena: Arena) -> list[str]:
    """Let the bot finish what is left, end it, and return what is wrong."""
    bot = await arena.start_online()
    await arena.all_told()
    assert await bot.stop() == 0
    assert "Traceback" not in arena.log
    return await arena.findings()


async def life(arena: Arena) -> float:
    """Return how many seconds a round of requests lives when nobody is killed."""
    bot = await arena.start_online()
    began = time.monotonic()
    await arena.ask()
    await arena.ended_or_all_told(bot)
    seconds = time.monotonic() - began
    assert await bot.stop() == 0
    return seconds


async def kill_at_random(folder: Path, seed: int, kills: int) -> list[str]:
    chance = random.Random(seed)
    async with open_arena(folder) as arena:
        seconds = await life(arena)
        for _ in range(kills):
            if chance.random() < 0.15:  # as it starts
                bot = await arena.start()
                await asyncio.sleep(chance.uniform(0, 1))
            else:
                bot = await arena.start_online()
                await arena.ask()
                # While people are served, or while recovery is at work on what the last one left.
                await asyncio.sleep(chance.choice((0, 0, _READY_SECONDS)) + chance.uniform(0, seconds))
            await bot.kill()
        return await reckon(arena)


async def kill_at(folder: Path, steps: Sequence[str]) -> list[str]:
    """Each step of several generations in flight, so that the others are torn apart at moments of their own."""
    async with open_arena(folder) as arena:
        for step in steps:
            for turn in (1, 3):
                bot = await arena.start_online(die=f"{step} {turn}")
                await arena.ask()
                await arena.ended_or_all_told(bot)
                await bot.kill()
        return await reckon(arena)


def folders_in(folder: Path, count: int) -> list[Path]:
    folders = [folder / str(number) for number in range(count)]
    for each in folders:
        each.mkdir()
    return folders


async def test_two_hundred_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    folders = folders_in(tmp_path, ARENAS)
    found = await asyncio.gather(
        *(kill_at_random(folder, _SEED + number, KILLS // ARENAS) for number, folder in enumerate(folders))
    )

    assert [line for lines in found for line in lines] == [], f"CRASH_SEED={_SEED}"


async def test_kills_at_each_step_lose_and_double_nothing(tmp_path: Path) -> None:
    folders = folders_in(tmp_path, ARENAS_FOR_STEPS)
    found = await asyncio.gather(
        *(kill_at(folder, STEPS[number::ARENAS_FOR_STEPS]) for number, folder in enumerate(folders))
    )

    assert [line for lines in found for line in lines] == []


async def test_a_kill_while_nanogpt_paints_is_charged_to_nobody(tmp_path: Path) -> None:
    """The request is sent, and no answer has come."""
    async with open_arena(tmp_path) as arena:
        arena.nanogpt.trouble.hold()
        bot = await arena.start_online()
        await arena.ask()
        await arena.nanogpt.trouble.held(3, timeout_seconds=60)
        await bot.kill()
        arena.nanogpt.trouble.let_go()

        assert await reckon(arena) == []
        assert sum(row.status == "unknown" for row in arena.rows()) >= 3


async def test_whom_the_bot_answers_too_late_is_charged_nothing(tmp_path: Path) -> None:
    """On a busy machine that may happen between any two kills; whoever wrote a message is answered all the same."""
    async with open_arena(tmp_path, response_deadline_seconds=0) as arena:
        bot = await arena.start_online()
        await arena.ask()
        await arena.ended_or_all_told(bot)
        await bot.kill()

        assert await reckon(arena) == []
        assert arena.too_late == arena.commands.keys()
        assert [row.prompt for row in arena.rows()] == list(arena.messages)
        assert arena.nanogpt.paid_pictures == 1
