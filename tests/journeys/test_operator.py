"""Whoever runs the bot: the first start, what goes wrong at a start, and how its health is told."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from nanobot.sandbox.bot_process import START_SECONDS, BotProcess
from nanobot.sandbox.discord import DiscordStandIn
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.store.migrate import is_current, migrate
from tests.journeys.asking import answer, online_again, picture
from tests.journeys.conftest import API_KEY, Community
from tests.journeys.health import free_port, page
from tests.journeys.terminal import ROOT, Terminal

UNREACHABLE = "Discord cannot be reached: check the network, and DISCORD_API_URL if it is set."


async def test_the_first_start_needs_the_example_file_and_two_secrets(
    discord: DiscordStandIn, nanogpt: NanoGPTStandIn, tmp_path: Path
) -> None:
    """The database is made and migrated, the commands are registered, and Ctrl-C ends it cleanly."""
    example = (ROOT / ".env.example").read_text("utf-8")
    filled = example.replace("DISCORD_TOKEN=", f"DISCORD_TOKEN={discord.bot_token}")
    filled = filled.replace("NANOGPT_API_KEY=", f"NANOGPT_API_KEY={API_KEY}")
    addresses = (
        f"DISCORD_API_URL={discord.api_url}",
        f"DISCORD_GATEWAY_URL={discord.gateway_url}",
        f"NANOGPT_BASE_URL={nanogpt.base_url}",
    )
    (tmp_path / ".env").write_text("\n".join((filled, *addresses)), "utf-8")
    guild = discord.add_guild("Fox Den")
    channel, alice = guild.add_channel("general"), guild.add_member("alice")
    terminal = Terminal(tmp_path, {})

    process = await terminal.opens()
    await discord.bot_online(START_SECONDS)
    made = await picture(alice, "/imagine prompt:a red fox", channel)
    process.send_signal(signal.SIGINT)
    ended = await terminal.reads(process)

    assert len(made.attachments) == 1
    assert await asyncio.to_thread(is_current, f"sqlite+aiosqlite:///{tmp_path / 'nanobot.db'}")
    assert (ended.code, ended.out) == (0, "")
    assert re.search(r"INFO    nanobot\.bot\.app: registered \d+ commands with Discord\n", ended.err)
    assert "Traceback" not in ended.err
    assert "voice" not in ended.err


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param(
            {"DISCORD_TOKEN": ""},
            "DISCORD_TOKEN is not set: copy .env.example to .env and put the bot's token from "
            "https://discord.com/developers/applications into it.",
            id="no token",
        ),
        pytest.param(
            {"NANOGPT_API_KEY": ""},
            "NANOGPT_API_KEY is not set: copy .env.example to .env and put a key from "
            "https://nano-gpt.com/api into it.",
            id="no key",
        ),
        pytest.param(
            {"DISCORD_TOKEN": "wrong-secret-token"},
            "DISCORD_TOKEN is wrong: Discord does not accept it.",
            id="wrong token",
        ),
        pytest.param(
            {"NANOGPT_API_KEY": "wrong-secret-ключ"},
            "NANOGPT_API_KEY or NANOGPT_BASE_URL is wrong: the API key is one line of printable ASCII.",
            id="no possible key",
        ),
        pytest.param(
            {"DEFAULT_QUOTA_IMAGES": "lots"},
            "DEFAULT_QUOTA_IMAGES is wrong: input should be a valid integer, unable to parse string as an integer.",
            id="wrong value",
        ),
        pytest.param(
            {"DATABASE_URL": "sqlite+aiosqlite:///nowhere/nanobot.db"},
            "The database file nanobot.db cannot be used (No such file or directory): "
            "check DATABASE_URL and that the database is up.",
            id="no folder for the database",
        ),
        pytest.param(
            {"DATABASE_URL": f"postgresql+asyncpg://bot:wrong-secret@127.0.0.1:{free_port()}/nanobot"},
            "The database nanobot at 127.0.0.1:",
            id="no PostgreSQL there",
        ),
        pytest.param(
            {"DISCORD_API_URL": f"http://127.0.0.1:{free_port()}/api/v10"}, UNREACHABLE, id="no Discord there"
        ),
    ],
)
async def test_a_start_that_cannot_succeed_is_one_sentence_and_exit_code_2(
    bot: BotProcess, settings: Mapping[str, str], sentence: str
) -> None:
    """On standard error, without a traceback and without the secret."""
    await bot.start(**settings)

    assert await bot.ended() == 2
    (said,) = bot.log.splitlines()
    assert said.startswith(sentence)
    assert "wrong-secret" not in said


async def test_a_discord_that_is_out_of_order_is_told(bot: BotProcess, discord: DiscordStandIn) -> None:
    discord.trouble.fail_next("GET", "/users/@me", 503)

    await bot.start()

    assert await bot.ended() == 2
    assert bot.log == (
        "Discord answered with status 503: try again later, and check DISCORD_API_URL if it is set.\n"
    )


async def test_a_database_of_a_later_version_is_left_alone(bot: BotProcess, tmp_path: Path) -> None:
    file = tmp_path / "nanobot.db"
    await asyncio.to_thread(migrate, f"sqlite+aiosqlite:///{file}")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    await bot.start()

    assert await bot.ended() == 2
    assert bot.log.startswith("The database is at revision 9999, which this version of nanobot does not know")
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


async def test_a_health_port_in_use_is_told(bot: BotProcess) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        await bot.start(HEALTH_PORT=str(port))
        code = await bot.ended()

    assert code == 2
    assert bot.log == (
        f"Port {port} of HEALTH_PORT cannot be used: choose one that is free, or leave HEALTH_PORT empty.\n"
    )


async def test_a_token_that_is_reset_while_the_bot_runs_ends_it_with_a_sentence(
    discord: DiscordStandIn, bot: BotProcess
) -> None:
    """Discord closes the gateway with 4004, now or at the next attempt to connect; a supervisor that restarts the bot gets the same sentence at login."""
    await bot.start()
    await discord.bot_online(START_SECONDS)

    await discord.reset_token()

    assert await bot.ended() == 2
    assert bot.log.splitlines()[-1] == (
        "DISCORD_TOKEN is no longer valid: put the bot's new token in its place and start again."
    )
    assert "Traceback" not in bot.log


async def test_ctrl_c_ends_try_without_a_traceback(nanogpt: NanoGPTStandIn, tmp_path: Path) -> None:
    """130 is what shells give a program that was interrupted."""
    terminal = Terminal(tmp_path, {"NANOGPT_API_KEY": API_KEY, "NANOGPT_BASE_URL": nanogpt.base_url})
    nanogpt.trouble.hold()

    process = await terminal.opens("try", "a slow fox")
    await nanogpt.trouble.held(timeout_seconds=START_SECONDS)
    process.send_signal(signal.SIGINT)
    ended = await terminal.reads(process)

    assert ended.code == 130
    assert "Traceback" not in ended.out + ended.err
    assert not (tmp_path / "pictures").exists()


async def test_health_readiness_and_counts_are_served_on_this_machine(
    community: Community, tmp_path: Path
) -> None:
    """Outcomes are counted, and no label names a person or a server."""
    port, alice, channel = free_port(), community.alice, community.channel
    await community.bot.stop()
    await online_again(community.bot, community.discord, HEALTH_PORT=str(port))
    await answer(community.ada, "/quota set member:@alice images:3", channel)
    await picture(alice, "/imagine prompt:foxes count:3", channel)
    await answer(alice, "/imagine prompt:one more", channel)
    refused = await community.bob.types("/imagine prompt:something forbidden", channel)
    await refused.settled(lambda message: "content policy" in message.content)
    community.nanogpt.trouble.hold()
    waiting = await community.bob.types("/imagine prompt:a koala", channel)
    await community.nanogpt.trouble.held()

    alive, metrics = await page(port, "/healthz"), await page(port, "/metrics")
    await _until_ready(port)
    community.nanogpt.trouble.let_go()
    await waiting.settled(lambda message: message.content.startswith("Done"))

    assert (alive.status, alive.text) == (200, "ok\n")
    assert metrics.content_type.startswith("text/plain; version=")
    lines = metrics.text.splitlines()
    assert 'nanobot_generations_total{outcome="finished"} 1.0' in lines
    assert 'nanobot_generations_total{outcome="quotarefused"} 1.0' in lines
    assert 'nanobot_generations_total{outcome="failed"} 1.0' in lines
    assert "nanobot_pictures_total 3.0" in lines
    assert "nanobot_cost_dollars_total 0.042" in lines
    assert "nanobot_generations_active 1.0" in lines
    for secret in (alice.id, community.bob.id, community.guild.id, channel.id):
        assert str(secret) not in metrics.text
    assert (await page(port, "/")).status == 404


async def test_the_log_never_holds_a_secret_nor_a_prompt(community: Community) -> None:
    """Not at its most talkative, and not when Discord and NanoGPT fail."""
    await community.bot.stop()
    await online_again(community.bot, community.discord, LOG_LEVEL="DEBUG")
    community.discord.trouble.drop_next("POST", "/channels/*/messages")
    await picture(community.alice, "/imagine prompt:a velvet fox", community.channel)
    # The last, for from then on requests are turned away.
    community.nanogpt.trouble.fail_next(401, "invalid_api_key")
    call = await community.alice.types("/imagine prompt:a velvet fox", community.channel)
    await call.settled(lambda message: "out of order" in message.content)
    await community.bot.stop()

    log = community.bot.log
    assert "Unauthorized" in log
    secrets: Sequence[str] = (community.discord.bot_token, API_KEY, "velvet", call.token)
    assert [secret for secret in secrets if secret in log] == []


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while (found := await page(port, "/readyz")).status != 200:
            assert (found.status, found.text) == (503, "not connected to Discord\n")
