from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from nanobot.store.database import DatabaseUnreachable
from nanobot.store.migrate import DatabaseNewerThanCode, is_current, migrate
from nanobot.store.tables import LedgerEntry

REPOSITORY = Path(__file__).parents[2]


def run_in(url: str, *statements: str) -> None:
    async def run() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())


def tables_in(url: str) -> set[str]:
    async def read() -> list[str]:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda synchronous: inspect(synchronous).get_table_names())
        await engine.dispose()
        return names

    return set(asyncio.run(read()))


def test_an_empty_database_gets_every_table(empty_database_url: str) -> None:
    assert not is_current(empty_database_url)

    migrate(empty_database_url)

    assert is_current(empty_database_url)
    assert tables_in(empty_database_url) == {*LedgerEntry.metadata.tables, "alembic_version"}


def test_asking_creates_no_file(tmp_path: Path) -> None:
    is_current(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")

    assert list(tmp_path.iterdir()) == []


def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    migrate(empty_database_url)
    run_in(empty_database_url, "INSERT INTO bot_state (key, value) VALUES ('commands', '1')")

    migrate(empty_database_url)

    with pytest.raises(DBAPIError, match=r"(?i)unique"):
        run_in(empty_database_url, "INSERT INTO bot_state (key, value) VALUES ('commands', '1')")


def test_processes_that_start_at_once_take_turns(empty_database_url: str) -> None:
    program = (
        "import sys; from nanobot.store.migrate import migrate; "
        "print('ready', flush=True); sys.stdin.readline(); migrate(sys.argv[1])"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert is_current(empty_database_url)


def test_databases_that_are_migrated_at_once_in_one_process_do_not_mix(tmp_path: Path) -> None:
    urls = [f"sqlite+aiosqlite:///{tmp_path / name}.db" for name in ("one", "two", "three")]
    with ThreadPoolExecutor(len(urls)) as pool:
        list(pool.map(migrate, urls))

    assert [is_current(url) for url in urls] == [True, True, True]


def test_a_migration_happens_whole_or_not_at_all(empty_database_url: str) -> None:
    run_in(empty_database_url, "CREATE TABLE bot_state (anything INTEGER)")  # the script makes it last
    with pytest.raises(DBAPIError, match="bot_state"):
        migrate(empty_database_url)

    assert tables_in(empty_database_url) == {"bot_state"}


def test_the_migrations_build_what_the_code_reads(database_url: str) -> None:
    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, LedgerEntry.metadata))

    async def differences() -> list[Any]:
        engine = create_async_engine(database_url)
        async with engine.connect() as connection:
            found = await connection.run_sync(compare)
        await engine.dispose()
        return found

    assert asyncio.run(differences()) == []


def test_a_database_of_a_later_version_is_left_alone(database_url: str) -> None:
    run_in(database_url, "UPDATE alembic_version SET version_num = '2099a'")
    with pytest.raises(DatabaseNewerThanCode, match="2099a") as failure:
        migrate(database_url)
    with pytest.raises(DatabaseNewerThanCode):
        is_current(database_url)

    assert failure.value.revisions == {"2099a"}


@pytest.mark.parametrize("ask", [migrate, is_current])
def test_an_unreachable_server_is_one_sentence_without_the_password(ask: Any) -> None:
    with pytest.raises(DatabaseUnreachable) as failure:
        ask("postgresql+asyncpg://me:hunter2@127.0.0.1:1/bot")

    assert failure.value.sentence == (
        "The database bot at 127.0.0.1:1 cannot be used (it refuses the connection): "
        "check DATABASE_URL and that the database is up."
    )


def test_a_developer_finds_nothing_to_generate(database_url: str) -> None:
    """`alembic check`, run by hand, reads DATABASE_URL and compares it with the tables."""
    check = subprocess.run(
        [sys.executable, "-m", "alembic", "check"],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert check.returncode == 0, check.stdout + check.stderr
    assert "No new upgrade operations" in check.stdout
