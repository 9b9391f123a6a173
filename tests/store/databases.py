"""Databases for tests: real ones, built by the migrations once a session and copied for each test.

A package of tests takes them by importing all of this into its `conftest.py`. PostgreSQL takes part where
TEST_POSTGRES_URL names a server, such as postgresql+asyncpg://postgres@127.0.0.1:5432/test, on which databases
may be created.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from nanobot.store.database import Database
from nanobot.store.engines import PATIENT_SECONDS
from nanobot.store.migrate import migrate

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "other_postgres_url",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "same_database",
    "sqlite_template",
    "sqlite_url",
]

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server() -> URL:
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("TEST_POSTGRES_URL names no PostgreSQL")
    return make_url(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "nanobot.db"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[str]:
    name = _new_name()
    _run_sql(postgres_server, f"CREATE DATABASE {name}")
    migrate(_url_of(postgres_server, name))
    yield name
    _run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'nanobot.db'}"
        return
    server: URL = request.getfixturevalue("postgres_server")
    name = _new_name()
    _run_sql(server, f"CREATE DATABASE {name}")
    yield _url_of(server, name)
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Name a migrated SQLite file."""
    file = tmp_path / "nanobot.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
def postgres_url(postgres_server: URL, postgres_template: str) -> Iterator[str]:
    """Name a migrated PostgreSQL database."""
    with _copied(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture
def other_postgres_url(postgres_server: URL, postgres_template: str) -> Iterator[str]:
    """Name another one, for a test that moves from one to the other."""
    with _copied(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """Name a migrated database of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url, busy_seconds=PATIENT_SECONDS)
    yield opened
    await opened.close()


@pytest.fixture
async def same_database(database_url: str) -> AsyncIterator[Database]:
    """Open `database` a second time, as another process would."""
    opened = Database.open(database_url, busy_seconds=PATIENT_SECONDS)
    yield opened
    await opened.close()


@contextmanager
def _copied(server: URL, template: str) -> Iterator[str]:
    name = _new_name()
    _run_sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _url_of(server, name)
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def _new_name() -> str:
    return f"nanobot_{uuid4().hex}"


def _url_of(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def _run_sql(server: URL, statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())
