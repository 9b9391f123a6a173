"""A database that fails in the middle of a generation: triggers make the real one refuse exactly one step."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

import pytest
from sqlalchemy.exc import IntegrityError

from nanobot.generation import events
from nanobot.generation.books import PATIENCE
from nanobot.generation.payment import AnswerNotStored
from nanobot.generation.recovery import Lost, Unsent
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import Studio, asked, follow, open_studio, until

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"


async def refuse(studio: Studio, step: str) -> None:
    """Let the database fail at `step`: an INSERT INTO or an UPDATE TO a status."""
    match step:
        case "hold":
            when = "INSERT ON ledger_entries WHEN NEW.kind = 'hold'"
        case "row":
            when = "INSERT ON generations"
        case "release":
            when = "INSERT ON ledger_entries WHEN NEW.kind = 'release'"
        case "pictures":
            when = "INSERT ON pictures"
        case status:
            when = f"UPDATE ON generations WHEN NEW.status = '{status}'"
    await studio.execute(f"CREATE TRIGGER trouble BEFORE {when} {_REFUSE}")


async def mend(studio: Studio) -> None:
    await studio.execute("DROP TRIGGER trouble")


@pytest.mark.parametrize("step", ["hold", "row"])
async def test_without_a_hold_nothing_is_sent(studio: Studio, step: str) -> None:
    """The hold and the row are written both or neither."""
    await refuse(studio, step)
    with pytest.raises(IntegrityError):
        await studio.run()

    assert studio.nanogpt.requests == []
    assert await studio.generations() == []
    assert await studio.counted() == 0
    assert studio.services.generator.active_ids == frozenset()


async def test_what_cannot_be_noted_as_sent_is_not_sent(studio: Studio) -> None:
    await refuse(studio, "running")
    with pytest.raises(IntegrityError):
        await studio.run()

    assert studio.nanogpt.requests == []
    assert await studio.statuses() == [GenerationStatus.INTERRUPTED]
    assert await studio.counted() == 0


async def test_a_paid_answer_that_cannot_be_stored_gives_the_credit_back(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator reads of it in the log; neither member nor queue waits for a lease to run out."""
    await refuse(studio, "pictures")
    happened = await studio.run()
    (generation,) = await studio.generations()

    assert happened[-1] == events.Failed(sentence=AnswerNotStored().sentence)
    assert generation.status is GenerationStatus.UNKNOWN
    assert generation.error == "the answer could not be stored"
    assert await studio.counted() == 0
    assert f"generation {generation.id}: paid, and its answer could not be stored" in caplog.messages
    assert studio.services.generator.active_ids == frozenset()


async def test_a_paid_answer_is_stored_once_the_database_is_back(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """A database that is gone for a minute while a picture is made does not lose it."""
    pauses: list[float] = []

    async def mended_after_a_minute(seconds: float) -> None:
        pauses.append(seconds)
        if sum(pauses) == 60:
            await mend(studio)

    async with open_studio(sqlite_url, nanogpt, pause=mended_after_a_minute) as studio:
        await refuse(studio, "pictures")
        happened = await studio.run_and_post()

        assert isinstance(happened[-1], events.Finished)
        assert await studio.statuses() == [GenerationStatus.POSTED]
    assert sum(pauses) == 60
    assert len(nanogpt.requests) == 1


async def test_an_orphan_whose_answer_cannot_be_stored_is_ended_all_the_same(studio: Studio) -> None:
    studio.nanogpt.trouble.hold()
    async with aclosing(studio.generate()) as stream:
        await until(stream, events.Generating)
        await studio.nanogpt.trouble.held()
    await refuse(studio, "pictures")
    (orphan,) = studio.services.generator._orphans
    studio.nanogpt.trouble.let_go()
    await asyncio.wait([orphan], timeout=60)

    assert await studio.statuses() == [GenerationStatus.UNKNOWN]
    assert await studio.counted() == 0


async def test_what_cannot_be_released_now_is_released_by_recovery(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    """The listener's own end is not hidden by the database's error."""
    await refuse(studio, "release")
    async with aclosing(studio.generate()) as stream:
        await until(stream, events.Accepted)
    (generation,) = await studio.generations()
    assert generation.status is GenerationStatus.HELD
    assert any(
        message.startswith(f"generation {generation.id}: left to recovery") for message in caplog.messages
    )
    await mend(studio)
    studio.let_leases_run_out()
    studio.clock.turn(PATIENCE)
    (lost,) = await studio.recovered()

    assert isinstance(lost, Lost)
    assert await studio.statuses() == [GenerationStatus.INTERRUPTED]
    assert await studio.counted() == 0


async def test_who_was_told_that_it_failed_gets_no_picture_later(studio: Studio) -> None:
    """They may have asked again by then, and would pay for both."""
    await refuse(studio, "release")
    async with aclosing(studio.generate()) as stream:
        await until(stream, events.Accepted)
    await mend(studio)
    studio.let_leases_run_out()
    (unsent,) = await studio.recovered()
    assert isinstance(unsent, Unsent)
    resumed = studio.services.generator.generate(asked(), resumed_id=unsent.generation.id)

    assert await follow(resumed) == []
    assert await studio.statuses() == [GenerationStatus.INTERRUPTED]
    assert await studio.counted() == 0
    assert studio.nanogpt.requests == []


async def test_a_cancellation_is_not_hidden_by_the_databases_error(studio: Studio) -> None:
    studio.nanogpt.trouble.hold()
    await refuse(studio, "release")
    async with aclosing(studio.generate()) as stream:
        await until(stream, events.Accepted)
        waiting = asyncio.create_task(until(stream, events.PictureReady))
        await studio.nanogpt.trouble.held()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    studio.nanogpt.trouble.let_go()


async def test_an_orphan_that_cannot_be_ended_is_left_to_recovery(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    studio.nanogpt.trouble.hold()
    async with aclosing(studio.generate(prompt="something forbidden")) as stream:
        await until(stream, events.Generating)
        await studio.nanogpt.trouble.held()
    await refuse(studio, "release")
    (orphan,) = studio.services.generator._orphans
    studio.nanogpt.trouble.let_go()
    await asyncio.wait([orphan], timeout=60)
    assert await studio.statuses() == [GenerationStatus.RUNNING]
    assert any("left to recovery" in message for message in caplog.messages)
    assert studio.services.generator.active_ids == frozenset()
    await mend(studio)
    studio.let_leases_run_out()
    await studio.recovered()

    assert await studio.statuses() == [GenerationStatus.UNKNOWN]
    assert await studio.counted() == 0


async def test_what_is_posted_and_cannot_be_settled_stays_held(studio: Studio) -> None:
    """Both or neither: the row is still `made`, so that its hold is not lost sight of."""
    await refuse(studio, "posted")
    with pytest.raises(IntegrityError):
        await studio.run_and_post()

    assert await studio.statuses() == [GenerationStatus.MADE]
    assert (await studio.standing()).held == 1
