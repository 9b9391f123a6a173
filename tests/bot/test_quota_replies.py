"""What people read about quotas, in the cases that journeys do not come by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nanobot.bot.replies.generation import MAX_CONTENT_CHARACTERS
from nanobot.bot.replies.quota_rules import CHANGES_ON_A_PAGE, changes_page, rules_overview, rules_page
from nanobot.bot.replies.quotas import bar, quota_refusal, remaining_line, usage_page
from nanobot.quotas.changing import MAX_RULE_AMOUNT
from nanobot.quotas.desk import GuildRules, PlacedRule
from nanobot.quotas.policy import (
    BotRule,
    Constraint,
    GrantLeft,
    LimitReached,
    MemberRule,
    OwnerCap,
    PriceUnknown,
    RoleRule,
    Rule,
    RuleSource,
    ServerCap,
    ServerRule,
)
from nanobot.quotas.standing import Standing
from nanobot.quotas.windows import Window
from nanobot.settings import Period
from nanobot.store.reports import MemberUsage, ModelUsage
from nanobot.store.tables import ChangeAction, QuotaChange, RuleScope, Unit

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


def many_rules() -> GuildRules:
    rules = [
        Rule(unit=unit, amount=amount, period=Period.MONTH)
        for unit, amount in ((Unit.IMAGES, MAX_RULE_AMOUNT), (Unit.USD, Decimal("999999.99")))
    ]
    return GuildRules(
        bot=rules[0],
        placed=tuple(
            PlacedRule(scope=scope, subject_id=ID - number, rule=rule, updated_by=ID, updated_at=START)
            for scope, many in ((RuleScope.ROLE, 12), (RuleScope.MEMBER, 30))
            for number in range(many)
            for rule in rules
        ),
    )


def test_the_longest_overview_of_rules_fits_into_a_message() -> None:
    """Roles come first; what does not fit is counted."""
    top = [MemberUsage(user_id=ID, images=999_999, cost=Decimal("13999.99"))] * 10

    page = rules_overview(many_rules(), top)

    assert len(page) <= MAX_CONTENT_CHARACTERS
    assert page.count("<@&") == 12
    assert "-# and 28 more; `/quota list` has them all." in page.splitlines()
    assert page.splitlines()[-1] == f"<@{ID}> · 999,999 pictures · $13999.99"


def test_every_rule_is_on_one_page_of_the_list() -> None:
    """Page by page, each fits into a message; what is set in pictures and in dollars is one line."""
    pages = [rules_page(many_rules(), page) for page in range(1, 6)]

    assert max(len(page) for page in pages) <= MAX_CONTENT_CHARACTERS
    assert sum(page.count("1,000,000 pictures per month and $999,999.99 per month") for page in pages) == 42
    assert pages[0].splitlines()[-1] == "-# Page 1 of 5; `/quota list page:2` has the next."
    assert pages[4].splitlines()[-1] == "-# Page 5 of 5."
    assert rules_page(many_rules(), 6) == "There is no page 6: the rules fit on 5 pages."


def test_the_longest_page_of_changes_fits_into_a_message() -> None:
    values = {"unit": "usd", "amount": "999999.99", "period": "month"}
    change = QuotaChange(
        at=START,
        guild_id=ID,
        actor_id=ID,
        action=ChangeAction.RULE,
        scope=RuleScope.ROLE,
        subject_id=ID,
        before=values,
        after=values,
    )
    change.id = ID

    assert len(changes_page([change] * CHANGES_ON_A_PAGE, has_more=True)) <= MAX_CONTENT_CHARACTERS


def test_the_longest_page_of_usage_fits_into_a_message() -> None:
    """Every limit there can be, more grants than are named, more models than are named, each with a long name."""
    grants = tuple(
        GrantLeft(grant_id=number, amount=Decimal("9999.999999"), expires_at=ANEW) for number in range(9)
    )
    own = replace(
        standing(MAX_RULE_AMOUNT, RoleRule(role_id=ID), used=999_999, held=999_999).images, grants=grants
    )
    in_dollars = replace(own, rule=replace(own.rule, unit=Unit.USD, amount=Decimal(MAX_RULE_AMOUNT)))
    caps = [replace(each, source=ServerCap(), grants=(), held=0) for each in (own, in_dollars)]
    owner = [replace(each, source=OwnerCap(), used=each.limit or 0) for each in caps]
    models = [ModelUsage(model="m" * 100, images=999_999, cost=Decimal("9999.99"))] * 9

    page = usage_page(Standing(images=own, usd=in_dollars, caps=(*caps, *owner)), models, about=f"<@{ID}>")

    assert len(page) <= MAX_CONTENT_CHARACTERS
    assert page.count("5 more grants lapse later") == 2
    assert page.endswith("and 4 more")


@pytest.mark.parametrize("used", ["1.99", "2"])
def test_the_owners_limit_is_told_without_its_amounts(used: str) -> None:
    """What whoever runs the bot spends is their business; that it is used up, and until when, is everybody's."""
    own = standing(3, BotRule())
    cap = replace(
        own.usd,
        rule=Rule(unit=Unit.USD, amount=Decimal(2), period=WEEKLY),
        source=OwnerCap(),
        used=Decimal(used),
    )

    refusal_words = quota_refusal(LimitReached(constraint=cap, wanted=Decimal("0.5")))
    page = usage_page(replace(own, caps=(cap,)))

    assert "$" not in refusal_words + quota_refusal(PriceUnknown(constraint=cap)) + page
    assert refusal_words.endswith(f"It starts anew {ANEW_WORDS}.")
    assert ("**The bot's own limit** is used up for everybody" in page) is (used == "2")


