"""The limit of requests per second: kept in every window, shared fairly, and obeyed when NanoGPT names a pause."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.nanogpt import NanoGPTClient, Pace, RateLimited
from nanobot.nanogpt.retry import MAX_WAIT_SECONDS
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.nanogpt.vendor import (
    KEY,
    REQUEST,
    Pauses,
    TurnedClock,
    answering,
    client_of,
    error_document,
    hosted_document,
    serving,
)


def _paced(clock: TurnedClock, requests_per_second: float = 25.0) -> Pace:
    return Pace(requests_per_second, clock=clock.read, sleep=clock.sleep)


async def _take(pace: Pace, clock: TurnedClock, count: int) -> list[float]:
    """Return the moments at which so many calls left, all of them waiting from the beginning."""
    moments: list[float] = []

    async def call() -> None:
        async with pace.turn():
            pass
        moments.append(clock.now)

    await asyncio.gather(*(call() for _ in range(count)))
    return moments


def _most_within_a_second(moments: list[float]) -> int:
    return max(sum(start <= moment <= start + 1 for moment in moments) for start in moments)


async def test_no_window_of_one_second_holds_more_than_the_limit() -> None:
    clock = TurnedClock()
    moments = await _take(_paced(clock), clock, 200)

    assert _most_within_a_second(moments) == 25
    assert moments[-1] - moments[0] < 10


@given(
    limit=st.floats(0.2, 40),
    steps=st.lists(
        st.tuples(st.integers(1, 30), st.floats(0, 3), st.integers(1, 5), st.floats(0, 0.5)), max_size=6
    ),
)
def test_limit_holds_whatever_the_order_of_events(
    limit: float, steps: list[tuple[int, float, int, float]]
) -> None:
    """Bursts, idle times, shares that change, and calls that take their time between turn and leaving."""

    async def run() -> None:
        clock = TurnedClock()
        pace = _paced(clock, limit)
        moments: list[float] = []

        async def call(lingering: float) -> None:
            async with pace.turn():
                await clock.sleep(lingering)
                moments.append(clock.now)

        for count, idle, processes, lingering in steps:
            pace.divide(processes)
            await asyncio.gather(*(call(lingering) for _ in range(count)))
            clock.now += idle
        if moments:
            assert _most_within_a_second(sorted(moments)) <= max(1, int(limit))

    asyncio.run(run())


async def test_turns_come_in_the_order_of_asking() -> None:
    clock = TurnedClock()
    pace = _paced(clock, 2)
    order: list[int] = []

    async def call(number: int) -> None:
        async with pace.turn():
            order.append(number)

    await asyncio.gather(*(call(number) for number in range(10)))

    assert order == list(range(10))


@pytest.mark.parametrize(("processes", "most"), [(1, 25), (2, 12), (3, 8), (25, 1), (50, 1)], ids=str)
async def test_share_of_several_processes_is_fair(processes: int, most: int) -> None:
    clock = TurnedClock()
    pace = _paced(clock)
    pace.divide(processes)
    moments = await _take(pace, clock, 60)

    assert _most_within_a_second(moments) == most
    # All shares together stay below the limit, also where one call a second would be too many for each.
    assert processes * (60 - most) / (moments[-1] - moments[0]) <= 25


async def test_smaller_share_counts_what_left_before() -> None:
    clock = TurnedClock()
    pace = _paced(clock)
    await _take(pace, clock, 20)
    pace.divide(5)
    moments = await _take(pace, clock, 1)

    assert moments[0] - 1000 > 1


@pytest.mark.parametrize("requests_per_second", [0.0, -1.0, float("inf"), float("nan")])
def test_pace_without_a_limit_is_refused(requests_per_second: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Pace(requests_per_second)


def test_share_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least this process"):
        Pace().divide(0)


@pytest.mark.parametrize(("seconds", "waited"), [(3, 3), (0, 0), (3600, MAX_WAIT_SECONDS)])
async def test_pause_holds_everybody_back_within_its_bound(seconds: float, waited: float) -> None:
    clock = TurnedClock()
    pace = _paced(clock)
    pace.pause(seconds)
    moments = await _take(pace, clock, 3)

    assert [moment - 1000 for moment in moments] == pytest.approx([waited] * 3)


async def test_shorter_pause_does_not_end_a_longer_one() -> None:
    clock = TurnedClock()
    pace = _paced(clock)
    pace.pause(9)
    pace.pause(1)
    moments = await _take(pace, clock, 1)

    assert moments[0] - 1000 == pytest.approx(9)


async def test_pause_reaches_those_who_wait_already() -> None:
    clock = TurnedClock()
    pace = _paced(clock, 1)
    await _take(pace, clock, 1)
    waiting = asyncio.create_task(_take(pace, clock, 1))
    await asyncio.sleep(0)
    pace.pause(15)
    moments = await waiting

    assert moments[0] - 1000 >= 15


async def test_cancelled_waiter_takes_no_turn_and_holds_up_nobody() -> None:
    """Whoever is behind it gets its turn at the same moment as if it had never asked."""
    clock = TurnedClock()
    asleep = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if not asleep.is_set():
            asleep.set()
            await asyncio.Event().wait()
        await clock.sleep(seconds)

    pace = Pace(2, clock=clock.read, sleep=sleep)
    await _take(pace, clock, 2)
    first, second = (asyncio.create_task(_take(pace, clock, 1)) for _ in range(2))
    await asleep.wait()
    first.cancel()
    moments = await second + await _take(pace, clock, 1)

    assert first.cancelled()
    assert moments == [1001.25, 1001.25]


async def test_turn_that_is_not_used_yet_counts() -> None:
    """What is written down before an order leaves takes time; orders that waited for it must not leave in one heap."""
    clock = TurnedClock()
    pace = _paced(clock, 2)
    written = asyncio.Event()
    moments: list[float] = []

    async def call() -> None:
        async with pace.turn():
            await written.wait()
        moments.append(clock.now)

    calls = [asyncio.create_task(call()) for _ in range(4)]
    for _ in range(10):
        await asyncio.sleep(0)
    clock.now += 60
    written.set()
    await asyncio.gather(*calls)

    assert moments == [1060.0, 1060.0, 1061.25, 1061.25]


async def test_failure_before_sending_gives_the_turn_back_in_time() -> None:
    clock = TurnedClock()
    pace = _paced(clock, 1)

    async def fail() -> None:
        async with pace.turn():
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        await fail()
    moments = await _take(pace, clock, 1)

    assert moments[0] == 1001.25


async def test_order_is_announced_only_when_its_turn_has_come() -> None:
    """Until then it can be called off, and no crash makes it look as if it had been sent."""
    clock = TurnedClock()
    announced: list[float] = []

    async def announce() -> None:
        announced.append(clock.now)

    document = hosted_document("https://cdn.example/a.png")
    async with serving(answering(document=document)) as vendor, client_of(vendor.url, clock=clock) as client:
        await asyncio.gather(*(client.generate(REQUEST, on_sending=announce) for _ in range(30)))

    assert [moment - 1000 for moment in announced] == [0.0] * 25 + [1.25] * 5


async def test_every_call_but_downloads_holds_back_after_too_many_requests() -> None:
    clock = TurnedClock()
    limited = answering(429, error_document("rate_limit_exceeded"), headers={"Retry-After": "60"})
    free = answering(document={"usd_balance": "1"})
    async with serving(limited, free) as vendor, client_of(vendor.url, clock=clock) as client:
        with pytest.raises(RateLimited):
            await client.generate(REQUEST)
        await client.check_balance()

    assert clock.slept == [MAX_WAIT_SECONDS]


async def test_daily_limit_holds_nobody_back() -> None:
    clock = TurnedClock()
    limited = answering(429, error_document("daily_rpd_limit_exceeded"), headers={"Retry-After": "3600"})
    free = answering(document={"usd_balance": "1"})
    async with serving(limited, free) as vendor, client_of(vendor.url, clock=clock) as client:
        with pytest.raises(Exception, match="daily limit"):
            await client.generate(REQUEST)
        await client.check_balance()

    assert clock.slept == []


async def _ask_sixty_times(pace: Pace) -> list[float]:
    """Return the pauses after refusals, against a server that refuses more than 25 requests in a second."""
    stand_in = NanoGPTStandIn(api_key=KEY)
    pauses = Pauses()
    await stand_in.start()
    try:
        async with NanoGPTClient(
            api_key=KEY, base_url=stand_in.base_url, pace=pace, sleep=pauses.sleep, jitter=lambda: 0.5
        ) as client:
            await asyncio.gather(*(client.check_balance() for _ in range(60)), return_exceptions=True)
    finally:
        await stand_in.stop()
    return pauses.seconds


async def test_sixty_calls_at_once_are_all_answered() -> None:
    assert await _ask_sixty_times(Pace()) == []


async def test_sixty_calls_without_a_pace_are_not() -> None:
    """The server does refuse, so the test above would find a pace that is none."""
    assert await _ask_sixty_times(Pace(1000)) != []
