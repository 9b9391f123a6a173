"""The bot's process and what is told when it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nanobot.sandbox.bot_process import BotEnded, BotProcess


async def test_a_bot_that_ends_ends_what_needs_it(tmp_path: Path) -> None:
    """Without a token it cannot start; what it said itself is repeated."""
    bot = BotProcess(tmp_path, {"NANOGPT_API_KEY": "sk-nano-test"})
    await bot.start("run")
    with pytest.raises(BotEnded, match="DISCORD_TOKEN is not set") as ended:
        await bot.alongside(asyncio.Event().wait())

    assert ended.value.exit_code == 2
    assert str(tmp_path / "bot.log") in ended.value.sentence
    assert await bot.ended() == 2
    assert await bot.stop() == 0


async def test_what_is_done_alongside_is_returned(tmp_path: Path) -> None:
    bot = BotProcess(tmp_path, {})
    await bot.start("models", "--json")

    assert await bot.alongside(asyncio.sleep(0, "done")) == "done"
    assert await bot.ended() == 0
    assert '"hidream"' in bot.log


async def test_a_bot_that_was_never_started_has_nothing_to_stop(tmp_path: Path) -> None:
    bot = BotProcess(tmp_path, {})

    assert await bot.stop() == 0
    assert bot.log_tail == "(empty)"
    with pytest.raises(ValueError, match="never started"):
        await bot.kill()
