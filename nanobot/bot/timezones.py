"""Which time zones there are, and which are suggested while an admin types. Imports the standard library."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

# What people choose has a region, save UTC: the others are kept for old programs.
# https://data.iana.org/time-zones/theory.html#naming
_REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@cache
def timezone_names() -> tuple[str, ...]:
    """Return the names to choose from, in order. The first call reads some hundred small files."""
    return (
        "UTC",
        *sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS),
    )


def matching_timezones(typed: str, *, limit: int) -> list[str]:
    """Return the names that contain what is typed: first those of which a part begins with it."""
    wanted = typed.strip().replace(" ", "_").lower()
    found = [name for name in timezone_names() if wanted in name.lower()]
    return sorted(found, key=lambda name: not _begins(name.lower(), wanted))[:limit]


def _begins(name: str, wanted: str) -> bool:
    return any(part.startswith(wanted) for part in (name, *name.split("/")))
