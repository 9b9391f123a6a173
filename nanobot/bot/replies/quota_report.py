"""What `/quota report` says beside its chart and its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from nanobot.bot.replies.generation import money, shorten
from nanobot.bot.replies.quotas import pictures
from nanobot.bot.report.chart import NO_MODEL
from nanobot.store.reports import DayUsage

# https://docs.discord.com/developers/resources/message#attachment-object
_ALT_TEXT_CHARACTERS = 1024
_NAMED_IN_ALT_TEXT = 3


def title(server: str, days: int) -> str:
    """Head the chart."""
    return f"{server} · the last {days} days"


def nothing_made(days: int) -> str:
    """Say that there is nothing to report."""
    return f"No pictures were made here in the last {days} days, so there is nothing to show yet."


def report_page(rows: Sequence[DayUsage], days: int) -> str:
    """Sum a report up above its chart."""
    members = len({row.user_id for row in rows if row.images})
    lost = sum((row.written_off for row in rows), Decimal(0))
    told_lost = (
        f" {money(lost)} more was paid, or may have been, for pictures that did not arrive." if lost else ""
    )
    by = "1 member" if members == 1 else f"{members:,} members"
    return (
        f"**The last {days} days** · {pictures(_pictures(rows))} by {by}, {money(_cost(rows))}\n"
        "-# The table has a line for each day, member and model. Pictures in the making count; cost is what NanoGPT charged."
        f"{told_lost}"
    )


def alt_text(rows: Sequence[DayUsage], days: Sequence[date], names: Mapping[int, str]) -> str:
    """Describe the chart to those who do not see it."""
    members: Counter[str] = Counter()
    models: Counter[str] = Counter()
    for row in rows:
        members[names.get(row.user_id, str(row.user_id))] += row.images
        models[row.model or NO_MODEL] += row.images
    text = (
        f"Bars for each day from {days[0].isoformat()} to {days[-1].isoformat()}: {pictures(_pictures(rows))} for "
        f"{money(_cost(rows))} in all. Most by member: {_most(members)}. Most by model: {_most(models)}."
    )
    return shorten(text, _ALT_TEXT_CHARACTERS)


def _most(counted: Counter[str]) -> str:
    return ", ".join(f"{name} ({number:,})" for name, number in counted.most_common(_NAMED_IN_ALT_TEXT))


def _pictures(rows: Sequence[DayUsage]) -> int:
    return sum(row.images for row in rows)


def _cost(rows: Sequence[DayUsage]) -> Decimal:
    return sum((row.cost for row in rows), Decimal(0))
