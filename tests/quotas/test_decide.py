"""The one decision, as a table of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.quotas.policy import (
    Allowed,
    Amount,
    BotRule,
    Constraint,
    Draw,
    GrantLeft,
    LimitReached,
    MemberRule,
    OwnerCap,
    PriceUnknown,
    RoleRule,
    Rule,
    ServerCap,
    ServerRule,
    Share,
    Source,
    decide,
)
from nanobot.quotas.windows import Window
from nanobot.settings import Period
from nanobot.store.tables import Unit

TODAY = Window(start=datetime(2026, 3, 18, tzinfo=UTC), resets_at=datetime(2026, 3, 19, tzinfo=UTC))
CENT = Decimal("0.01")


def pictures(limit: int | None, used: int = 0, *grants: int, source: Source | None = None) -> Constraint:
    return _constraint(Unit.IMAGES, limit, used, grants, source)


def dollars(limit: str | None, used: str = "0", *grants: str, source: Source | None = None) -> Constraint:
    amount = None if limit is None else Decimal(limit)
    return _constraint(Unit.USD, amount, Decimal(used), [Decimal(each) for each in grants], source)


def _constraint(
    unit: Unit,
    limit: Amount | None,
    used: Amount,
    grants: Sequence[Amount],
    source: Source | None,
) -> Constraint:
    return Constraint(
        rule=Rule(unit=unit, amount=limit, period=Period.DAY),
        source=source or ServerRule(),
        window=TODAY,
        used=used,
        grants=tuple(GrantLeft(grant_id=i + 1, amount=amount) for i, amount in enumerate(grants)),
    )


def share(from_allowance: Amount, *draws: Amount) -> Share:
    return Share(
        from_allowance=from_allowance,
        from_grants=tuple(Draw(grant_id=i + 1, amount=amount) for i, amount in enumerate(draws)),
    )


FREE = dollars(None)


@pytest.mark.parametrize(
    ("own", "wanted", "expected"),
    [
        pytest.param(pictures(10), 4, share(4), id="from the allowance"),
        pytest.param(pictures(10, 6, 9), 4, share(4), id="the last of the allowance before any grant"),
        pytest.param(pictures(10, 8, 2), 4, share(2, 2), id="the rest from a grant"),
        pytest.param(pictures(10, 10, 4), 4, share(0, 4), id="all from a grant"),
        pytest.param(
            pictures(10, 9, 1, 5), 4, share(1, 1, 2), id="the first grant is emptied before the next"
        ),
        pytest.param(pictures(10, 12, 4), 4, share(0, 4), id="a lowered allowance eats no grants"),
        pytest.param(pictures(0, 0, 1), 1, share(0, 1), id="no allowance but a grant"),
        pytest.param(pictures(None, 5000, 3), 4, share(4), id="unlimited spends no grants"),
        pytest.param(pictures(10, 7), 4, None, id="all or nothing"),
        pytest.param(pictures(10, 8, 1), 4, None, id="all or nothing with a grant"),
        pytest.param(pictures(0), 1, None, id="no allowance"),
        pytest.param(pictures(0, 0, 5, source=MemberRule()), 1, None, id="a member's own 0 shuts grants out"),
        pytest.param(pictures(0, 0, 5, source=RoleRule(role_id=7)), 1, share(0, 1), id="a role's does not"),
    ],
)
def test_pictures_come_from_the_allowance_and_then_from_grants(
    own: Constraint, wanted: int, expected: Share | None
) -> None:
    decision = decide([own, FREE], images=wanted, usd=CENT)

    assert decision == (
        LimitReached(constraint=own, wanted=wanted)
        if expected is None
        else Allowed(images=expected, usd=share(CENT))
    )


@pytest.mark.parametrize(
    ("own", "usd", "expected"),
    [
        pytest.param(dollars("1", "0.99"), CENT, share(CENT), id="the last cent"),
        pytest.param(dollars("1", "0.995", "1"), CENT, share(CENT / 2, CENT / 2), id="half of it granted"),
        pytest.param(dollars("1", "1.20"), Decimal(0), share(0), id="overdrawn, and something that is free"),
        pytest.param(dollars("1", "0.995"), CENT, None, id="half a cent too much"),
    ],
)
def test_dollars_are_counted_to_the_millionth(own: Constraint, usd: Decimal, expected: Share | None) -> None:
    decision = decide([pictures(None), own], images=1, usd=usd)

    assert decision == (
        LimitReached(constraint=own, wanted=usd)
        if expected is None
        else Allowed(images=share(1), usd=expected)
    )


OWN = pictures(10, 9)
ALL = [
    OWN,
    dollars("1"),
    pictures(100, source=ServerCap()),
    dollars("5", source=ServerCap()),
    pictures(1000, source=OwnerCap()),
    dollars("50", source=OwnerCap()),
]


def test_all_must_allow() -> None:
    assert decide(ALL, images=1, usd=CENT) == Allowed(images=share(1), usd=share(CENT))


@pytest.mark.parametrize("number", range(len(ALL)))
def test_the_one_that_does_not_allow_is_named(number: int) -> None:
    full = replace(ALL[number], used=ALL[number].limit or 0)
    asked = [full if i == number else each for i, each in enumerate(ALL)]

    refusal = decide(asked, images=1, usd=CENT)

    assert refusal == LimitReached(constraint=full, wanted=1 if full.unit is Unit.IMAGES else CENT)


def test_grants_top_up_no_cap() -> None:
    cap = pictures(10, 10, source=ServerCap())

    assert decide([pictures(10, 10, 5), FREE, cap], images=1, usd=CENT) == LimitReached(
        constraint=cap, wanted=1
    )


@pytest.mark.parametrize("source", [ServerRule(), ServerCap(), OwnerCap()])
def test_without_a_price_a_limit_in_dollars_refuses_in_words_of_its_own(source: Source) -> None:
    limit = dollars("5", source=source)

    assert decide([OWN, limit], images=1, usd=None) == PriceUnknown(constraint=limit)


def test_without_a_price_and_without_a_limit_in_dollars_it_is_allowed() -> None:
    assert decide([OWN, FREE], images=1, usd=None) == Allowed(images=share(1), usd=share(Decimal(0)))


def test_who_is_blocked_is_told_that_and_not_of_prices() -> None:
    blocked = dollars("0", source=MemberRule())

    assert decide([OWN, blocked], images=1, usd=None) == LimitReached(constraint=blocked, wanted=0)
    assert decide([OWN, blocked], images=1, usd=Decimal(0)) == LimitReached(constraint=blocked, wanted=0)


@pytest.mark.parametrize(
    ("own", "fits"),
    [
        pytest.param(pictures(4, 4), True, id="just the allowance"),
        pytest.param(pictures(3, 3, 1), True, id="allowance and grant"),
        pytest.param(pictures(3, 3), False, id="never enough"),
        pytest.param(pictures(0, 0, 9, source=MemberRule()), False, id="blocked"),
    ],
)
def test_a_refusal_says_whether_waiting_helps(own: Constraint, *, fits: bool) -> None:
    assert LimitReached(constraint=own, wanted=4).fits_after_reset is fits


def test_the_first_grant_to_lapse_is_told() -> None:
    tomorrow = TODAY.resets_at + timedelta(days=1)
    own = replace(
        pictures(10),
        grants=(
            GrantLeft(grant_id=2, amount=3, expires_at=tomorrow),
            GrantLeft(grant_id=1, amount=4),
        ),
    )

    assert (own.granted, own.next_expiry, own.left) == (7, tomorrow, 17)
    assert pictures(10).next_expiry is None


_AMOUNTS = st.integers(0, 20)


@given(
    limit=st.none() | _AMOUNTS,
    used=_AMOUNTS,
    grants=st.lists(st.integers(1, 20), max_size=4),
    wanted=st.integers(1, 40),
)
def test_what_is_allowed_is_exactly_what_was_asked_and_within_what_is_left(
    limit: int | None, used: int, grants: list[int], wanted: int
) -> None:
    own = pictures(limit, used, *grants, source=BotRule())
    decision = decide([own, FREE], images=wanted, usd=None)

    assert isinstance(decision, Allowed) is (own.left is None or wanted <= own.left)
    if isinstance(decision, Allowed):
        draws = decision.images.from_grants
        assert decision.images.from_allowance + sum(draw.amount for draw in draws) == wanted
        assert all(0 < draw.amount <= grants[draw.grant_id - 1] for draw in draws)
        assert limit is None or decision.images.from_allowance <= max(0, limit - used)
