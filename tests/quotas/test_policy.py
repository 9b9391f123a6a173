from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.quotas.policy import BotRule, MemberRule, RoleRule, Rule, RuleSource, ServerRule, applied_rule
from nanobot.settings import Period
from nanobot.store.tables import Unit


def rule(images: int | None, period: str = "day") -> Rule:
    return Rule(unit=Unit.IMAGES, amount=images, period=Period(period))


BOT = rule(20)


@pytest.mark.parametrize(
    ("member", "roles", "server", "expected"),
    [
        pytest.param(None, {}, None, (BOT, BotRule()), id="nobody set anything"),
        pytest.param(None, {}, rule(3), (rule(3), ServerRule()), id="server beats bot"),
        pytest.param(None, {5: rule(1)}, rule(3), (rule(1), RoleRule(role_id=5)), id="role beats server"),
        pytest.param(
            rule(2), {5: rule(None)}, rule(3), (rule(2), MemberRule()), id="own rule beats the best role"
        ),
        pytest.param(None, {5: rule(0)}, rule(3), (rule(0), RoleRule(role_id=5)), id="a role may take away"),
        pytest.param(
            None, {5: rule(1), 6: rule(4)}, None, (rule(4), RoleRule(role_id=6)), id="best role counts"
        ),
        pytest.param(
            None,
            {5: rule(999), 6: rule(None)},
            None,
            (rule(None), RoleRule(role_id=6)),
            id="unlimited is best",
        ),
        pytest.param(
            None,
            {5: rule(10), 6: rule(50, "week")},
            None,
            (rule(10), RoleRule(role_id=5)),
            id="70 a week > 50",
        ),
        pytest.param(
            None,
            {5: rule(10, "week"), 6: rule(50, "month")},
            None,
            (rule(50, "month"), RoleRule(role_id=6)),
            id="50 a month > 10 a week",
        ),
        pytest.param(
            None,
            {5: rule(1), 6: rule(7, "week")},
            None,
            (rule(7, "week"), RoleRule(role_id=6)),
            id="of the same pace the larger at once",
        ),
        pytest.param(
            None,
            {6: rule(4), 5: rule(4)},
            None,
            (rule(4), RoleRule(role_id=5)),
            id="of the same the older role",
        ),
        pytest.param(
            None,
            {6: rule(None, "month"), 5: rule(None)},
            None,
            (rule(None), RoleRule(role_id=5)),
            id="of unlimited ones the older role",
        ),
    ],
)
def test_one_rule_counts(
    member: Rule | None, roles: dict[int, Rule], server: Rule | None, expected: tuple[Rule, RuleSource]
) -> None:
    applied = applied_rule(member=member, roles=roles, server=server, bot=BOT)

    assert (applied.rule, applied.source) == expected


def test_an_allowance_is_not_negative() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        rule(-1)


def test_pictures_are_counted_whole() -> None:
    with pytest.raises(ValueError, match="whole"):
        Rule(unit=Unit.IMAGES, amount=Decimal("1.5"), period=Period.DAY)