@pytest.mark.parametrize(
    ("used", "granted", "words"),
    [
        pytest.param(2, 0, "1 picture left;", id="none extra"),
        pytest.param(1, 2, "4 pictures left, 2 of them extra;", id="some extra"),
        pytest.param(3, 2, "2 pictures left, all of them extra;", id="all extra"),
        pytest.param(3, 1, "1 picture left, an extra;", id="one extra"),
        pytest.param(3, 0, "0 pictures left;", id="nothing left"),
    ],
)
def test_what_is_left_says_how_much_of_it_is_extra(used: int, granted: int, words: str) -> None:
    assert remaining_line(standing(3, BotRule(), used=used, granted=granted)).startswith(words)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        pytest.param(1, "1 extra on top until {0}, for when the quota is used up.", id="one"),
        pytest.param(
            2,
            "2 extra on top, for when the quota is used up; 1 of it until {0}, 1 of it until {0}.",
            id="two",
        ),
        pytest.param(5, "one more grant lapses later.", id="five"),
        pytest.param(6, "2 more grants lapse later.", id="six"),
    ],
)
def test_extras_tell_when_they_lapse(ends: int, words: str) -> None:
    own = standing(3, BotRule())
    grants = tuple(GrantLeft(grant_id=number, amount=1, expires_at=ANEW) for number in range(ends))
    page = usage_page(replace(own, images=replace(own.images, grants=grants)))

    assert page.splitlines()[2].endswith(words.format("<t:1774224000:f>"))


def test_a_limit_in_dollars_is_shown_beside_the_one_in_pictures() -> None:
    own = standing(3, BotRule(), used=1)
    usd = replace(
        own.usd,
        rule=Rule(unit=Unit.USD, amount=Decimal(2), period=WEEKLY),
        source=ServerRule(),
        used=Decimal("0.5"),
        held=Decimal("0.014"),
        grants=(GrantLeft(grant_id=1, amount=Decimal("0.25"), expires_at=ANEW),),
    )

    assert usage_page(replace(own, usd=usd)).splitlines()[4:] == [
        "**In dollars** · $0.50 of $2.00 used this week",
        "`█████░░░░░░░░░░░░░░░`",
        "$0.014 of these are still in the making.",
        "$0.25 extra on top until <t:1774224000:f>, for when the quota is used up.",
        f"**$1.75** left; starts anew {ANEW_WORDS}.",
        "-# By this server's default: $2.00 per week.",
    ]


def test_what_was_made_is_told_by_model() -> None:
    models = [
        ModelUsage(model="hidream", images=2, cost=Decimal("0.028")),
        ModelUsage(model="", images=1, cost=Decimal(0)),
    ]

    assert usage_page(standing(5, BotRule(), used=3), models).splitlines()[-1] == (
        "**By model this week** · hidream 2 pictures, $0.028 · (not known) 1 picture, $0"
    )
