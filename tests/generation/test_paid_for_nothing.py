"""What was paid, or may have been, for pictures that never arrived: the caps count it, the member does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

from nanobot.clock import TurnableClock
from nanobot.generation import events
from nanobot.generation.recovery import Recovered
from nanobot.quotas.audit import audit
from nanobot.quotas.policy import Amount, LimitReached, OwnerCap
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.models import Model
from nanobot.sandbox.nanogpt.trouble import Trouble
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import NOON, Given, Studio, open_studio, until

PRICE = Decimal("0.01")
CHECK = Decimal("0.0015")
CAP = Decimal("0.05")
ONE_EACH = Model(id="one-each", name="One each", price=PRICE, max_images=1)
AT_ONCE = Model(id="at-once", name="At once", price=PRICE, max_images=4)


class TickingClock(TurnableClock):
    """Goes on with each look, so that no two notes in a row are the same."""

    @override
    def now(self) -> datetime:
        self.turn(timedelta(milliseconds=1))
        return super().now()


@pytest.fixture
async def capped(database_url: str, nanogpt: NanoGPTStandIn) -> AsyncIterator[Studio]:
    """Open a studio, on either database, whose owner pays five cents a day for everybody together."""
    for model in (ONE_EACH, AT_ONCE):
        nanogpt.catalogue.add(model)
    async with open_studio(
        database_url, nanogpt, clock=TickingClock(NOON), rule=None, owner_cap_usd=CAP
    ) as studio:
        await studio.services.catalogue.refresh()
        yield studio


async def counted(studio: Studio) -> tuple[Amount, Amount, Amount]:
    """Return the member's pictures and dollars, and the dollars that the owner's cap counts."""
    standing = await studio.standing()
    (cap,) = standing.caps
    async with studio.services.database.read() as session:
        assert (await audit(session)).balances
    return standing.images.used, standing.usd.used, cap.used


def broken(trouble: Trouble) -> None:
    trouble.break_connection("before_headers")


def failed(trouble: Trouble) -> None:
    trouble.fail_next(500, "server_error")


def empty(trouble: Trouble) -> None:
    trouble.answer_empty_data = True


def unfetched(trouble: Trouble) -> None:
    trouble.expire_urls = True


def refused(trouble: Trouble) -> None:
    trouble.fail_next(400, "invalid_request")


async def refuse_second_sending(studio: Studio) -> None:
    """Let the database take the note that a call is about to be sent for the first one only."""
    when = "BEFORE UPDATE ON generations"
    only = "WHEN (OLD.status = 'running' AND NEW.status = 'running')"
    if studio.services.settings.database_url.startswith("sqlite"):
        await studio.execute(
            f"CREATE TRIGGER refuse {when} {only} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    else:
        await studio.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$"
        )
        await studio.execute(f"CREATE TRIGGER refuse {when} FOR EACH ROW {only} EXECUTE FUNCTION refuse()")


@pytest.mark.parametrize(
    ("go_wrong", "written_off"),
    [
        pytest.param(broken, 2 * PRICE, id="broken after it was sent"),
        pytest.param(failed, 2 * PRICE, id="failed at NanoGPT"),
        pytest.param(empty, 2 * PRICE, id="an answer without a picture"),
        pytest.param(unfetched, 2 * PRICE, id="pictures that cannot be fetched"),
        pytest.param(refused, Decimal(0), id="refused, which is not charged"),
    ],
)
async def test_what_came_to_nothing_is_the_owners_loss(
    capped: Studio, go_wrong: Callable[[Trouble], None], written_off: Decimal
) -> None:
    go_wrong(capped.nanogpt.trouble)
    happened = await capped.run(model="at-once", count=2)

    assert isinstance(happened[-1], events.Failed)
    assert await counted(capped) == (0, 0, written_off)


async def test_a_failing_model_is_paid_for_until_the_owners_cap_is_used_up(capped: Studio) -> None:
    capped.nanogpt.trouble.answer_empty_data = True
    for _ in range(5):
        assert isinstance((await capped.run(model="one-each"))[-1], events.Failed)
    last = (await capped.run(model="one-each"))[-1]

    assert isinstance(last, events.QuotaRefused)
    assert isinstance(last.refusal, LimitReached)
    assert isinstance(last.refusal.constraint.source, OwnerCap)
    assert await counted(capped) == (0, 0, CAP)
    assert capped.nanogpt.paid_pictures == 5


async def test_of_several_the_member_pays_for_those_that_came(capped: Studio) -> None:
    """One call failed without a word of what it cost; another was refused, and is not charged."""
    capped.nanogpt.trouble.fail_next(500, "server_error")
    capped.nanogpt.trouble.fail_next(400, "invalid_request")
    happened = await capped.run_and_post(model="one-each", count=4)

    assert isinstance(happened[-1], events.Finished)
    assert await counted(capped) == (2, 2 * PRICE, 3 * PRICE)


async def test_a_call_that_never_left_is_not_in_doubt_beside_one_that_succeeded(capped: Studio) -> None:
    await refuse_second_sending(capped)
    happened = await capped.run_and_post(model="one-each", count=4)

    assert isinstance(happened[-1], events.Finished)
    assert len(capped.nanogpt.requests) == 1
    assert await counted(capped) == (1, PRICE, PRICE)


async def test_a_call_that_never_left_is_not_in_doubt_beside_one_that_failed(capped: Studio) -> None:
    await refuse_second_sending(capped)
    capped.nanogpt.trouble.fail_next(500, "server_error")
    with pytest.raises(DBAPIError, match="the disk is full"):
        await capped.run(model="one-each", count=4)

    assert await capped.statuses() == [GenerationStatus.UNKNOWN]
    assert len(capped.nanogpt.requests) == 1
    assert await counted(capped) == (0, 0, PRICE)


async def test_an_answer_without_a_price_is_charged_by_the_estimate(capped: Studio) -> None:
    """Beside others that tell theirs, as it is where none does."""
    capped.nanogpt.trouble.bend_next("no_cost")
    happened = await capped.run_and_post(model="one-each", count=3)
    generation = await capped.generation()

    assert isinstance(happened[-1], events.Finished)
    assert generation.cost == 2 * PRICE
    assert await counted(capped) == (3, 3 * PRICE, 3 * PRICE)


async def test_an_answer_without_a_price_is_charged_by_the_estimate_after_a_restart(capped: Studio) -> None:
    capped.nanogpt.trouble.bend_next("no_cost")
    await capped.run(model="one-each", count=3)
    capped.let_leases_run_out()
    (recovered,) = await capped.deliver_left_behind()

    assert isinstance(recovered, Recovered)
    assert recovered.cost == 2 * PRICE
    assert await counted(capped) == (3, 3 * PRICE, 3 * PRICE)


async def test_pictures_without_a_price_that_are_gone_are_the_owners_loss(capped: Studio) -> None:
    capped.nanogpt.trouble.bend_next("no_cost")
    capped.nanogpt.trouble.expire_urls = True
    happened = await capped.run(model="one-each", count=3)

    assert isinstance(happened[-1], events.Failed)
    assert await counted(capped) == (0, 0, 3 * PRICE)


@pytest.mark.parametrize(
    "silent", [pytest.param(1, id="of one answer"), pytest.param(2, id="of all answers")]
)
async def test_an_estimate_has_the_price_of_the_check_in_it(capped: Studio, silent: int) -> None:
    """What is told of the check is not charged beside it once more."""
    capped.nanogpt.trouble.bend_next("no_cost", silent)
    await capped.run_and_post(model="one-each", count=2, check_results=True)

    assert await counted(capped) == (2, 2 * (PRICE + CHECK), 2 * (PRICE + CHECK))


async def test_a_lost_picture_of_one_answer_is_not_charged_to_the_member(capped: Studio) -> None:
    capped.nanogpt.trouble.answer_mixed = True
    capped.nanogpt.trouble.expire_urls = True
    happened = await capped.run_and_post(model="at-once", count=2)

    assert isinstance(happened[-1], events.Finished)
    assert await counted(capped) == (1, PRICE, 2 * PRICE)


async def test_what_a_crash_left_under_way_may_have_been_paid(capped: Studio) -> None:
    capped.nanogpt.trouble.hold()
    async with aclosing(capped.generate(model="at-once", count=2)) as stream:
        await until(stream, events.Generating)
        await capped.nanogpt.trouble.held()
        await capped.services.generator.close()
    capped.nanogpt.trouble.let_go()
    await capped.deliver_left_behind(even_if_leased=True)

    assert await capped.statuses() == [GenerationStatus.UNKNOWN]
    assert await counted(capped) == (0, 0, 2 * PRICE)


async def test_what_was_never_sent_costs_nobody_anything(capped: Studio) -> None:
    waiting = asyncio.Event()

    class Slow(Given):
        async def read(self) -> bytes:
            waiting.set()
            return await asyncio.Future()

    running = asyncio.create_task(capped.run(model="flux-kontext", pictures=(Slow(),)))
    await waiting.wait()
    held = await counted(capped)
    running.cancel()
    await asyncio.wait([running])

    assert held[0] == 1
    assert held[2] > 0
    assert await counted(capped) == (0, 0, 0)
