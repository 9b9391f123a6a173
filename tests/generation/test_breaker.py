"""NanoGPT out of order: after the first refusal nobody's request is held or sent, until it works again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from nanobot.generation import events
from nanobot.generation.alarms import Alarm, Signal
from nanobot.generation.breaker import FUNDS_RETRY, PROBE_SECONDS
from nanobot.quotas.standing import Member
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.models import Model
from nanobot.store.tables import GenerationStatus
from tests.generation.studio import SlowlyGiven, Studio, open_studio

OTHER = Member(user_id=77, guild_id=900)
OUT_OF_FUNDS = "The bot is out of order: its balance at NanoGPT is used up."
WRONG_KEY = "The bot is out of order: NanoGPT does not accept its key."


def refusal(happened: list[events.Event]) -> str:
    (only,) = happened
    assert isinstance(only, events.Refused), only
    return only.sentence


async def probe(studio: Studio) -> None:
    await studio.services.breaker.probe(studio.services.nanogpt)


async def test_after_402_no_member_sends_anything_until_the_account_is_topped_up(studio: Studio) -> None:
    studio.nanogpt.trouble.out_of_funds = True
    first = await studio.run()
    second = refusal(await studio.run(member=OTHER))

    assert isinstance(first[-1], events.Failed)
    assert first[-1].sentence == second
    assert second.startswith(OUT_OF_FUNDS)
    assert len(studio.nanogpt.requests) == 1
    assert await studio.counted() == 0
    studio.nanogpt.trouble.out_of_funds = False
    await probe(studio)
    assert isinstance((await studio.run())[-1], events.Finished)


async def test_a_balance_below_the_price_that_402_named_keeps_it_open(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.catalogue.add(Model(id="dear", name="Dear", price=Decimal(7)))
    async with open_studio(sqlite_url, nanogpt) as studio:
        await studio.services.catalogue.refresh()
        await studio.run(model="dear")
        await probe(studio)
        still_open = refusal(await studio.run(model="dear"))
        nanogpt.top_up(Decimal(5))
        await probe(studio)
        happened = await studio.run(model="dear")

    assert still_open.startswith(OUT_OF_FUNDS)
    assert isinstance(happened[-1], events.Finished)


async def test_an_account_whose_balance_says_nothing_is_tried_again_after_a_while(studio: Studio) -> None:
    """A subscription that starts anew is no balance; a request that is turned away with 402 costs nothing."""
    studio.nanogpt.trouble.out_of_funds = True
    await studio.run()
    studio.clock.turn(FUNDS_RETRY)
    studio.nanogpt.trouble.out_of_funds = False

    assert isinstance((await studio.run())[-1], events.Finished)


async def test_a_key_that_is_refused_is_not_used_until_it_is_accepted(studio: Studio) -> None:
    studio.nanogpt.trouble.refuse_key = True
    await studio.run()
    await probe(studio)
    assert refusal(await studio.run(member=OTHER)).startswith(WRONG_KEY)
    assert len(studio.nanogpt.requests) == 1
    studio.nanogpt.trouble.refuse_key = False
    await probe(studio)

    assert isinstance((await studio.run(member=OTHER))[-1], events.Finished)


async def test_a_daily_limit_lasts_until_midnight_whatever_the_balance(studio: Studio) -> None:
    studio.nanogpt.trouble.daily_limit = 1
    assert isinstance((await studio.run())[-1], events.Finished)
    await studio.run()
    await probe(studio)
    assert refusal(await studio.run(member=OTHER)) == (
        "The bot has reached its daily limit at NanoGPT. Try again after 00:00 UTC. "
        "Nothing was taken from your quota."
    )
    assert len(studio.nanogpt.requests) == 2
    studio.nanogpt.trouble.daily_limit = None
    studio.clock.turn(timedelta(hours=11, minutes=59))
    refusal(await studio.run())
    studio.clock.turn(timedelta(minutes=1))

    assert isinstance((await studio.run())[-1], events.Finished)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid_request"), (404, "model_not_available"), (403, "forbidden"), (500, "server_error")],
)
async def test_what_says_nothing_about_the_next_request_does_not_stop_it(
    studio: Studio, status: int, code: str
) -> None:
    studio.nanogpt.trouble.fail_next(status, code)
    await studio.run()

    assert isinstance((await studio.run())[-1], events.Finished)


async def test_what_waited_for_its_turn_is_not_sent_into_an_outage(studio: Studio) -> None:
    """Asked again right before the paid call: the hold is released."""
    slow = SlowlyGiven()
    waiting = asyncio.create_task(studio.run(pictures=(slow,), model="flux-kontext"))
    await slow.asked.wait()
    studio.nanogpt.trouble.out_of_funds = True
    await studio.run(member=OTHER)
    slow.arrive.set()
    happened = await waiting

    assert isinstance(happened[-1], events.Failed)
    assert happened[-1].sentence.startswith(OUT_OF_FUNDS)
    assert len(studio.nanogpt.requests) == 1
    assert sorted(await studio.statuses()) == [GenerationStatus.FAILED, GenerationStatus.REFUSED]
    assert await studio.counted() == 0


def named(signal: Signal) -> tuple[str, str]:
    return type(signal).__name__, signal.key


async def test_the_operator_hears_of_an_outage_once(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    studio.nanogpt.trouble.hold()
    both = [asyncio.create_task(studio.run()) for _ in range(2)]
    await studio.nanogpt.trouble.held(2)
    studio.nanogpt.trouble.out_of_funds = True
    studio.nanogpt.trouble.let_go()
    await asyncio.gather(*both)
    studio.nanogpt.trouble.out_of_funds = False
    await probe(studio)
    studio.nanogpt.trouble.refuse_key = True
    await studio.run()
    async with aclosing(studio.services.alarms.heard()) as alarms:
        heard = [named(await anext(alarms)) for _ in range(3)]

    assert heard == [("Alarm", "nanogpt_funds"), ("AllClear", "nanogpt_funds"), ("Alarm", "nanogpt_key")]
    assert sum("The balance at NanoGPT is used up" in text for text in caplog.messages) == 1


async def test_an_outage_that_comes_back_is_told_again(studio: Studio) -> None:
    for _ in range(2):
        studio.nanogpt.trouble.refuse_key = True
        await studio.run()
        studio.nanogpt.trouble.refuse_key = False
        await probe(studio)
    async with aclosing(studio.services.alarms.heard()) as alarms:
        heard = [named(await anext(alarms)) for _ in range(4)]

    assert heard == [("Alarm", "nanogpt_key"), ("AllClear", "nanogpt_key")] * 2


async def test_an_outage_that_another_one_hid_is_told_when_it_comes_back(studio: Studio) -> None:
    studio.nanogpt.trouble.hold()
    first = asyncio.create_task(studio.run())
    second = asyncio.create_task(studio.run())
    await studio.nanogpt.trouble.held(2)
    studio.nanogpt.trouble.fail_next(401, "invalid_api_key")
    studio.nanogpt.trouble.fail_next(402, "insufficient_balance")
    studio.nanogpt.trouble.let_go()
    await asyncio.gather(first, second)
    await probe(studio)
    studio.nanogpt.trouble.refuse_key = True
    await studio.run()
    async with aclosing(studio.services.alarms.heard()) as alarms:
        heard = [named(await anext(alarms)) for _ in range(5)]

    assert sorted(heard[:2]) == [("Alarm", "nanogpt_funds"), ("Alarm", "nanogpt_key")]
    assert sorted(heard[2:4]) == [("AllClear", "nanogpt_funds"), ("AllClear", "nanogpt_key")]
    assert heard[4] == ("Alarm", "nanogpt_key")


async def test_the_watch_asks_for_the_balance_while_it_is_out_of_order(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """Nothing is asked while all is well, and one good answer lets requests through again."""
    paused: asyncio.Queue[float] = asyncio.Queue()
    turns: asyncio.Queue[None] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        paused.put_nowait(seconds)
        await turns.get()

    async with open_studio(sqlite_url, nanogpt, pause=pause) as studio:
        services = studio.services
        async with _running(services.breaker.watch(services.nanogpt)):
            assert await paused.get() == PROBE_SECONDS
            turns.put_nowait(None)
            await paused.get()
            assert nanogpt.calls("balance") == []
            nanogpt.trouble.refuse_key = True
            await studio.run()
            nanogpt.trouble.refuse_key = False
            turns.put_nowait(None)
            await paused.get()

            assert len(nanogpt.calls("balance")) == 1
            assert services.breaker.outage is None


async def test_a_low_balance_is_told_once_and_the_member_hears_of_a_cheaper_size(
    sqlite_url: str, nanogpt: NanoGPTStandIn
) -> None:
    async with open_studio(sqlite_url, nanogpt, low_balance_usd=Decimal(100)) as studio:
        await studio.services.catalogue.refresh()
        dear = (await studio.run(model="hidream", size="1024x1024"))[-1]
        cheap = (await studio.run(model="hidream", size="512x512"))[-1]
        flat = (await studio.run(model="higgsfield-soul", size="512x512"))[-1]
        async with aclosing(studio.services.alarms.heard()) as alarms:
            alarm = await anext(alarms)
        nanogpt.top_up(Decimal(1000))
        rich = (await studio.run(model="hidream", size="1024x1024"))[-1]

    assert isinstance(dear, events.Finished)
    assert dear.cheaper == events.CheaperSize(
        size="512x512", price=Decimal("0.0035"), instead_of=Decimal("0.014")
    )
    for finished in (cheap, flat, rich):
        assert isinstance(finished, events.Finished)
        assert finished.cheaper is None
    assert isinstance(alarm, Alarm)
    assert alarm.key == "low_balance"
    assert "below the $100.00 of LOW_BALANCE_USD" in alarm.sentence


async def test_a_balance_that_nobody_told_is_not_low(studio: Studio) -> None:
    studio.services.purse.note(None)

    assert not studio.services.purse.is_low


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
