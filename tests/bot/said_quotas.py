"""What the replies say of quotas, in the cases that read differently, for the page of sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from nanobot.bot.replies import quota_report, quota_rules, quotas
from nanobot.quotas.changing import OPERATOR
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
    ServerCap,
    ServerRule,
)
from nanobot.quotas.standing import Standing
from nanobot.quotas.windows import Window
from nanobot.settings import Period
from nanobot.store.reports import DayUsage, MemberUsage, ModelUsage
from nanobot.store.tables import ChangeAction, QuotaChange, RuleScope, Unit

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 19, tzinfo=UTC)

TWENTY_A_DAY = Rule(unit=Unit.IMAGES, amount=20, period=Period.DAY)
FIVE_A_WEEK = Rule(unit=Unit.IMAGES, amount=5, period=Period.WEEK)
NONE_A_DAY = Rule(unit=Unit.IMAGES, amount=0, period=Period.DAY)
UNLIMITED = Rule(unit=Unit.IMAGES, amount=None, period=Period.DAY)
TWO_DOLLARS_A_MONTH = Rule(unit=Unit.USD, amount=Decimal(2), period=Period.MONTH)
NO_DOLLARS = Rule(unit=Unit.USD, amount=Decimal(0), period=Period.DAY)
ANY_DOLLARS = Rule(unit=Unit.USD, amount=None, period=Period.DAY)

IN_IMAGES = Constraint(
    rule=TWENTY_A_DAY,
    source=ServerRule(),
    window=Window(start=NOON, resets_at=MIDNIGHT),
    used=18,
    held=2,
    grants=(GrantLeft(grant_id=1, amount=3),),
)
UNCOUNTED = replace(IN_IMAGES, rule=ANY_DOLLARS, source=BotRule(), used=Decimal("0.252"), held=0, grants=())
IN_DOLLARS = replace(
    UNCOUNTED,
    rule=TWO_DOLLARS_A_MONTH,
    source=RoleRule(role_id=8),
    used=Decimal("1.95"),
    held=Decimal("0.014"),
    grants=(
        GrantLeft(grant_id=2, amount=Decimal("0.5"), expires_at=MIDNIGHT),
        GrantLeft(grant_id=3, amount=Decimal("0.25")),
    ),
)
OF_SERVER = replace(IN_IMAGES, rule=FIVE_A_WEEK, source=ServerCap(), used=4, held=0, grants=())
OF_OWNER = replace(UNCOUNTED, rule=TWO_DOLLARS_A_MONTH, source=OwnerCap(), used=Decimal(2))


def standing(**changes: Any) -> Standing:
    return Standing(images=replace(IN_IMAGES, **changes), usd=UNCOUNTED)


STANDING = standing()
EVERYTHING = Standing(images=IN_IMAGES, usd=IN_DOLLARS, caps=(OF_SERVER, OF_OWNER))
FREE = standing(rule=UNLIMITED, source=RoleRule(role_id=8), held=0, grants=())
BLOCKED = standing(rule=NONE_A_DAY, source=MemberRule(), held=0)
NO_MORE_DOLLARS = Standing(images=IN_IMAGES, usd=replace(IN_DOLLARS, grants=(), held=Decimal(0)))


def refused(wanted: int = 1, **changes: Any) -> str:
    own: dict[str, Any] = {"source": BotRule(), "used": 20, "held": 0, "grants": (), **changes}
    return quotas.quota_refusal(LimitReached(constraint=replace(IN_IMAGES, **own), wanted=wanted))


def refused_dollars(wanted: str = "0.08", **changes: Any) -> str:
    own: dict[str, Any] = {"grants": (), "held": Decimal(0), **changes}
    return quotas.quota_refusal(LimitReached(constraint=replace(IN_DOLLARS, **own), wanted=Decimal(wanted)))


def placed(scope: RuleScope, subject_id: int, rule: Rule) -> PlacedRule:
    return PlacedRule(scope=scope, subject_id=subject_id, rule=rule, updated_by=9, updated_at=NOON)


RULES = GuildRules(
    bot=TWENTY_A_DAY,
    placed=(
        placed(RuleScope.ROLE, 8, FIVE_A_WEEK),
        placed(RuleScope.ROLE, 8, TWO_DOLLARS_A_MONTH),
        placed(RuleScope.MEMBER, 7, NONE_A_DAY),
        placed(RuleScope.MEMBER, 6, UNLIMITED),
        placed(RuleScope.MEMBER, 6, ANY_DOLLARS),
        placed(RuleScope.CAP, 0, replace(FIVE_A_WEEK, amount=100)),
    ),
)
RULES_OF_A_SERVER = GuildRules(bot=TWENTY_A_DAY, placed=(placed(RuleScope.SERVER, 0, FIVE_A_WEEK),))
DOLLARS_OF_A_SERVER = GuildRules(bot=TWENTY_A_DAY, placed=(placed(RuleScope.SERVER, 0, TWO_DOLLARS_A_MONTH),))
MANY_RULES = GuildRules(
    bot=TWENTY_A_DAY,
    placed=tuple(placed(RuleScope.MEMBER, number, FIVE_A_WEEK) for number in range(1, 20)),
)


def changed(
    action: ChangeAction,
    *,
    scope: RuleScope | None = RuleScope.MEMBER,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    actor_id: int = 9,
) -> QuotaChange:
    change = QuotaChange(
        at=NOON,
        guild_id=1,
        actor_id=actor_id,
        action=action,
        scope=scope,
        subject_id=None if scope is None else 7,
        before=before,
        after=after,
    )
    change.id = 123
    return change


_FIVE = {"unit": "images", "amount": "5", "period": "week"}
_ANY_USD = {"unit": "usd", "amount": None, "period": "day"}
CHANGES = (
    changed(ChangeAction.RULE, after=_FIVE),
    changed(ChangeAction.RULE, scope=RuleScope.ROLE, before=_FIVE, after={**_FIVE, "amount": None}),
    changed(
        ChangeAction.RULE, scope=RuleScope.CAP, before=_FIVE, after={"unit": "images"}, actor_id=OPERATOR
    ),
    changed(ChangeAction.RULE, scope=RuleScope.SERVER, after=_ANY_USD),
    changed(ChangeAction.GRANT, after={"unit": "images", "amount": "3", "expires_at": None}),
    changed(
        ChangeAction.GRANT, after={"unit": "usd", "amount": "1.500000", "expires_at": MIDNIGHT.isoformat()}
    ),
    changed(ChangeAction.RESET),
    changed(ChangeAction.CORRECTION, after={"images": -2, "usd": "0.280000", "note": "*billed* twice"}),
    changed(
        ChangeAction.TIMEZONE, scope=None, before={"timezone": None}, after={"timezone": "Europe/Berlin"}
    ),
)
REPORTED = [
    DayUsage(day=0, user_id=7, model="hidream", images=2, cost=Decimal("0.028")),
    DayUsage(day=1, user_id=6, model="", images=1, cost=Decimal("0.014")),
]
NOTHING_CAME = DayUsage(day=1, user_id=6, model="", images=0, cost=Decimal(0), written_off=Decimal("0.1"))
DAYS = [date(2026, 3, 17), date(2026, 3, 18)]
MODELS = [
    ModelUsage(model="hidream", images=17, cost=Decimal("0.238")),
    ModelUsage(model="", images=1, cost=Decimal("0.014")),
]

SAID_OF_QUOTAS: Mapping[Callable[..., str], list[str]] = {
    quotas.quota_refusal: [
        refused(),
        refused(wanted=4, used=18),
        refused(wanted=8, rule=FIVE_A_WEEK, used=5),
        refused(rule=NONE_A_DAY, source=ServerRule(), used=0),
        refused(rule=NONE_A_DAY, source=MemberRule(), used=0),
        refused_dollars(),
        refused_dollars(used=Decimal(2)),
        refused_dollars("2.5", used=Decimal(2)),
        refused_dollars(rule=NO_DOLLARS, source=ServerRule(), used=Decimal(0)),
        refused_dollars(rule=NO_DOLLARS, source=MemberRule(), used=Decimal(0)),
        refused(source=ServerCap()),
        refused(wanted=4, source=ServerCap(), used=18),
        refused_dollars(source=ServerCap()),
        refused(source=OwnerCap()),
        refused_dollars(source=OwnerCap()),
        quotas.quota_refusal(PriceUnknown(constraint=IN_DOLLARS)),
        quotas.quota_refusal(PriceUnknown(constraint=OF_OWNER)),
    ],
    quotas.remaining_line: [
        quotas.remaining_line(STANDING),
        quotas.remaining_line(standing(used=19, grants=())),
        quotas.remaining_line(FREE),
        quotas.remaining_line(NO_MORE_DOLLARS),
        quotas.remaining_line(replace(NO_MORE_DOLLARS, images=FREE.images)),
    ],
    quotas.usage_page: [
        quotas.usage_page(STANDING),
        quotas.usage_page(EVERYTHING, MODELS),
        quotas.usage_page(FREE, about="<@7>"),
        quotas.usage_page(BLOCKED, about="<@7>"),
    ],
    quotas.pictures: [quotas.pictures(1), quotas.pictures(1200)],
    quotas.amount: [quotas.amount(1, Unit.IMAGES), quotas.amount(Decimal("0.42"), Unit.USD)],
    quotas.used_of: [
        quotas.used_of(18, TWENTY_A_DAY),
        quotas.used_of(18, UNLIMITED),
        quotas.used_of(Decimal("0.42"), TWO_DOLLARS_A_MONTH),
    ],
    quotas.rule_words: [
        quotas.rule_words(rule) for rule in (TWENTY_A_DAY, FIVE_A_WEEK, TWO_DOLLARS_A_MONTH, UNLIMITED)
    ],
    quotas.bar: [quotas.bar(used, 20) for used in (0, 1, 10, 19, 20)],
    quota_rules.rule_set: [
        quota_rules.rule_set("<@&8>", [FIVE_A_WEEK]),
        quota_rules.rule_set("<@7>", [FIVE_A_WEEK, TWO_DOLLARS_A_MONTH]),
        quota_rules.rule_set("<@7>", [UNLIMITED, ANY_DOLLARS]),
    ],
    quota_rules.blocked: [quota_rules.blocked("<@7>")],
    quota_rules.rule_removed: [
        quota_rules.rule_removed("<@&8>", None),
        quota_rules.rule_removed("<@&8>", Unit.IMAGES),
        quota_rules.rule_removed(quota_rules.ALL_TOGETHER, None),
        quota_rules.rule_removed(quota_rules.ALL_TOGETHER, Unit.USD),
    ],
    quota_rules.granted: [
        quota_rules.granted("<@7>", "3 pictures", None),
        quota_rules.granted("<@7>", "3 pictures and $0.50", MIDNIGHT),
    ],
    quota_rules.reset_done: [quota_rules.reset_done("<@7>")],
    quota_rules.with_standing: [quota_rules.with_standing("<@7>: 20 pictures per day.", "<@7>", STANDING)],
    quota_rules.announced: [quota_rules.announced(9, "<@7>: 20 pictures per day.")],
    quota_rules.rules_words: [
        quota_rules.rules_words(rules)
        for rules in ([UNLIMITED], [ANY_DOLLARS], [UNLIMITED, TWO_DOLLARS_A_MONTH])
    ],
    quota_rules.rules_overview: [
        quota_rules.rules_overview(RULES, [MemberUsage(user_id=7, images=3, cost=Decimal("0.042"))]),
        quota_rules.rules_overview(RULES_OF_A_SERVER, []),
    ],
    quota_rules.rules_page: [
        quota_rules.rules_page(RULES, 1),
        quota_rules.rules_page(DOLLARS_OF_A_SERVER, 1),
        quota_rules.rules_page(MANY_RULES, 1),
        quota_rules.rules_page(MANY_RULES, 2),
        quota_rules.rules_page(MANY_RULES, 3),
        quota_rules.rules_page(RULES, 2),
    ],
    quota_rules.changes_page: [
        quota_rules.changes_page(CHANGES[:2], has_more=True),
        quota_rules.changes_page([], has_more=False),
    ],
    quota_rules.announced_change: [quota_rules.announced_change(change) for change in CHANGES[:2]],
    quota_rules.change_line: [quota_rules.change_line(change) for change in CHANGES],
    quota_report.title: [quota_report.title("Fox Den", 30)],
    quota_report.nothing_made: [quota_report.nothing_made(7)],
    quota_report.report_page: [
        quota_report.report_page(REPORTED, 30),
        quota_report.report_page(REPORTED[:1], 7),
        quota_report.report_page([*REPORTED[:1], NOTHING_CAME], 7),
    ],
    quota_report.alt_text: [quota_report.alt_text(REPORTED, DAYS, {7: "alice"})],
}
