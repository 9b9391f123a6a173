"""The queue: first come, first served, with a limit for all and one for each member."""

from __future__ import annotations

import asyncio

import pytest

from nanobot.generation.turns import Ticket, TooManyWaiting, TurnQueue, Withdrawn

ALICE, BOB, CAROL = 1, 2, 3


def queue(*, total: int = 2, per_member: int = 2, waiting_per_member: int = 5) -> TurnQueue:
    return TurnQueue(total=total, per_member=per_member, waiting_per_member=waiting_per_member)


def turns(*tickets: Ticket) -> list[bool]:
    return [ticket.has_turn for ticket in tickets]


def test_as_many_turns_are_granted_as_there_are() -> None:
    line = queue(total=2)
    first, second, third = (line.join(member) for member in (ALICE, BOB, CAROL))

    assert turns(first, second, third) == [True, True, False]
    assert (line.running, line.waiting) == (2, 1)
    assert line.position(third) == 1


def test_the_next_in_order_of_arrival_gets_a_turn_that_is_given_back() -> None:
    line = queue(total=1)
    first, second, third = (line.join(member) for member in (ALICE, BOB, CAROL))
    first.leave()

    assert turns(second, third) == [True, False]
    assert line.position(third) == 1


def test_a_member_at_the_limit_does_not_hold_up_those_behind() -> None:
    line = queue(total=3, per_member=1)
    first, second, other = line.join(ALICE), line.join(ALICE), line.join(BOB)

    assert turns(first, second, other) == [True, False, True]
    first.leave()
    assert second.has_turn


def test_one_turn_of_a_member_is_enough_to_let_the_members_next_one_in() -> None:
    line = queue(total=4, per_member=2)
    tickets = [line.join(ALICE) for _ in range(4)]
    tickets[1].leave()

    assert turns(*tickets[2:]) == [True, False]


def test_a_member_may_have_only_so_many_waiting() -> None:
    line = queue(total=1, waiting_per_member=2)
    for _ in range(3):
        line.join(ALICE)
    with pytest.raises(
        TooManyWaiting, match=r"^2 requests of yours are already waiting for a turn"
    ) as caught:
        line.join(ALICE)

    assert caught.value.waiting == 2
    assert (line.running, line.waiting) == (1, 2)
    assert not line.join(BOB).has_turn


def test_where_nobody_may_wait_the_sentence_blames_nobody() -> None:
    line = queue(total=1, waiting_per_member=0)
    line.join(BOB)
    with pytest.raises(TooManyWaiting, match=r"^All turns are taken right now"):
        line.join(ALICE)

    assert line.waiting == 0


def test_leaving_twice_changes_nothing() -> None:
    line = queue(total=1)
    first, second, third = (line.join(member) for member in (ALICE, BOB, CAROL))
    first.leave()
    first.leave()

    assert turns(second, third) == [True, False]
    assert line.running == 1


def test_whoever_leaves_while_waiting_moves_the_others_up() -> None:
    line = queue(total=1)
    line.join(ALICE)
    second, third = line.join(BOB), line.join(CAROL)
    second.leave()

    assert line.position(third) == 1
    assert line.waiting == 1


async def test_positions_are_told_as_they_change_and_end_with_the_turn() -> None:
    line = queue(total=1)
    first, second, third = (line.join(member) for member in (ALICE, BOB, CAROL))
    positions = third.positions()
    told = [await anext(positions)]
    second.leave()
    told.append(await anext(positions))
    first.leave()
    told += [position async for position in positions]

    assert told == [2, 1]


async def test_a_free_turn_has_no_positions() -> None:
    ticket = queue().join(ALICE)

    assert [position async for position in ticket.positions()] == []


async def test_the_same_position_is_told_once() -> None:
    line = queue(total=1)
    line.join(ALICE)
    waiting, behind = line.join(BOB), line.join(CAROL)
    positions = waiting.positions()
    told = [await anext(positions)]
    rest = asyncio.ensure_future(anext(positions, None))
    behind.leave()
    await asyncio.sleep(0)
    waiting.withdraw()
    with pytest.raises(Withdrawn):
        await rest

    assert told == [1]


async def test_withdrawing_wakes_whoever_waits() -> None:
    line = queue(total=1)
    line.join(ALICE)
    waiting = line.join(BOB)
    positions = waiting.positions()
    await anext(positions)
    waiting.withdraw()
    with pytest.raises(Withdrawn):
        await anext(positions)

    waiting.leave()
    assert line.waiting == 0


async def test_withdrawing_with_a_turn_stops_at_the_next_safe_point() -> None:
    ticket = queue().join(ALICE)
    ticket.withdraw()
    with pytest.raises(Withdrawn):
        await anext(ticket.positions())
    with pytest.raises(Withdrawn):
        ticket.raise_if_withdrawn()
