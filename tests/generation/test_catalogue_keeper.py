from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from nanobot.clock import TurnableClock
from nanobot.generation.catalogue_keeper import REFRESH_SECONDS, STATE_KEY, CatalogueKeeper
from nanobot.nanogpt import GUIDE_MODELS, NanoGPTClient
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.store import bot_state
from nanobot.store.database import DATABASE_TROUBLE, Database
from tests.generation.studio import API_KEY, NOON
from tests.nanogpt.vendor import Pauses

HOUR = timedelta(seconds=REFRESH_SECONDS)
MINUTE = timedelta(minutes=1)

Switch = Callable[[NanoGPTStandIn], None]


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock(NOON)


@pytest.fixture
async def client(nanogpt: NanoGPTStandIn) -> AsyncIterator[NanoGPTClient]:
    async with NanoGPTClient(api_key=API_KEY, base_url=nanogpt.base_url, sleep=Pauses().sleep) as opened:
        yield opened


@pytest.fixture
def keeper(client: NanoGPTClient, database: Database, clock: TurnableClock) -> CatalogueKeeper:
    return CatalogueKeeper(client=client, database=database, clock=clock)


@pytest.fixture
def neighbour(client: NanoGPTClient, same_database: Database, clock: TurnableClock) -> CatalogueKeeper:
    """Another process's keeper."""
    return CatalogueKeeper(client=client, database=same_database, clock=clock)


def appear(nanogpt: NanoGPTStandIn, model_id: str) -> None:
    nanogpt.catalogue.add(replace(MODELS["hidream"], id=model_id))


def asked(nanogpt: NanoGPTStandIn) -> int:
    return len(nanogpt.calls("catalogue"))


async def put(database: Database, value: object) -> None:
    async with database.begin() as session:
        await bot_state.put(session, STATE_KEY, value)


async def test_before_anything_is_known_there_are_the_models_of_the_guide(keeper: CatalogueKeeper) -> None:
    await keeper.load()

    assert not keeper.current.is_live
    assert {model.id for model in keeper.current.models} == set(GUIDE_MODELS)
    assert keeper.fetched_at is None


async def test_what_nanogpt_lists_is_what_there_is(keeper: CatalogueKeeper, clock: TurnableClock) -> None:
    await keeper.refresh()

    assert keeper.current.is_live
    assert {model.id for model in keeper.current.models} == set(MODELS)
    assert keeper.fetched_at == clock.now()


async def test_a_restart_remembers_the_list(
    keeper: CatalogueKeeper, neighbour: CatalogueKeeper, nanogpt: NanoGPTStandIn
) -> None:
    await keeper.refresh()
    await neighbour.load()

    assert neighbour.current.models == keeper.current.models
    assert neighbour.fetched_at == keeper.fetched_at
    assert asked(nanogpt) == 1


async def test_a_model_that_appears_is_there_within_the_hour(
    keeper: CatalogueKeeper, nanogpt: NanoGPTStandIn, clock: TurnableClock
) -> None:
    await keeper.refresh_if_stale()
    appear(nanogpt, "born-today")
    nanogpt.catalogue.remove("hidream")
    clock.turn(HOUR)
    await keeper.refresh_if_stale()
    before = keeper.current
    clock.turn(timedelta(seconds=1))
    await keeper.refresh_if_stale()

    assert before.find("born-today") is None
    assert keeper.current.find("born-today") is not None
    assert "hidream" not in {model.id for model in keeper.current.models}
    assert asked(nanogpt) == 2


async def test_processes_of_one_database_ask_once_an_hour_together(
    keeper: CatalogueKeeper, neighbour: CatalogueKeeper, nanogpt: NanoGPTStandIn, clock: TurnableClock
) -> None:
    await keeper.refresh_if_stale()
    await neighbour.refresh_if_stale()
    appear(nanogpt, "born-today")
    clock.turn(HOUR + MINUTE)
    await neighbour.refresh_if_stale()
    await keeper.refresh_if_stale()

    assert asked(nanogpt) == 2
    assert keeper.current.find("born-today") is not None


async def test_whoever_asks_during_a_refresh_waits_for_it(
    keeper: CatalogueKeeper, nanogpt: NanoGPTStandIn
) -> None:
    """A model that went away is noticed by everybody who asks for it at once."""
    live = await asyncio.gather(*(_refreshed(keeper) for _ in range(20)))

    assert live == [True] * 20
    assert asked(nanogpt) == 1


async def _refreshed(keeper: CatalogueKeeper) -> bool:
    await keeper.refresh()
    return keeper.current.is_live


