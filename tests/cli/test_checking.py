"""`check`: whether the settings lead to a database, to Discord and to NanoGPT."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from nanobot.sandbox.discord import DiscordStandIn
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.store import processes
from nanobot.store.database import Database
from tests.cli.conftest import Operator, Run
from tests.journeys.health import free_port

DATABASE_WELL = "✓ Database: reachable and up to date; no process of the bot is at work."
NANOGPT_WELL = f"✓ NanoGPT: the key works; balance $5.00; no subscription; {len(MODELS)} models."


@pytest.fixture
async def somebody_else() -> AsyncIterator[str]:
    """Give the address of a web server that is neither Discord nor NanoGPT."""

    async def welcome(_: web.Request) -> web.Response:
        return web.Response(text="<h1>Welcome to the hotel</h1>", content_type="text/html")

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", welcome)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def lines(run: Run) -> list[str]:
    assert run.err == ""
    assert "Traceback" not in run.out
    return run.out.splitlines()


async def test_all_is_well(operator: Operator, discord: DiscordStandIn, nanogpt: NanoGPTStandIn) -> None:
    """One line each; nothing is paid, and the database is made."""
    run = await operator.runs("check")

    assert run.code == 0
    database, about_discord, about_nanogpt = lines(run)
    assert (database, about_nanogpt) == (DATABASE_WELL, NANOGPT_WELL)
    assert about_discord.startswith(
        f"✓ Discord: the token belongs to {discord.bot.name}. It is public: anybody may invite it into a server of theirs "
        "and set quotas there that you pay. docs/discord-setup.md tells how to change that; invite it with "
    )
    invitation = URL(about_discord.rpartition(" ")[2])
    assert invitation.host == "discord.com"
    assert invitation.query["client_id"] == str(discord.application_id)
    assert invitation.query["scope"].split() == ["bot", "applications.commands"]
    assert (operator.folder / "nanobot.db").exists()
    assert (nanogpt.requests, nanogpt.charged) == ([], Decimal(0))


async def test_it_tells_since_when_each_process_is_at_work(operator: Operator) -> None:
    await operator.runs("check")
    told = []
    for number in (1, 2):
        started_at = datetime(2026, 3, 18, 12, number, tzinfo=UTC)
        database = Database.open(f"sqlite+aiosqlite:///{operator.folder / 'nanobot.db'}")
        async with database.begin() as session:
            until = datetime.now(UTC) + timedelta(minutes=1)
            await processes.beat(session, f"process {number}", now=started_at, until=until)
        await database.close()
        told.append(lines(await operator.runs("check"))[0].partition("; ")[2])

    assert told == [
        "a process of the bot is at work since 2026-03-18 12:01 UTC.",
        "2 processes of the bot are at work since 2026-03-18 12:01 UTC, 2026-03-18 12:02 UTC.",
    ]


async def test_without_any_setting_each_part_says_what_it_lacks(operator: Operator) -> None:
    run = await operator.runs("check")

    assert run.code == 1
    database, discord, nanogpt = lines(run)
    assert database == DATABASE_WELL
    assert discord.startswith("✗ Discord: DISCORD_TOKEN is not set: copy .env.example to .env")
    assert nanogpt.startswith("✗ NanoGPT: NANOGPT_API_KEY is not set: copy .env.example to .env")


async def test_wrong_secrets_are_told_without_them(
    operator: Operator, discord: DiscordStandIn, nanogpt: NanoGPTStandIn
) -> None:
    """Discord and NanoGPT are asked; neither answer repeats the secret."""
    operator.sets(DISCORD_TOKEN="wrong-token-77aa", NANOGPT_API_KEY="sk-nano-wrong-77aa")

    run = await operator.runs("check")

    assert run.code == 1
    _, about_discord, about_nanogpt = lines(run)
    assert about_discord == "✗ Discord: DISCORD_TOKEN is wrong: Discord does not accept it."
    assert about_nanogpt.startswith("✗ NanoGPT: NanoGPT does not accept the API key")
    assert "77aa" not in run.out


async def test_a_key_of_a_form_that_no_key_has(operator: Operator, discord: DiscordStandIn) -> None:
    operator.sets(NANOGPT_API_KEY="sk-nano-ключ")

    run = await operator.runs("check")

    assert lines(run)[2] == (
        "✗ NanoGPT: NANOGPT_API_KEY or NANOGPT_BASE_URL is wrong: the API key is one line of printable ASCII."
    )


async def test_discord_is_out_of_order(
    operator: Operator, discord: DiscordStandIn, nanogpt: NanoGPTStandIn
) -> None:
    discord.trouble.fail_next("GET", "/oauth2/applications/@me", 503)

    run = await operator.runs("check")

    assert run.code == 1
    assert lines(run)[1:] == ["✗ Discord: Discord answered with status 503. Try again later.", NANOGPT_WELL]


async def test_a_subscription_is_told_with_what_is_left_of_it(
    operator: Operator, discord: DiscordStandIn, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.subscribe(daily=60, monthly=900)

    run = await operator.runs("check")

    assert "; subscription active, daily 60 of 60 left, monthly 900 of 900 left; " in lines(run)[2]


async def test_what_cannot_be_told_beside_the_balance_is_said(
    operator: Operator, discord: DiscordStandIn, nanogpt: NanoGPTStandIn
) -> None:
    """The key works all the same."""
    nanogpt.trouble.keep_failing(403, "forbidden", on="usage")
    nanogpt.trouble.keep_failing(403, "forbidden", on="catalogue")

    run = await operator.runs("check")

    assert run.code == 0
    assert lines(run)[2] == (
        "✓ NanoGPT: the key works; balance $5.00; its subscription cannot be told now; "
        "its list of models cannot be read now."
    )


async def test_a_private_bot_needs_no_warning(operator: Operator) -> None:
    async def private(_: web.Request) -> web.Response:
        return web.json_response({"id": "7", "name": "Fox", "bot_public": False})

    application = web.Application()
    application.router.add_get("/oauth2/applications/@me", private)
    async with TestServer(application) as server:
        operator.sets(DISCORD_TOKEN="a-token", DISCORD_API_URL=str(server.make_url("")))
        run = await operator.runs("check")

    assert lines(run)[1].startswith(
        "✓ Discord: the token belongs to Fox; invite it with https://discord.com/"
    )


@pytest.mark.parametrize(
    "is_there", [pytest.param(False, id="nobody"), pytest.param(True, id="somebody else")]
)
async def test_discord_is_not_at_its_address(
    operator: Operator, somebody_else: str, *, is_there: bool
) -> None:
    """Neither silence nor the page of a hotel's network is taken for Discord."""
    address = somebody_else if is_there else f"http://127.0.0.1:{free_port()}"
    operator.sets(DISCORD_TOKEN="a-token", DISCORD_API_URL=address)

    run = await operator.runs("check")

    assert run.code == 1
    assert lines(run)[1] == ("✗ Discord: Discord cannot be reached, or something else answers in its place.")


