"""What a report shows, as numbers: who and which models made how much on each day. Imports the store's words; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from nanobot.store.reports import DayUsage

SHOWN_SERIES: Final = 8
OTHERS: Final = "others"
NO_MODEL: Final = "(not known)"
"""Of requests that were erased, and of what was corrected by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One member or model: pictures and US dollars for each day of the report.

    `plain` takes the place of a label that no font of the painter has.
    """

    label: str
    plain: str
    pictures: tuple[int, ...]
    usd: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All that the painter is told; `days` are ISO dates, one after another."""

    title: str
    days: tuple[str, ...]
    by_member: tuple[Series, ...]
    by_model: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a member is called here, and their account's own name, which Discord keeps to a few plain characters."""

    shown: str
    account: str


def chart_of(
    rows: Sequence[DayUsage], *, title: str, days: Sequence[date], names: Mapping[int, Name]
) -> Chart:
    """Sum `rows` for each day by member and by model; whoever is not among the first becomes one of the others."""
    known = {str(user_id): name for user_id, name in names.items()}
    return Chart(
        title=title,
        days=tuple(day.isoformat() for day in days),
        by_member=_series(rows, len(days), lambda row: str(row.user_id), known),
        by_model=_series(
            rows, len(days), lambda row: row.model, {"": Name(shown=NO_MODEL, account=NO_MODEL)}
        ),
    )


def members_in(rows: Sequence[DayUsage]) -> list[int]:
    """Return who made pictures, first the one who made most."""
    return [int(user_id) for user_id in _ranked(rows, lambda row: str(row.user_id))]


def _ranked(rows: Sequence[DayUsage], key: Callable[[DayUsage], str]) -> list[str]:
    pictures: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        pictures[key(row)] += row.images
    return sorted(pictures, key=lambda each: (-pictures[each], each))


def _series(
    rows: Sequence[DayUsage], days: int, key: Callable[[DayUsage], str], names: Mapping[str, Name]
) -> tuple[Series, ...]:
    ranked = _ranked(rows, key)
    # One that would be alone among the others has its own name.
    shown = ranked if len(ranked) == SHOWN_SERIES + 1 else ranked[:SHOWN_SERIES]
    pictures = {name: [0] * days for name in [*shown, None]}
    usd = {name: [Decimal(0)] * days for name in [*shown, None]}
    for row in rows:
        name = key(row) if key(row) in shown else None
        pictures[name][row.day] += row.images
        usd[name][row.day] += row.cost
    named = [(name, names.get(name, Name(shown=name, account=name))) for name in shown]
    others = [(None, Name(shown=OTHERS, account=OTHERS))] if any(pictures[None]) else []
    return tuple(
        Series(
            label=called.shown,
            plain=called.account,
            pictures=tuple(pictures[name]),
            usd=tuple(float(each) for each in usd[name]),
        )
        for name, called in [*named, *others]
    )
