"""What members read about quotas: refusals, what is left, and how matters stand with each limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from discord.utils import format_dt

from nanobot.bot.replies.generation import money, shorten
from nanobot.bot.report.chart import NO_MODEL
from nanobot.quotas.policy import (
    Amount,
    BotRule,
    Constraint,
    GrantLeft,
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
from nanobot.store.reports import ModelUsage
from nanobot.store.tables import Unit

_BAR_CELLS = 20
_SHOWN_GRANTS = 4
_SHOWN_MODELS = 5
_MODEL_CHARACTERS = 40


def quota_refusal(refusal: QuotaRefusal) -> str:
    """Say which limit refused, how much of it is used and left, and when it starts anew."""
    match refusal:
        case PriceUnknown():
            return _price_unknown(refusal)
        case LimitReached():
            match refusal.constraint.source:
                case OwnerCap():
                    return _owner_cap_reached(refusal)
                case ServerCap():
                    return _server_cap_reached(refusal)
                case MemberRule() | RoleRule() | ServerRule() | BotRule():
                    return _own_limit_reached(refusal)
                case _:
                    assert_never(refusal.constraint.source)
        case _:
            assert_never(refusal)


def _price_unknown(refusal: PriceUnknown) -> str:
    constraint = refusal.constraint
    if isinstance(constraint.source, OwnerCap):  # whose amounts are the owner's business
        limit = "whoever runs the bot has set a limit in dollars"
    else:
        limit = f"there is a limit in dollars here ({_used_now(constraint)})"
    return (
        f"What this would cost is not known, and {limit}, so nothing was made. "
        "Choose a model whose price is known; `/models` shows them."
    )


def _owner_cap_reached(refusal: LimitReached) -> str:
    anew = f"It starts anew {_when(refusal.constraint.window.resets_at)}."
    what = "The bot's own limit, for all who use it together, is"
    if refusal.left:
        return f"{what} nearly used up, and this is more than is left of it. Ask for less. {anew}"
    return f"{what} used up, so nothing can be made for anybody. {anew}"


def _server_cap_reached(refusal: LimitReached) -> str:
    constraint = refusal.constraint
    used = _used_now(constraint)
    anew = f"It starts anew {_when(constraint.window.resets_at)}."
    if refusal.left:
        left = amount(refusal.left, constraint.unit)
        return (
            f"{_asked(refusal)}, and this server has {left} left for all members together ({used}). "
            f"{_ask_for_less(constraint.unit)} {anew}"
        )
    return f"This server's limit for all members together is used up ({used}). {anew} An admin can raise it before."


def _own_limit_reached(refusal: LimitReached) -> str:
    constraint = refusal.constraint
    unit, resets_at = constraint.unit, constraint.window.resets_at
    if refusal.is_blocked:
        return (
            f"An admin of this server has set your quota to {amount(0, unit)}, so nothing was made. Ask an admin if you "
            f"think that this is a mistake. {amount(constraint.used, unit)} used {_current(constraint.rule.period)}; the "
            f"quota starts anew {_when(resets_at)}, at 0 again."
        )
    used = _used_now(constraint)
    anew = f"Your quota starts anew {_when(resets_at)}."
    if refusal.left:
        left = f"{refusal.left:,}" if unit is Unit.IMAGES else amount(refusal.left, unit)
        have = "and have" if unit is Unit.IMAGES else "and you have"
        return f"{_asked(refusal)} {have} {left} left ({used}). {_ask_for_less(unit)} {anew}"
    if not constraint.limit:
        return (
            f"Your quota here is {amount(0, unit)}, so nothing was made ({used}). "
            f"Ask an admin of this server for some. {anew}"
        )
    if not refusal.fits_after_reset:
        return f"{_asked(refusal)}, more than your quota ever allows ({used}). {_ask_for_less(unit)} {anew}"
    return f"Your quota is used up ({used}). {anew} An admin can give you more before."


def _asked(refusal: LimitReached) -> str:
    wanted = amount(refusal.wanted, refusal.constraint.unit)
    if refusal.constraint.unit is Unit.IMAGES:
        return f"You asked for {wanted}"
    return f"This would cost about {wanted}"


def _ask_for_less(unit: Unit) -> str:
    return "Ask for fewer." if unit is Unit.IMAGES else "Ask for fewer, a smaller size or a cheaper model."


def remaining_line(standing: Standing) -> str:
    """Say in one line what is left: in pictures, and in dollars where there is a limit in them."""
    images, usd = standing.images, standing.usd
    dollars = (
        f"{amount(usd.left, Unit.USD)} in dollars left, anew {_soon(usd)}." if usd.left is not None else ""
    )
    if images.left is None:
        return dollars or "Your pictures here are unlimited."
    line = f"{amount(images.left, Unit.IMAGES)} left{_of_them_extra(images)}; your quota starts anew {_soon(images)}."
    return f"{line} {dollars}".rstrip()


def _of_them_extra(images: Constraint) -> str:
    if not images.granted:
        return ""
    if images.granted != images.left:
        return f", {images.granted:,} of them extra"
    return ", an extra" if images.granted == 1 else ", all of them extra"


def usage_page(standing: Standing, by_model: Sequence[ModelUsage] = (), *, about: str = "You") -> str:
    """Say how matters stand with each limit of `about`: used, left, when it starts anew, and by whose rule."""
    lines = [*_own_lines(standing.images, f"**{about}** · ", about)]
    usd = standing.usd
    if usd.limit is not None or usd.grants:
        lines += _own_lines(usd, "**In dollars** · ", about)
    for cap in standing.caps:
        lines += _cap_lines(cap)
    if by_model:
        lines.append(_models_line(by_model, standing.images.rule.period))
    return "\n".join(lines)


def _own_lines(constraint: Constraint, start: str, about: str) -> list[str]:
    rule = constraint.rule
    lines = [f"{start}{_used_now(constraint)}", *_bar_of(constraint)]
    if constraint.held:
        is_one = constraint.unit is Unit.IMAGES and constraint.held == 1
        lines.append(
            f"{amount(constraint.held, constraint.unit)} of these {'is' if is_one else 'are'} still in the making."
        )
    if constraint.grants:
        lines.append(_grants_line(constraint))
    if constraint.is_blocked:
        lines.append("Blocked by an admin: nothing can be made.")
    elif constraint.left is not None:
        lines.append(_left_line(constraint))
    whose = "your" if about == "You" else "their"
    lines.append(f"-# By {_source(constraint.source, whose)}: {rule_words(rule)}.")
    return lines


def _cap_lines(cap: Constraint) -> list[str]:
    if isinstance(cap.source, OwnerCap):  # the amounts are the business of whoever runs the bot
        if cap.left:
            return []
        return [
            f"**The bot's own limit** is used up for everybody; it starts anew {_when(cap.window.resets_at)}."
        ]
    return [f"**All members together** · {_used_now(cap)}", *_bar_of(cap), _left_line(cap)]


def _left_line(constraint: Constraint) -> str:
    left = constraint.left or 0
    shown = f"{left:,}" if constraint.unit is Unit.IMAGES else amount(left, Unit.USD)
    return f"**{shown}** left; starts anew {_when(constraint.window.resets_at)}."


def _grants_line(constraint: Constraint) -> str:
    granted = constraint.granted
    shown = f"{granted:,}" if constraint.unit is Unit.IMAGES else amount(granted, Unit.USD)
    lapsing = [(grant, until) for grant in constraint.grants if (until := grant.expires_at) is not None]
    if len(lapsing) == len(constraint.grants) == 1:
        return f"{shown} extra on top until {format_dt(lapsing[0][1], 'f')}, for when the quota is used up."
    text = f"{shown} extra on top, for when the quota is used up"
    if not lapsing:
        return f"{text}."
    parts = [_lapsing(grant, until, constraint.unit) for grant, until in lapsing[:_SHOWN_GRANTS]]
    if more := lapsing[_SHOWN_GRANTS:]:
        parts.append(
            f"{len(more)} more grants lapse later" if len(more) > 1 else "one more grant lapses later"
        )
    return f"{text}; {', '.join(parts)}."


def _lapsing(grant: GrantLeft, until: datetime, unit: Unit) -> str:
    shown = f"{grant.amount:,}" if unit is Unit.IMAGES else amount(grant.amount, unit)
    return f"{shown} of it until {format_dt(until, 'f')}"


def _models_line(by_model: Sequence[ModelUsage], period: Period) -> str:
    parts = [
        f"{shorten(use.model, _MODEL_CHARACTERS) or NO_MODEL} {pictures(use.images)}, {money(use.cost)}"
        for use in by_model[:_SHOWN_MODELS]
    ]
    if len(by_model) > _SHOWN_MODELS:
        parts.append(f"and {len(by_model) - _SHOWN_MODELS} more")
    return f"**By model {_current(period)}** · {' · '.join(parts)}"


def pictures(number: int) -> str:
    """Return the number with its noun."""
    return f"{number:,} picture{'' if number == 1 else 's'}"


def amount(number: Amount, unit: Unit) -> str:
    """Return such as "18 pictures" or "$0.42"; fractions of a cent are shown where there are any."""
    if unit is Unit.IMAGES:
        return pictures(int(number))
    dollars = Decimal(number)
    is_whole_cents = dollars == round(dollars, 2)
    return f"${dollars:,.2f}" if is_whole_cents and dollars else money(dollars)


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


def _bar_of(constraint: Constraint) -> list[str]:
    return [bar(constraint.used, constraint.limit)] if constraint.limit else []


def _used_now(constraint: Constraint) -> str:
    return f"{used_of(constraint.used, constraint.rule)} used {_current(constraint.rule.period)}"


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
            return "the bot's own limit"
        case _:
            assert_never(source)


def _current(period: Period) -> str:
    return "today" if period is Period.DAY else f"this {period.value}"


def _soon(constraint: Constraint) -> str:
    return format_dt(constraint.window.resets_at, "R")


def _when(moment: datetime) -> str:
    return f"{format_dt(moment, 'R')} ({format_dt(moment, 'f')})"
