from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from nanobot.store import bot_state
from nanobot.store.database import POSTGRES_CONNECTIONS, Database, DatabaseUnreachable
from nanobot.store.engines import DatabaseUrlError
from tests.store.cable import Cable
from tests.store.rows import add_generation


@pytest.fixture
async def two_of_one_file(sqlite_url: str) -> AsyncIterator[tuple[Database, Database]]:
    first, second = Database.open(sqlite_url), Database.open(sqlite_url)
    yield first, second
    await first.close()
    await second.close()


async def test_what_was_written_is_committed_at_the_end(database: Database) -> None:
    async with database.begin() as session:
        await bot_state.put(session, "commands", {"hash": "abc"})

    async with database.read() as session:
        assert await bot_state.get(session, "commands") == {"hash": "abc"}


async def test_an_exception_undoes_all_that_was_written(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.begin() as session:
            await bot_state.put(session, "commands", 1)
            raise LookupError

    with pytest.raises(LookupError):
        await write_and_fail()

    async with database.read() as session:
        assert await bot_state.get(session, "commands") is None


async def test_state_is_replaced_and_not_doubled(database: Database) -> None:
    for value in (1, [2, "two"]):
        async with database.begin() as session:
            await bot_state.put(session, "commands", value)

    async with database.read() as session:
        assert await bot_state.get(session, "commands") == [2, "two"]


async def test_a_commit_outlasts_a_power_cut(sqlite_url: str) -> None:
    """In the words of https://www.sqlite.org/pragma.html#pragma_synchronous: from FULL (2) on."""
    database = Database.open(sqlite_url)
    async with database.begin() as session:
        level = await session.scalar(text("PRAGMA synchronous"))
    await database.close()

    assert level == 2


async def test_postgresql_ends_the_transaction_of_a_machine_that_vanished(postgres_url: str) -> None:
    """Its locks would else keep everybody waiting until the connection is given up, hours later."""
    database = Database.open(postgres_url)
    async with database.begin() as session:
        longest = await session.scalar(text("SHOW idle_in_transaction_session_timeout"))
    await database.close()

    assert longest == "30s"


async def test_a_reader_is_refused_any_write(database: Database) -> None:
    async def write() -> None:
        async with database.read() as session:
            await bot_state.put(session, "commands", 1)

    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        await write()


async def test_a_connection_that_read_may_write_again(database: Database) -> None:
    """On PostgreSQL readers and writers share the connections."""
    for number in range(12):
        async with database.read() as session:
            await bot_state.get(session, "commands")
        async with database.begin() as session:
            await bot_state.put(session, "commands", number)

    async with database.read() as session:
        assert await bot_state.get(session, "commands") == 11


async def test_a_reader_sees_one_moment_and_does_not_wait_for_the_writer(database: Database) -> None:
    async with database.read() as reading:
        assert await bot_state.get(reading, "commands") is None

        async with database.begin() as writing:
            await bot_state.put(writing, "commands", 1)
        assert await bot_state.get(reading, "commands") is None

    async with database.read() as session:
        assert await bot_state.get(session, "commands") == 1


async def test_a_busy_sqlite_file_makes_the_next_writer_wait(
    two_of_one_file: tuple[Database, Database],
) -> None:
    first, second = two_of_one_file
    seen: list[object] = []

    async def write_second() -> None:
        async with second.begin() as session:
            seen.append(await bot_state.get(session, "commands"))
            await bot_state.put(session, "commands", "second")

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks, first.begin() as session:
        await bot_state.put(session, "commands", "first")
        tasks.create_task(write_second())
        for _ in range(50):  # real round trips, in which the other one tries and finds the file locked
            await session.execute(text("SELECT 1"))
        assert seen == []

    assert seen == ["first"]


async def test_writers_that_are_cancelled_leave_the_lock_to_the_next(database: Database) -> None:
    entered = asyncio.Event()

    async def write_forever() -> None:
        async with database.begin() as session:
            await bot_state.put(session, "commands", "never")
            entered.set()
            await asyncio.Event().wait()

    writers = [asyncio.create_task(write_forever()) for _ in range(5)]
    await asyncio.wait_for(entered.wait(), 60)
    for writer in writers:
        writer.cancel()
    await asyncio.gather(*writers, return_exceptions=True)

    async with asyncio.timeout(60), database.begin() as session:
        assert await bot_state.get(session, "commands") is None


async def test_a_failing_statement_keeps_prompts_out_of_the_log(database: Database) -> None:
    async def add_twice() -> None:
        async with database.begin() as session:
            await add_generation(session, generation_id="0" * 32)
        async with database.begin() as session:
            await add_generation(session, generation_id="0" * 32)

    with pytest.raises(IntegrityError) as failure:
        await add_twice()

    assert "a fox" not in str(failure.value)
    assert "a-secret-token" not in str(failure.value)


async def test_a_database_that_is_up_answers_a_ping(database: Database) -> None:
    await database.ping()

    async with database.read() as session:
        assert await session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize(
    ("url", "place"),
    [
        pytest.param("sqlite+aiosqlite:////no/such/folder/bot.db", "file bot.db", id="no folder"),
        pytest.param("postgresql+asyncpg://me:hunter2@127.0.0.1:1/bot", "bot at 127.0.0.1:1", id="no server"),
    ],
)
async def test_an_unreachable_database_is_one_sentence_without_the_password(url: str, place: str) -> None:
    database = Database.open(url)
    with pytest.raises(DatabaseUnreachable) as failure:
        await database.ping()
    with pytest.raises(DatabaseUnreachable):
        await database.begin().__aenter__()
    await database.close()

    assert failure.value.place == place
    assert "hunter2" not in failure.value.sentence
    assert "/no/such" not in failure.value.sentence


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("milk, eggs, " * 500)
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'notes.db'}")
    with pytest.raises(DatabaseUnreachable, match=r"notes\.db .*not a database"):
        await database.ping()

    await database.close()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("hunter2", id="no address"),
        pytest.param("postgresql+asyncpg://me:hunter2@host:port/bot", id="port in letters"),
        pytest.param("mysql+aiomysql://me:hunter2@host/bot", id="another database"),
        pytest.param("sqlite+aiosqlite://", id="memory"),
        pytest.param("sqlite+aiosqlite:///:memory:", id="memory by name"),
    ],
)
def test_an_address_that_will_not_do_is_one_sentence(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="DATABASE_URL") as failure:
        Database.open(url)

    assert "hunter2" not in failure.value.sentence


