"""What people read about quotas: refusals, what is left, and what an admin changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from discord.utils import format_dt

from nanobot.bot.replies.generation import money
from nanobot.quotas.desk import GuildRules
from nanobot.quotas.policy import (
    Amount,
    BotRule,
    LimitReached,
    MemberRule,
    OwnerCap,
    PriceUnknown,
    QuotaRefusal,
    RoleRule,
    Rule,
    ServerCap,
    ServerRule,
    Source,
)
from nanobot.quotas.standing import Standing
from nanobot.settings import Period
from nanobot.store.reports import MemberUsage
from nanobot.store.tables import RuleScope, Unit

IMAGES_OR_UNLIMITED = "Give either `images` or `unlimited:True`, not both and not neither."
MEMBER_OR_ROLE = "Give a member or a role, not both. With neither, the server's own default is removed."
BLOCKED = (
    "An admin of this server has set your quota to 0 pictures, so nothing was made. "
    "Ask an admin if you think that this is a mistake."
)
_BAR_CELLS = 20
_LISTED_RULES = 20  # with ten members' use below them, a page stays within a message


def quota_refusal(refusal: QuotaRefusal) -> str:
    """Say how much is used, how much is left, and when it starts anew."""
    constraint = refusal.constraint
    rule, resets_at = constraint.rule, constraint.window.resets_at
    if isinstance(refusal, PriceUnknown):
        return f"Nobody knows what this model costs, and there is a limit in dollars here ({rule_words(rule)}). Choose another model."
    current = _current(rule.period)
    match constraint.source:
        case OwnerCap():
            return f"Nothing more can be made for now: the bot's owner has a limit for all servers. It starts anew {_when(resets_at)}."
        case ServerCap():
            return f"This server's quota for everybody together is used up ({used_of(constraint.used, rule)} used {current}). It starts anew {_when(resets_at)}."
        case MemberRule() | RoleRule() | ServerRule() | BotRule():
            return _own_limit_reached(refusal)
        case _:
            assert_never(constraint.source)


def _own_limit_reached(refusal: LimitReached) -> str:
    constraint = refusal.constraint
    rule, resets_at = constraint.rule, constraint.window.resets_at
    current = _current(rule.period)
    if refusal.is_blocked:
        return f"{BLOCKED} {amount(constraint.used, rule.unit)} used {current}; the quota starts anew {_when(resets_at)}, at 0 again."
    used = f"{used_of(constraint.used, rule)} used {current}"
    anew = f"Your quota starts anew {_when(resets_at)}."
    wanted = amount(refusal.wanted, rule.unit)
    if refusal.left:
        left = refusal.left if rule.unit is Unit.IMAGES else amount(refusal.left, rule.unit)
        return f"You asked for {wanted} and have {left} left ({used}). Ask for fewer. {anew}"
    if not rule.amount:
        return f"Your quota here is {amount(0, rule.unit)}, so nothing was made ({used}). Ask an admin of this server for some. {anew}"
    if not refusal.fits_after_reset:
        return f"You asked for {wanted}, more than your quota ever allows ({used}). Ask for fewer. {anew}"
    return f"Your quota is used up ({used}). {anew} An admin can give you more before."


def remaining_line(standing: Standing) -> str:
    """Say in one line what is left."""
    if standing.left is None:
        return "Your pictures here are unlimited."
    extra = f", {standing.granted} of them extra" if standing.granted else ""
    return f"{amount(standing.left, Unit.IMAGES)} left{extra}; your quota starts anew {format_dt(standing.window.resets_at, 'R')}."


def usage_page(standing: Standing, *, about: str = "You") -> str:
    """Say what `about` used, what is left, when it starts anew, and by whose rule."""
    rule = standing.images.rule
    whose = "your" if about == "You" else "their"
    lines = [f"**{about}** · {used_of(standing.used, rule)} used {_current(rule.period)}"]
    if rule.amount:
        lines.append(bar(standing.used, rule.amount))
    if standing.held:
        lines.append(
            f"{amount(standing.held, rule.unit)} of these {'is' if standing.held == 1 else 'are'} still in the making."
        )
    if standing.granted:
        lines.append(f"{standing.granted} extra on top, for when the quota is used up.")
    if standing.images.is_blocked:
        lines.append("Blocked by an admin: nothing can be made.")
    elif standing.left is not None:
        lines.append(f"**{standing.left}** left; starts anew {_when(standing.window.resets_at)}.")
    lines.append(f"-# By {_source(standing.images.source, whose)}: {rule_words(rule)}.")
    return "\n".join(lines)


def rules_page(rules: GuildRules, top: Sequence[MemberUsage]) -> str:
    """List a server's rules, most general first, and who made most pictures today."""
    server = rules.of(RuleScope.SERVER, Unit.IMAGES).get(0)
    default = rule_words(server) if server else f"{rule_words(rules.bot)} (the bot's own setting)"
    roles, members = rules.of(RuleScope.ROLE, Unit.IMAGES), rules.of(RuleScope.MEMBER, Unit.IMAGES)
    listed = [f"<@&{role_id}> · {rule_words(rule)}" for role_id, rule in sorted(roles.items())]
    listed += [f"<@{user_id}> · {rule_words(rule)}" for user_id, rule in sorted(members.items())]
    lines = [f"**Default** · {default}", *listed[:_LISTED_RULES]]
    if len(listed) > _LISTED_RULES:
        lines.append(f"-# and {len(listed) - _LISTED_RULES} more; `/quota show member:` tells of one.")
    lines.append("**Today**")
    lines += [f"<@{use.user_id}> · {pictures(use.images)} · {money(use.cost)}" for use in top] or [
        "No pictures yet."
    ]
    return "\n".join(lines)


