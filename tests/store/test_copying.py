"""A community that outgrows SQLite takes everything along to PostgreSQL, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from nanobot.store import processes
from nanobot.store.copying import (
    CopyBroken,
    CopyDiffers,
    SourceInUse,
    SourceMissing,
    SourceOutdated,
    SourceUrlError,
    TargetFilled,
    copy_database,
)
from nanobot.store.database import Database, DatabaseUnreachable
from nanobot.store.migrate import DatabaseNewerThanCode
from tests.quotas.visits import NOON, Visits
from tests.store.databases import BACKENDS
from tests.store.filled import fill, rows
from tests.store.test_migrate import run_in


def on(url: str, work: Any) -> Any:
    """Run `work` with the database opened."""

    async def run() -> Any:
        database = Database.open(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = on(url, rows)
    return found


@pytest.fixture
def filled_url(database_url: str) -> str:
    on(database_url, fill)
    return database_url


@pytest.fixture(params=BACKENDS)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a database beside that of `filled_url`: a file that is not there yet, or one with empty tables."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    url: str = request.getfixturevalue("other_postgres_url")
    return url


@pytest.fixture
def filled_file(sqlite_url: str) -> str:
    on(sqlite_url, fill)
    return sqlite_url


def test_everything_is_copied_from_either_to_either(filled_url: str, new_url: str) -> None:
    counts = copy_database(filled_url, new_url, now=NOON)

    copied = everything(new_url)
    assert copied == everything(filled_url)
    assert counts == {table: len(there) for table, there in copied.items()}
    assert all(counts.values()), "a table has no row in this test"


def test_more_rows_than_are_read_at_once_are_all_copied(filled_file: str, postgres_url: str) -> None:
    run_in(
        filled_file,
        """
        INSERT INTO quota_accounts (guild_id, user_id)
        WITH RECURSIVE number(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM number WHERE n < 3499)
        SELECT n, 1 FROM number
        """,
        """
        INSERT INTO pictures (generation_id, position, data)
        WITH RECURSIVE number(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM number WHERE n < 34)
        SELECT min(id), n, randomblob(1000) FROM generations, number GROUP BY n
        """,
    )

    counts = copy_database(filled_file, postgres_url, now=NOON)

    assert counts["quota_accounts"] > 2500
    assert everything(postgres_url) == everything(filled_file)


def test_keys_that_languages_sort_in_their_own_ways_are_compared_byte_by_byte(
    sqlite_url: str, postgres_url: str
) -> None:
    keys = ["B", "_b", "a", "Z", "a b", "a_b", "ab", "ä", "🦊", "ﬀ"]
    run_in(sqlite_url, *(f"INSERT INTO bot_state VALUES ('{key}', '1')" for key in keys))  # noqa: S608

    assert copy_database(sqlite_url, postgres_url, now=NOON)["bot_state"] == len(keys)


def test_the_books_go_on_where_they_stopped(filled_file: str, postgres_url: str) -> None:
    """New lines get numbers of their own, and what was used and granted still counts."""
    copy_database(filled_file, postgres_url, now=NOON)

    async def standing(database: Database) -> Any:
        return await Visits.at(database).standing()

    async def go_on(database: Database) -> Any:
        visits = Visits.at(database)
        await visits.hold_granted(1, Decimal(0))
        return await visits.standing()

    before = on(filled_file, standing)
    assert on(postgres_url, standing) == before
    assert on(postgres_url, go_on).left == before.left - 1


def test_postgresql_knows_the_size_of_what_it_was_given(filled_file: str, postgres_url: str) -> None:
    """It would plan for tables of a few rows, and be slow until it looks by itself."""
    copied = copy_database(filled_file, postgres_url, now=NOON)

    async def sizes(database: Database) -> dict[str, int]:
        async with database.read() as session:
            known = await session.execute(text("SELECT relname, reltuples FROM pg_class"))
            return {name: int(size) for name, size in known if name in copied}

    assert on(postgres_url, sizes) == copied


def test_the_copied_ledger_refuses_to_be_changed(filled_file: str, postgres_url: str) -> None:
    copy_database(filled_file, postgres_url, now=NOON)

    with pytest.raises(Exception, match="append-only"):
        run_in(postgres_url, "DELETE FROM ledger_entries")


def test_the_old_database_is_left_as_it_is(filled_file: str, postgres_url: str) -> None:
    file = Path(filled_file.removeprefix("sqlite+aiosqlite:///"))
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    copy_database(filled_file, postgres_url, now=NOON)

    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_a_database_in_which_something_is_gets_nothing(filled_file: str, postgres_url: str) -> None:
    run_in(postgres_url, "INSERT INTO quota_accounts (guild_id, user_id) VALUES (1, 2)")
    before = everything(postgres_url)
    with pytest.raises(TargetFilled, match="rows in quota_accounts") as refusal:
        copy_database(filled_file, postgres_url, now=NOON)

    assert everything(postgres_url) == before
    assert refusal.value.sentence.startswith("DATABASE_URL names a database that is not empty")


def test_a_database_on_which_a_bot_is_at_work_is_not_copied(filled_file: str, postgres_url: str) -> None:
    async def beat(database: Database) -> None:
        async with database.begin() as session:
            await processes.beat(session, "a bot", now=NOON, until=NOON + timedelta(minutes=1))

    on(filled_file, beat)
    with pytest.raises(SourceInUse, match="Stop it"):
        copy_database(filled_file, postgres_url, now=NOON)

    assert not any(everything(postgres_url).values())
    assert copy_database(filled_file, postgres_url, now=NOON + timedelta(minutes=1))["processes"] == 2


@pytest.mark.parametrize(
    ("url", "error", "sentence"),
    [
        pytest.param("nanobot.db", SourceUrlError, "The database after --copy-from", id="no address"),
        pytest.param("mysql://x", SourceUrlError, "The database after --copy-from", id="unknown kind"),
        pytest.param(
            "sqlite+aiosqlite:///nowhere.db", SourceMissing, "There is no file nowhere.db", id="no file"
        ),
        pytest.param(
            "postgresql+asyncpg://me:hunter2@127.0.0.1:1/bot",
            DatabaseUnreachable,
            "The database bot at 127.0.0.1:1 cannot be used",
            id="no server",
        ),
    ],
)
def test_a_source_that_is_none_is_told(
    url: str, error: type[Exception], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=sentence) as failure:
        copy_database(url, f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", now=NOON)

    assert "hunter2" not in str(failure.value)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_an_older_version_is_to_be_migrated_first(tmp_path: Path, postgres_url: str) -> None:
    file = tmp_path / "old.db"
    file.touch()
    with pytest.raises(SourceOutdated, match=r"Run `python bot\.py migrate`"):
        copy_database(f"sqlite+aiosqlite:///{file}", postgres_url, now=NOON)


def test_a_database_of_a_later_version_is_not_copied(filled_file: str, postgres_url: str) -> None:
    run_in(filled_file, "UPDATE alembic_version SET version_num = '2099a'")
    with pytest.raises(DatabaseNewerThanCode, match="2099a"):
        copy_database(filled_file, postgres_url, now=NOON)


def test_what_the_new_database_cannot_hold_breaks_the_copy_off(filled_file: str, postgres_url: str) -> None:
    """SQLite does not mind how long a word is."""
    run_in(filled_file, f"UPDATE generations SET kind = '{'x' * 17}'")  # noqa: S608 - not from outside
    with pytest.raises(CopyBroken, match="value too long") as failure:
        copy_database(filled_file, postgres_url, now=NOON)

    assert failure.value.sentence.endswith("nothing was kept of it. The old database is as it was.")
    assert not any(everything(postgres_url).values())


@pytest.mark.parametrize(
    "change", ["NEW.note = 'another'; RETURN NEW", "RETURN NULL"], ids=["changed", "lost"]
)
def test_a_copy_that_differs_is_not_kept(filled_file: str, postgres_url: str, change: str) -> None:
    run_in(
        postgres_url,
        f"CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {change}; END $$",
        "CREATE TRIGGER spoil BEFORE INSERT ON ledger_entries FOR EACH ROW "
        "WHEN (NEW.kind = 'correction') EXECUTE FUNCTION spoil()",
    )
    with pytest.raises(CopyDiffers, match="copy of ledger_entries differs"):
        copy_database(filled_file, postgres_url, now=NOON)

    assert not any(everything(postgres_url).values())