@pytest.mark.parametrize(
    "go_wrong",
    [
        pytest.param(lambda nanogpt: nanogpt.trouble.keep_failing(503, "down", on="catalogue"), id="down"),
        pytest.param(
            lambda nanogpt: nanogpt.trouble.fail_next(403, "forbidden", on="catalogue"), id="forbidden"
        ),
        pytest.param(
            lambda nanogpt: nanogpt.trouble.break_connection("after_work", 99, on="catalogue"), id="cut off"
        ),
        *(
            pytest.param(
                lambda nanogpt, bend=bend: nanogpt.trouble.bend_next(bend, 99, on="catalogue"), id=bend
            )
            for bend in ("html", "empty_body", "cut_json", "wrong_types", "wrong_shape", "error_inside")
        ),
        pytest.param(
            lambda nanogpt: [nanogpt.catalogue.remove(each) for each in list(nanogpt.catalogue.models)],
            id="empty",
        ),
    ],
)
async def test_a_list_that_cannot_be_read_leaves_the_old_one(
    keeper: CatalogueKeeper,
    neighbour: CatalogueKeeper,
    nanogpt: NanoGPTStandIn,
    clock: TurnableClock,
    *,
    caplog: pytest.LogCaptureFixture,
    go_wrong: Switch,
) -> None:
    await keeper.refresh()
    old = keeper.current
    go_wrong(nanogpt)
    clock.turn(2 * HOUR)
    caplog.clear()
    await keeper.refresh_if_stale()
    await neighbour.load()

    assert keeper.current is old
    assert keeper.fetched_at == neighbour.fetched_at == NOON
    assert "catalogue" in caplog.text
    assert [record.levelname for record in caplog.records if "catalogue" in record.getMessage()][-1] == (
        "WARNING"
    )


async def test_entries_that_make_no_sense_do_not_spoil_the_others(
    keeper: CatalogueKeeper, neighbour: CatalogueKeeper, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.catalogue.list_also(None, 7, "hidream", [], {"id": 9}, {"id": "nul\0", "name": "\ud83e"})
    await keeper.refresh()
    await neighbour.load()

    assert {model.id for model in keeper.current.models} == set(MODELS)
    assert neighbour.current.models == keeper.current.models


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param("a word", id="a word"),
        pytest.param([], id="a list"),
        pytest.param({}, id="nothing in it"),
        pytest.param({"fetched_at": NOON.isoformat()}, id="no entries"),
        pytest.param({"entries": [{"id": "hidream"}]}, id="no moment"),
        pytest.param({"fetched_at": 7, "entries": [{"id": "hidream"}]}, id="a moment of another type"),
        pytest.param({"fetched_at": "noon", "entries": [{"id": "hidream"}]}, id="a moment in words"),
        pytest.param(
            {"fetched_at": "2026-03-18T12:00:00", "entries": [{"id": "hidream"}]},
            id="a moment without a zone",
        ),
        pytest.param({"fetched_at": NOON.isoformat(), "entries": {"id": "hidream"}}, id="entries no list"),
        pytest.param({"fetched_at": NOON.isoformat(), "entries": [7]}, id="entries no models"),
    ],
)
async def test_a_damaged_copy_is_ignored_and_written_over(
    keeper: CatalogueKeeper,
    neighbour: CatalogueKeeper,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    damaged: object,
) -> None:
    await put(database, damaged)
    await keeper.load()

    assert not keeper.current.is_live
    assert keeper.fetched_at is None
    assert "WARNING" in {record.levelname for record in caplog.records}

    await keeper.refresh_if_stale()
    await neighbour.load()
    assert neighbour.current.is_live


async def test_a_copy_that_is_no_json_is_ignored(sqlite_url: str, client: NanoGPTClient) -> None:
    """PostgreSQL does not take such a value; an SQLite file may be edited by anybody."""
    database = Database.open(sqlite_url)
    keeper = CatalogueKeeper(client=client, database=database, clock=TurnableClock(NOON))
    try:
        await put(database, {})
        async with database.begin() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("UPDATE bot_state SET value = '{\"fetched_at'")
        await keeper.load()

        assert not keeper.current.is_live
        await keeper.refresh()
        assert keeper.current.is_live
    finally:
        await database.close()


async def test_an_older_copy_does_not_take_the_place_of_a_newer_list(
    keeper: CatalogueKeeper, database: Database
) -> None:
    await keeper.refresh()
    await put(database, {"fetched_at": (NOON - MINUTE).isoformat(), "entries": [{"id": "from-before"}]})
    await keeper.load()

    assert keeper.current.find("from-before") is None


async def test_a_list_from_the_future_is_asked_for_again(
    keeper: CatalogueKeeper, database: Database, nanogpt: NanoGPTStandIn
) -> None:
    """A clock that was wrong when the list was stored must not keep it for years."""
    await put(database, {"fetched_at": "2099-01-01T00:00:00+00:00", "entries": [{"id": "from-2099"}]})
    await keeper.refresh_if_stale()

    assert keeper.fetched_at == NOON
    assert asked(nanogpt) == 1


async def test_a_list_that_cannot_be_shared_is_at_hand(keeper: CatalogueKeeper, database: Database) -> None:
    async with database.begin() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("DROP TABLE bot_state")
    with pytest.raises(DATABASE_TROUBLE):
        await keeper.refresh()

    assert keeper.current.is_live