def rule_set(subject: str, rule: Rule, *, standing: Standing | None = None) -> str:
    """Confirm a rule; `standing` adds where the member stands now."""
    blocked = (
        " That blocks them altogether, extra pictures included." if standing and rule.amount == 0 else ""
    )
    now = f"\n{usage_page(standing, about=subject)}" if standing else ""
    return f"{subject}: {rule_words(rule)}.{blocked}{now}"


def rule_removed(subject: str) -> str:
    """Confirm that a rule is gone."""
    return f"{subject}: no rule of its own any more; the more general ones apply."


def granted(subject: str, images: int, standing: Standing) -> str:
    """Confirm extra pictures."""
    return (
        f"{subject} got {pictures(images)} extra, which count once the quota is used up and do not lapse.\n"
        + usage_page(standing, about=subject)
    )


def reset_done(subject: str, standing: Standing) -> str:
    """Confirm that a quota started anew."""
    return f"{subject}: the quota starts anew now.\n{usage_page(standing, about=subject)}"


def pictures(number: int) -> str:
    """Return the number with its noun."""
    return f"{number:,} picture{'' if number == 1 else 's'}"


def amount(number: Amount, unit: Unit) -> str:
    """Return such as "18 pictures" or "$0.42"."""
    return pictures(int(number)) if unit is Unit.IMAGES else money(Decimal(number))


def used_of(used: Amount, rule: Rule) -> str:
    """Return such as "18 of 20 pictures"."""
    if rule.amount is None:
        return amount(used, rule.unit)
    shown = f"{used:,}" if rule.unit is Unit.IMAGES else amount(used, rule.unit)
    return f"{shown} of {amount(rule.amount, rule.unit)}"


def rule_words(rule: Rule) -> str:
    """Return such as "20 pictures per week"."""
    if rule.amount is None:
        return "unlimited"
    return f"{amount(rule.amount, rule.unit)} per {rule.period.value}"


def bar(used: Amount, allowed: Amount) -> str:
    """Return a bar of twenty cells; anything used shows at least one, anything left leaves at least one."""
    filled = min(_BAR_CELLS, int(used * _BAR_CELLS / allowed))
    if used and not filled:
        filled = 1
    return f"`{'█' * filled}{'░' * (_BAR_CELLS - filled)}`"


def _source(source: Source, whose: str) -> str:
    match source:
        case MemberRule():
            return f"{whose} own rule"
        case RoleRule(role_id=role_id):
            return f"the rule of <@&{role_id}>"
        case ServerRule():
            return "this server's default"
        case BotRule():
            return "the bot's default"
        case ServerCap():
            return "this server's limit for all members"
        case OwnerCap():
            return "the owner's limit for all servers"
        case _:
            assert_never(source)


def _current(period: Period) -> str:
    return "today" if period is Period.DAY else f"this {period.value}"


def _when(moment: datetime) -> str:
    return f"{format_dt(moment, 'R')} ({format_dt(moment, 'f')})"
