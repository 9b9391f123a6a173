"""What admins read about quotas: the rules, what was changed, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from discord.utils import format_dt

from nanobot.bot.replies.generation import money, quote
from nanobot.bot.replies.quotas import amount, pictures, rule_words, usage_page
from nanobot.quotas.changing import OPERATOR
from nanobot.quotas.desk import GuildRules, PlacedRule
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Standing
from nanobot.settings import Period
from nanobot.store.reports import MemberUsage
from nanobot.store.tables import ChangeAction, QuotaChange, RuleScope, Unit

AMOUNT_OR_UNLIMITED = "Give `images`, `usd` or both, or else `unlimited:True` alone."
AMOUNT_NEEDED = "Give `images`, `usd` or both."
MEMBER_OR_ROLE = "Give either a member or a role, not both and not neither."
ONE_SUBJECT = "Give only one of a member, a role and `everyone_together:True`. Without any of them, the server's own default is removed."
BLOCKS_THEM = "That blocks them altogether, extras included."
NOTHING_CHANGED = "Nothing was changed yet, as far as the log goes back."
NOTHING_CHANGED_THERE = "The log has nothing that fits, or nothing older."
ALL_TOGETHER = "All members together"
DEFAULT = "Default"
RULES_ON_A_PAGE = 10
CHANGES_ON_A_PAGE = 8
_RULES_OF_OVERVIEW = 15  # with ten members' use below them, a page stays within a message
_NOTE_CHARACTERS = 60


def rule_set(subject: str, rules: Sequence[Rule]) -> str:
    """Say what rules of a subject hold now."""
    return f"{subject}: {rules_words(rules)}."


def blocked(subject: str) -> str:
    """Say that a member was blocked."""
    return f"{subject}: blocked. Nothing can be made, extras included, until `/quota clear` or another rule."


def rule_removed(subject: str, unit: Unit | None) -> str:
    """Say that the rules of a subject are gone, or the one in `unit`."""
    counting = "" if unit is None else " in pictures" if unit is Unit.IMAGES else " in dollars"
    if subject == ALL_TOGETHER:
        return f"{subject}: no limit{counting} any more."
    return f"{subject}: no rule{counting} of its own any more; the more general ones apply."


def granted(subject: str, extras: str, expires_at: datetime | None) -> str:
    """Say what extras a member got, and until when they count."""
    if expires_at is None:
        return f"{subject} got {extras} extra, for when the quota is used up, with no end date."
    return f"{subject} got {extras} extra, for when the quota is used up, until {_until(expires_at)}."


def reset_done(subject: str) -> str:
    """Say that a quota started anew."""
    return f"{subject}: the quota starts anew now."


def with_standing(told: str, subject: str, standing: Standing) -> str:
    """Add to what was told of a member how matters stand now."""
    return f"{told}\n{usage_page(standing, about=subject)}"


def announced(actor_id: int, told: str) -> str:
    """Say in the log channel who changed something, and what."""
    return f"<@{actor_id}> · {told}"


def announced_change(change: QuotaChange) -> str:
    """Say in the log channel what was changed at a terminal."""
    return f"Whoever runs the bot · {_change(change)}"


def rules_words(rules: Sequence[Rule]) -> str:
    """Return such as "20 pictures per week and $2 per month"."""
    if len(rules) == len(Unit) and all(rule.amount is None for rule in rules):
        return "unlimited"
    return " and ".join(_alone(rule) for rule in rules)


def rules_overview(rules: GuildRules, top: Sequence[MemberUsage]) -> str:
    """List a server's rules, most general first, and who made most pictures today."""
    entries = _entries(rules)
    lines = [entry.text for entry in entries[:_RULES_OF_OVERVIEW]]
    if len(entries) > _RULES_OF_OVERVIEW:
        lines.append(f"-# and {len(entries) - _RULES_OF_OVERVIEW} more; `/quota list` has them all.")
    lines.append("**Today**")
    lines += [f"<@{use.user_id}> · {pictures(use.images)} · {money(use.cost)}" for use in top] or [
        "No pictures yet."
    ]
    return "\n".join(lines)


