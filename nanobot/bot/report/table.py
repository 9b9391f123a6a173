"""A report as a file for a spreadsheet. Imports the store's words and the standard library; pure."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from nanobot.store.reports import DayUsage

HEADINGS: Final = ("day", "member_id", "member", "model", "pictures", "cost_usd", "lost_usd")
# https://owasp.org/www-community/attacks/CSV_Injection
_STARTS_OF_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def table_of(rows: Sequence[DayUsage], *, days: Sequence[date], names: Mapping[int, str]) -> str:
    """Return a line of CSV for each day, member and model, below the headings; names that are not known are empty.

    What is lost was paid, or may have been, for pictures that did not arrive.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for row in rows:
        name = _harmless(names.get(row.user_id, ""))
        writer.writerow(
            (
                days[row.day],
                row.user_id,
                name,
                _harmless(row.model),
                row.images,
                f"{row.cost.normalize():f}",
                f"{row.written_off.normalize():f}",
            )
        )
    return text.getvalue()


def as_file(table: str, *, max_bytes: int) -> tuple[str, bytes]:
    """Return a name and the bytes of a file of at most about `max_bytes`: packed where the plain text is larger."""
    data = table.encode()
    if len(data) <= max_bytes:
        return "report.csv", data
    return "report.csv.gz", gzip.compress(data)


def _harmless(words: str) -> str:
    """Keep a spreadsheet from taking what somebody chose to be called for a formula."""
    return f"'{words}" if words.startswith(_STARTS_OF_FORMULAS) else words