async def test_the_database_cannot_be_used(operator: Operator) -> None:
    operator.sets(DATABASE_URL="sqlite+aiosqlite:///nowhere/nanobot.db")

    run = await operator.runs("check")

    assert run.code == 1
    assert lines(run)[0] == (
        "✗ Database: The database file nanobot.db cannot be used (No such file or directory): "
        "check DATABASE_URL and that the database is up."
    )


async def test_the_database_is_newer_than_the_code(operator: Operator) -> None:
    await operator.runs("migrate")
    make_newer(operator.folder)

    run = await operator.runs("check")

    assert run.code == 1
    assert lines(run)[0].startswith("✗ Database: The database is at revision 9999, which this version")


async def test_migrate_brings_the_database_up_to_date_and_says_so(operator: Operator) -> None:
    """Doing it again changes nothing; a database from the future is left alone."""
    first = await operator.runs("migrate")
    second = await operator.runs("migrate")
    make_newer(operator.folder)
    newer = await operator.runs("migrate")

    assert (first.code, first.out, first.err) == (0, "The database is up to date.\n", "")
    assert second == first
    assert (newer.code, newer.out) == (2, "")
    assert newer.err == (
        "The database is at revision 9999, which this version of nanobot does not know: "
        "update nanobot, or restore the backup that belongs to this version.\n"
    )


def make_newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "nanobot.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
