"""What people read about quotas, in the cases that journeys do not come by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nanobot.bot.replies.generation import MAX_CONTENT_CHARACTERS
from nanobot.bot.replies.quotas import bar, quota_refusal, remaining_line, rules_page, usage_page
from nanobot.quotas.changing import MAX_RULE_AMOUNT
from nanobot.quotas.desk import GuildRules, PlacedRule
from nanobot.quotas.policy import (
    BotRule,
    Constraint,
    GrantLeft,
    LimitReached,
    MemberRule,
    RoleRule,
    Rule,
    RuleSource,
    ServerRule,
)
from nanobot.quotas.standing import Standing
from nanobot.quotas.windows import Window
from nanobot.settings import Period
from nanobot.store.reports import MemberUsage
from nanobot.store.tables import RuleScope, Unit

START, ANEW = datetime(2026, 3, 16, tzinfo=UTC), datetime(2026, 3, 23, tzinfo=UTC)
ANEW_WORDS = "<t:1774224000:R> (<t:1774224000:f>)"
ID = 2**63 - 1
WEEKLY = Period.WEEK


def refusal(images: int, *, used: int, wanted: int) -> str:
    return quota_refusal(
        LimitReached(constraint=standing(images, ServerRule(), used=used).images, wanted=wanted)
    )


def standing(
    images: int | None, source: RuleSource, *, used: int = 0, held: int = 0, granted: int = 0
) -> Standing:
    in_images = Constraint(
        rule=Rule(unit=Unit.IMAGES, amount=images, period=WEEKLY),
        source=source,
        window=Window(start=START, resets_at=ANEW),
        used=used,
        held=held,
        grants=(GrantLeft(grant_id=1, amount=granted),) if granted else (),
    )
    unlimited = Rule(unit=Unit.USD, amount=None, period=WEEKLY)
    return Standing(images=in_images, usd=replace(in_images, rule=unlimited, source=BotRule()))


def test_who_asks_for_more_than_the_quota_ever_gives_is_told_so() -> None:
    assert refusal(3, used=3, wanted=4) == (
        "You asked for 4 pictures, more than your quota ever allows (3 of 3 pictures used this week). "
        f"Ask for fewer. Your quota starts anew {ANEW_WORDS}."
    )


def test_a_quota_of_none_for_a_whole_role_or_server_points_to_an_admin() -> None:
    """Unlike a block of one member, extra pictures can help."""
    assert refusal(0, used=0, wanted=1) == (
        "Your quota here is 0 pictures, so nothing was made (0 of 0 pictures used this week). "
        f"Ask an admin of this server for some. Your quota starts anew {ANEW_WORDS}."
    )


def test_use_above_a_quota_that_was_lowered_is_told_as_it_is() -> None:
    assert refusal(3, used=12, wanted=1).startswith(
        "Your quota is used up (12 of 3 pictures used this week)."
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param(MemberRule(), "your own rule", id="member"),
        pytest.param(RoleRule(role_id=7), "the rule of <@&7>", id="role"),
        pytest.param(ServerRule(), "this server's default", id="server"),
        pytest.param(BotRule(), "the bot's default", id="bot"),
    ],
)
def test_usage_says_by_whose_rule(source: RuleSource, words: str) -> None:
    assert usage_page(standing(1000, source, used=18)) == (
        "**You** · 18 of 1,000 pictures used this week\n"
        "`█░░░░░░░░░░░░░░░░░░░`\n"
        f"**982** left; starts anew {ANEW_WORDS}.\n"
        f"-# By {words}: 1,000 pictures per week."
    )


@pytest.mark.parametrize(
    ("held", "line"),
    [
        pytest.param(1, "1 picture of these is still in the making.", id="one"),
        pytest.param(2, "2 pictures of these are still in the making.", id="two"),
    ],
)
def test_usage_says_what_is_still_in_the_making(held: int, line: str) -> None:
    assert line in usage_page(standing(5, BotRule(), used=3, held=held)).splitlines()


def test_usage_without_a_limit_shows_no_bar_and_no_end() -> None:
    assert usage_page(standing(None, BotRule(), used=3), about="<@7>") == (
        "**<@7>** · 3 pictures used this week\n-# By the bot's default: unlimited."
    )
    assert remaining_line(standing(None, BotRule())) == "Your pictures here are unlimited."


@pytest.mark.parametrize(
    ("used", "allowed", "filled"),
    [
        pytest.param(0, 10, 0, id="nothing"),
        pytest.param(1, 1_000_000, 1, id="a trace shows"),
        pytest.param(5, 10, 10, id="half"),
        pytest.param(999_999, 1_000_000, 19, id="what is left shows"),
        pytest.param(10, 10, 20, id="all"),
        pytest.param(12, 3, 20, id="more than all"),
    ],
)
def test_the_bar_is_twenty_cells(used: int, allowed: int, filled: int) -> None:
    assert bar(used, allowed) == f"`{'█' * filled}{'░' * (20 - filled)}`"


def test_the_longest_page_of_rules_fits_into_a_message() -> None:
    """Roles come first; what does not fit is counted."""
    rule = Rule(unit=Unit.IMAGES, amount=MAX_RULE_AMOUNT, period=Period.MONTH)
    rules = GuildRules(
        bot=rule,
        placed=tuple(
            PlacedRule(scope=scope, subject_id=ID - number, rule=rule, updated_by=1, updated_at=START)
            for scope, many in ((RuleScope.ROLE, 15), (RuleScope.MEMBER, 30))
            for number in range(many)
        ),
    )
    top = [MemberUsage(user_id=ID, images=999_999, cost=Decimal("13999.99"))] * 10

    page = rules_page(rules, top)

    assert len(page) <= MAX_CONTENT_CHARACTERS
    assert page.count("<@&") == 15
    assert "-# and 25 more; `/quota show member:` tells of one." in page.splitlines()
    assert page.splitlines()[-1] == f"<@{ID}> · 999,999 pictures · $13999.99"