def rules_page(rules: GuildRules, page: int) -> str:
    """List one page of a server's rules, from 1, with who set each and when."""
    every = rules_lines(rules)
    pages = -(-len(every) // RULES_ON_A_PAGE)
    if page > pages:
        return f"There is no page {page:,}: the rules fit on {_of_pages(pages)}."
    lines = every[(page - 1) * RULES_ON_A_PAGE : page * RULES_ON_A_PAGE]
    if pages > 1:
        more = f"; `/quota list page:{page + 1}` has the next" if page < pages else ""
        lines.append(f"-# Page {page} of {pages}{more}.")
    return "\n".join(lines)


def rules_lines(rules: GuildRules) -> list[str]:
    """Return all of a server's rules, most general first, with who set each and when."""
    return [f"{entry.text}{entry.origin}" for entry in _entries(rules)]


def changes_page(changes: Sequence[QuotaChange], *, has_more: bool) -> str:
    """List who changed what and when, newest first; `has_more` says that there are older ones."""
    if not changes:
        return NOTHING_CHANGED
    lines = [change_line(change) for change in changes]
    if has_more:
        lines.append(f"-# Older ones: `/quota log before:{changes[-1].id}`.")
    return "\n".join(lines)


def change_line(change: QuotaChange) -> str:
    """Say when who changed what."""
    return f"{format_dt(change.at, 'f')} · {_actor(change.actor_id)} · {_change(change)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    text: str
    origin: str = ""


def _entries(rules: GuildRules) -> list[_Entry]:
    """Return a line for the default, for the limit of all together, and for each role and member with a rule."""
    placed: dict[tuple[RuleScope, int], list[PlacedRule]] = {}
    for each in rules.placed:
        placed.setdefault((each.scope, each.subject_id), []).append(each)
    default = placed.pop((RuleScope.SERVER, 0), [])
    entries = [_default_entry(rules.bot, default)]
    for scope in (RuleScope.CAP, RuleScope.ROLE, RuleScope.MEMBER):
        of_scope = {key: own for key, own in placed.items() if key[0] is scope}
        entries += [_entry(f"{_subject(*key)} · ", own) for key, own in sorted(of_scope.items())]
    return entries


def _default_entry(bot: Rule, default: Sequence[PlacedRule]) -> _Entry:
    start = f"**{DEFAULT}** · "
    if not default:
        return _Entry(text=f"{start}{rule_words(bot)} (the bot's own setting)")
    entry = _entry(start, default)
    if any(each.rule.unit is bot.unit for each in default):
        return entry
    return _Entry(
        text=f"{start}{rule_words(bot)} (the bot's own setting) and {entry.text.removeprefix(start)}",
        origin=entry.origin,
    )


def _entry(start: str, own: Sequence[PlacedRule]) -> _Entry:
    newest = max(own, key=lambda each: each.updated_at)
    return _Entry(
        text=f"{start}{rules_words([each.rule for each in own])}",
        origin=f" · {_actor(newest.updated_by)}, {format_dt(newest.updated_at, 'd')}",
    )


def _alone(rule: Rule) -> str:
    """Return a rule so that it is clear what is unlimited."""
    if rule.amount is None:
        return "unlimited pictures" if rule.unit is Unit.IMAGES else "no limit in dollars"
    return rule_words(rule)


def _subject(scope: RuleScope | None, subject_id: int | None) -> str:
    match scope:
        case RuleScope.MEMBER:
            return f"<@{subject_id}>"
        case RuleScope.ROLE:
            return f"<@&{subject_id}>"
        case RuleScope.CAP:
            return f"**{ALL_TOGETHER}**"
        case RuleScope.SERVER | None:
            return f"**{DEFAULT}**"
        case _:
            assert_never(scope)


def _actor(actor_id: int) -> str:
    return "whoever runs the bot" if actor_id == OPERATOR else f"<@{actor_id}>"


def _change(change: QuotaChange) -> str:
    subject = _subject(change.scope, change.subject_id)
    before, after = change.before or {}, change.after or {}
    match change.action:
        case ChangeAction.RULE:
            return f"{subject}: {_rule_then(before)} → {_rule_then(after)}"
        case ChangeAction.GRANT:
            return f"{subject}: {_extras_then(after)}"
        case ChangeAction.RESET:
            return f"{subject}: started anew"
        case ChangeAction.CORRECTION:
            return f"{subject}: {_correction_then(after)}"
        case ChangeAction.TIMEZONE:
            return f"time zone: {before.get('timezone') or 'UTC'} → {after.get('timezone') or 'UTC'}"
        case _:
            assert_never(change.action)


def _rule_then(values: Mapping[str, Any]) -> str:
    if "period" not in values:
        return "no rule"
    unit = Unit(values["unit"])
    worth = None if values["amount"] is None else _number(values["amount"], unit)
    return _alone(Rule(unit=unit, amount=worth, period=Period(values["period"])))


def _extras_then(values: Mapping[str, Any]) -> str:
    unit = Unit(values["unit"])
    until = values.get("expires_at")
    lapse = f" until {_until(datetime.fromisoformat(until))}" if until else ""
    return f"{amount(_number(values['amount'], unit), unit)} extra{lapse}"


def _correction_then(values: Mapping[str, Any]) -> str:
    note = quote(str(values.get("note", "")), _NOTE_CHARACTERS)
    usd = Decimal(values["usd"]).normalize()
    return f"use corrected by {values['images']:+,} pictures and {usd:+f} dollars ({note})"


def _number(text: str, unit: Unit) -> int | Decimal:
    return int(Decimal(text)) if unit is Unit.IMAGES else Decimal(text)


def _until(moment: datetime) -> str:
    return format_dt(moment, "f")


def _of_pages(pages: int) -> str:
    return "one page" if pages == 1 else f"{pages} pages"
