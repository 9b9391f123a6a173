"""When a call is repeated, as pure functions. Imports only this package's errors.

The decision. NanoGPT knows no idempotency key: each `POST /v1/images/generations` that it executes is charged. So a
paid call is repeated only when it surely was not executed:

* `Unreachable`: no connection came about (refused, DNS, TLS, time-out of the connecting), nothing was sent;
* `RateLimited` by status 429: turned away at the door. `Retry-After` is obeyed; beyond the cap we give up instead of
  letting a person wait without a word. A daily limit (`DailyLimitReached`) lasts until 00:00 UTC and is never waited for.

Everything else is not repeated: after 408, any 5xx, a broken connection or an unreadable answer the picture may
have been made and charged. NanoGPT's own guide recommends a retry after 408, 500 and 503
(https://docs.nano-gpt.com/api-reference/miscellaneous/error-handling); for a paid call that may charge twice, so the
person decides. Calls that only read (balance, download of a finished picture) cost nothing and are repeated freely.
"""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import Final

from nanobot.nanogpt.errors import DownloadFailed, NanoGPTError, OutcomeUnknown, RateLimited, Unreachable

MAX_ATTEMPTS: Final = 4
# All waits of one call together.
MAX_WAIT_SECONDS: Final = 20.0
# https://docs.nano-gpt.com/api-reference/miscellaneous/error-handling: 1 s, 2 s, 4 s, with jitter.
FIRST_DELAY_SECONDS: Final = 1.0
# Added to a delay that NanoGPT named, so that everyone who was turned away does not come back in the same instant.
SPREAD_SECONDS: Final = 0.5


def delay_before_retry(
    error: NanoGPTError, *, attempt: int, waited_seconds: float, jitter: float, is_paid: bool
) -> float | None:
    """Seconds to wait before the next attempt, or `None` to give up and let the error stand.

    `attempt` counts from 1 and is the one that failed, `waited_seconds` is the sum of the delays so far,
    `jitter` lies within 0…1.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    if not (_was_surely_not_executed(error) or (not is_paid and _may_heal(error))):
        return None
    delay = _delay(error, attempt, jitter)
    return delay if waited_seconds + delay <= MAX_WAIT_SECONDS else None


def parse_retry_after(value: str | None, *, date: str | None) -> float | None:
    """Seconds from now that a `Retry-After` header means, or `None` where it means nothing.

    A header that names a moment is measured against the answer's own `Date`, so that a wrong clock here does no harm.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_between(date, value)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _was_surely_not_executed(error: NanoGPTError) -> bool:
    return isinstance(error, Unreachable) or (isinstance(error, RateLimited) and error.status == 429)


def _may_heal(error: NanoGPTError) -> bool:
    return isinstance(error, OutcomeUnknown) or (isinstance(error, DownloadFailed) and error.temporary)


def _delay(error: NanoGPTError, attempt: int, jitter: float) -> float:
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return error.retry_after + jitter * SPREAD_SECONDS
    # Between half and the whole of 1, 2, 4 … seconds.
    return float(FIRST_DELAY_SECONDS * 2 ** (attempt - 1) * (0.5 + jitter / 2))


def _seconds_between(earlier: str | None, later: str) -> float:
    """Seconds between two HTTP dates; not a number where one of them is none."""
    try:
        start, end = parsedate_to_datetime(earlier or ""), parsedate_to_datetime(later)
        return (end - start).total_seconds()
    except (ValueError, TypeError, OverflowError):
        # Not a date; one of them without an offset; a year out of range.
        return math.nan