async def test_a_sign_of_life_waits_for_no_other_work(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    try:
        async with AsyncExitStack() as everything:
            for _ in range(POSTGRES_CONNECTIONS):
                await everything.enter_async_context(database.begin())
            async with asyncio.timeout(30), database.begin_sign(30) as session:
                await bot_state.put(session, "sign", 1)
    finally:
        await database.close()


async def test_a_sign_of_life_does_not_wait_for_a_network_that_says_nothing(
    postgres_url: str,
) -> None:
    """A statement whose packets are lost is else waited for a minute, also where the server is back after a second."""
    cable = Cable(make_url(postgres_url))
    await cable.plug()
    database = Database.open(cable.url)
    try:
        async with database.begin_sign(30) as session:
            await bot_state.put(session, "sign", 0)
        cable.clog()
        async with asyncio.timeout(30):
            with pytest.raises(DatabaseUnreachable, match="does not answer"):
                async with database.begin_sign(0.1) as session:
                    await bot_state.put(session, "sign", 1)
        cable.clear()

        async with database.begin_sign(30) as session:
            assert await bot_state.get(session, "sign") == 0
    finally:
        await database.close()
        await cable.cut()


async def test_whatever_goes_wrong_with_a_sign_of_life_is_the_database_that_is_away(
    database: Database,
) -> None:
    async def ask_in_vain() -> None:
        async with database.begin_sign(30) as session:
            await session.execute(text("SELECT * FROM no_table"))

    with pytest.raises(DatabaseUnreachable):
        await ask_in_vain()
