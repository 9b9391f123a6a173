"""The desk against a model of a few lines, over random interleavings of everything that can happen."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar, TypeAlias, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nanobot.quotas.desk import Hold
from nanobot.quotas.policy import Constraint, ServerCap
from nanobot.quotas.policy import Rule as Quota
from nanobot.quotas.standing import Member
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.engines import PATIENT_SECONDS
from nanobot.store.tables import RuleScope, Unit
from tests.quotas.balance import imbalance
from tests.quotas.model import IMAGES, USD, Extra, Model, Use
from tests.quotas.visits import TEN_A_DAY, Visits

MEMBERS = (11, 12, 13)
OWNER_CAPS = (
    Quota(unit=IMAGES, amount=30, period=Period.DAY),
    Quota(unit=USD, amount=Decimal(3), period=Period.WEEK),
)
# A little before the clocks of most of the zones below are changed.
STARTS = ((3, 27, 18), (10, 29, 20), (12, 31, 20), (3, 7, 22))
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Chatham", "UTC")

member_ids = st.sampled_from(MEMBERS)
cents = st.integers(0, 120).map(lambda number: Decimal(number) / 100)
prices = cents | st.none()
periods = st.sampled_from(Period)
image_quotas = st.builds(Quota, unit=st.just(IMAGES), amount=st.integers(0, 14) | st.none(), period=periods)
usd_quotas = st.builds(
    Quota, unit=st.just(USD), amount=cents.map(lambda amount: 3 * amount) | st.none(), period=periods
)
quotas = image_quotas | usd_quotas
requests = st.tuples(member_ids, st.integers(1, 6), prices)
extras = st.tuples(st.just(IMAGES), st.integers(1, 6).map(Decimal)) | st.tuples(
    st.just(USD), cents.filter(bool)
)
WAITS = (1, 14, 15, 60, 7 * 60, 23 * 60, 24 * 60, 25 * 60, 24 * 60 * 5)
Request: TypeAlias = tuple[int, int, Decimal | None]
T = TypeVar("T")


class Desk(RuleBasedStateMachine):
    """A server of its own in a year of its own, so that the sums of all servers are its own too."""

    years = count(2026)

    runner: ClassVar[asyncio.Runner]
    database: ClassVar[Database]
    other_process: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.server_id = uuid4().int >> 66
        self.visits = Visits.at(self.database, caps=OWNER_CAPS)
        self.holds: list[tuple[Hold, Use]] = []
        self.last = MEMBERS[0]

    @initialize(start=st.sampled_from(STARTS))
    def open(self, start: tuple[int, int, int]) -> None:
        month, day, hour = start
        now = datetime(next(self.years), month, day, hour, 50, tzinfo=UTC)
        self.visits.clock.turn(now - self.visits.clock.now())
        self.model = Model(now=now, default=TEN_A_DAY, owner_caps=OWNER_CAPS)

    @rule(requests=st.lists(requests, min_size=1, max_size=4))
    def hold(self, requests: list[Request]) -> None:
        self.hold_each(requests)

    @rule(requests=st.lists(requests, min_size=1, max_size=4), minutes=st.sampled_from(WAITS))
    def hold_later(self, requests: list[Request], minutes: int) -> None:
        self.wait(minutes)
        self.hold_each(requests)

    @precondition(lambda self: self.holds)
    @rule(
        which=st.integers(0, 99),
        images=st.integers(0, 10),
        failed=st.tuples(*[st.integers(0, 3)] * 3),
        cost=prices,
        minutes=st.sampled_from((0, *WAITS)),
    )
    def settle(
        self, which: int, images: int, failed: tuple[int, int, int], cost: Decimal | None, minutes: int
    ) -> None:
        lost, unpriced, in_doubt = failed
        self.wait(minutes)
        hold, use = self.holds.pop(which % len(self.holds))
        self.model.end(use, images, cost, lost=lost, unpriced=unpriced, in_doubt=in_doubt)

        assert self.run(
            self.visits.settle(hold, images, cost, lost=lost, unpriced=unpriced, in_doubt=in_doubt)
        )
        assert not self.run(self.visits.release(hold))

    @precondition(lambda self: self.holds)
    @rule(
        which=st.integers(0, 99),
        failed=st.tuples(*[st.integers(0, 3)] * 3),
        cost=prices,
        minutes=st.sampled_from((0, *WAITS)),
    )
    def crash_and_be_recovered(
        self, which: int, failed: tuple[int, int, int], cost: Decimal | None, minutes: int
    ) -> None:
        """Another process gives back what this one left behind, and this one then comes too late."""
        lost, unpriced, in_doubt = failed
        self.wait(minutes)
        hold, use = self.holds.pop(which % len(self.holds))
        self.model.end(use, 0, cost, lost=lost, unpriced=unpriced, in_doubt=in_doubt)
        other = Visits(database=self.other_process, clock=self.visits.clock, desk=self.visits.desk)

        assert self.run(other.release(hold, cost=cost, lost=lost, unpriced=unpriced, in_doubt=in_doubt))
        assert not self.run(self.visits.settle(hold, 1, Decimal("0.5")))

    @rule(who=member_ids, images=st.integers(1, 3), steps=st.integers(1, 60))
    def go_away_while_holding(self, who: int, images: int, steps: int) -> None:
        """Cancel a hold, which is then whole or not there; either way nothing is lost once it is released."""
        self.run(self.cancel_hold(who, images, steps))

    @rule(who=member_ids, of=extras, days=st.none() | st.integers(1, 4))
    def grant(self, who: int, of: tuple[Unit, Decimal], days: int | None) -> None:
        unit, amount = of
        expires_at = None if days is None else self.model.now + timedelta(days=days)
        extra = Extra(
            member=who, unit=unit, left=amount, expires_at=expires_at, number=len(self.model.extras)
        )
        self.model.extras.append(extra)
        self.run(self.of(who).grant(amount, unit=unit, expires_at=expires_at))

    @rule(who=member_ids)
    def reset(self, who: int) -> None:
        self.model.epochs[who] = self.model.epochs.get(who, 0) + 1
        self.run(self.of(who).reset())

    @rule(
        who=member_ids,
        quota=quotas,
        scope=st.sampled_from([RuleScope.SERVER, RuleScope.CAP, RuleScope.MEMBER]),
    )
    def set_rule(self, who: int, quota: Quota, scope: RuleScope) -> None:
        match scope:
            case RuleScope.SERVER:
                self.model.server[quota.unit] = quota
            case RuleScope.CAP:
                self.model.caps[quota.unit] = quota
            case _:
                self.model.own[who, quota.unit] = quota
        subject_id = who if scope is RuleScope.MEMBER else 0
        self.run(self.of(who).set_rule(scope, subject_id, quota))

    @rule(who=member_ids, unit=st.sampled_from(Unit))
    def clear(self, who: int, unit: Unit) -> None:
        self.model.own.pop((who, unit), None)
        self.model.server.pop(unit, None)
        self.model.caps.pop(unit, None)
        self.run(self.of(who).set_rule(RuleScope.MEMBER, who, None, unit=unit))
        self.run(self.of(who).set_rule(RuleScope.SERVER, 0, None, unit=unit))
        self.run(self.of(who).set_rule(RuleScope.CAP, 0, None, unit=unit))

    @rule(zone=st.sampled_from(ZONES))
    def move(self, zone: str) -> None:
        self.model.zone = ZoneInfo(zone)
        self.run(self.of(0).set_timezone(zone))

    @rule(minutes=st.sampled_from(WAITS))
    def wait(self, minutes: int) -> None:
        self.visits.clock.turn(timedelta(minutes=minutes))
        self.model.now = self.visits.clock.now()

    @invariant()
    def books_agree_with_the_model(self) -> None:
        self.compare(self.last)

    def teardown(self) -> None:
        for who in MEMBERS:
            self.compare(who)
        assert self.run(imbalance(self.database, self.server_id)) == []

    def compare(self, who: int) -> None:
        standing = self.run(self.of(who).standing())
        for own in (standing.images, standing.usd):
            assert own.used == self.model.used(who, own.unit)
            assert own.held == self.model.used(who, own.unit, open_only=True)
            assert own.granted == sum(extra.left for extra in self.model.alive(who, own.unit))
            assert own.left == self.model.left(who, own.unit)
        for cap in standing.caps:
            assert cap.used == self.model.used_by_all(cap.rule, self.zone_of(cap))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def of(self, who: int) -> Visits:
        self.last = who or self.last
        return self.visits.of(Member(user_id=who, guild_id=self.server_id))

    def zone_of(self, cap: Constraint) -> Any:
        return self.model.zone if isinstance(cap.source, ServerCap) else UTC

    def hold_each(self, requests: list[Request]) -> None:
        for who, images, usd in requests:
            use = self.model.try_hold(who, images, usd)
            outcome = self.run(self.of(who).hold(images, usd))

            assert isinstance(outcome, Hold) is (use is not None), outcome
            if isinstance(outcome, Hold) and use is not None:
                self.holds.append((outcome, use))

    async def cancel_hold(self, who: int, images: int, steps: int) -> None:
        generation_id = uuid4().hex
        holding = asyncio.create_task(self.of(who).hold(images, generation_id=generation_id))
        for _ in range(steps):
            await asyncio.sleep(0)
        holding.cancel()
        await asyncio.wait([holding])
        async with self.database.begin() as session:
            await self.visits.desk.release(session, generation_id, note="cancelled")


def test_the_books_agree_with_the_model_whatever_happens(database_url: str) -> None:
    with asyncio.Runner() as runner:
        Desk.runner, Desk.database, Desk.other_process = (
            runner,
            Database.open(database_url, busy_seconds=PATIENT_SECONDS),
            Database.open(database_url, busy_seconds=PATIENT_SECONDS),
        )
        try:
            run_state_machine_as_test(
                Desk,
                settings=settings(
                    max_examples=12,
                    stateful_step_count=25,
                    deadline=None,  # a step is a transaction on a real database
                    suppress_health_check=list(HealthCheck),
                    phases=[Phase.generate],  # to shrink takes minutes, and the steps are printed anyway
                ),
            )
        finally:
            runner.run(Desk.database.close())
            runner.run(Desk.other_process.close())
