"""When a call is repeated, as pure functions. Imports only this package's errors.

The decision. NanoGPT knows no idempotency key: each `POST /v1/images/generations` that it executes is charged. So a
paid call is repeated only when it surely was not executed:

* `Unreachable`: no connection came about (refused, DNS, TLS, time-out of the connecting), nothing was sent;
* `RateLimited` by status 429: turned away at the door. `Retry-After` is obeyed; beyond the cap we give up instead of
  letting a person wait without a word. A daily limit (`DailyLimitReached`) lasts until 00:00 UTC and is never waited for.

Everything else is not repeated: after 408, any 5xx, a broken connection or an unreadable answer the picture may
have been made and charged. NanoGPT's own guide recommends a retry after 408, 500 and 503
(https://docs.nano-gpt.com/api-reference/miscellaneous/error-handling); for a paid call that may charge twice, so the
person decides. Calls that only read (catalogue, balance, state of a task) cost nothing and are repeated freely; 409 and
413 would only be refused again, and making an input picture smaller is the caller's to do.

The download of a finished picture is repeated for longer: it is paid for, its address lives about an hour
(https://docs.nano-gpt.com/api-reference/image-generation), and who gives up sooner loses it to a short outage.
"""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import Final

from nanobot.nanogpt.errors import DownloadFailed, NanoGPTError, OutcomeUnknown, RateLimited, Unreachable

MAX_ATTEMPTS: Final = 4
# All waits of one call together.
MAX_WAIT_SECONDS: Final = 20.0
# The same for a download: 1, 2, 4 … 16 s, then 30 s each, so that an outage of two minutes is bridged.
MAX_DOWNLOAD_ATTEMPTS: Final = 9
MAX_DOWNLOAD_WAIT_SECONDS: Final = 120.0
# https://docs.nano-gpt.com/api-reference/miscellaneous/error-handling: 1 s, 2 s, 4 s, with jitter.
FIRST_DELAY_SECONDS: Final = 1.0
LONGEST_DELAY_SECONDS: Final = 30.0
# Added to a delay that NanoGPT named, so that everyone who was turned away does not come back in the same instant.
SPREAD_SECONDS: Final = 0.5


def delay_before_retry(
    error: NanoGPTError, *, attempt: int, waited_seconds: float, jitter: float, is_paid: bool
) -> float | None:
    """Seconds to wait before the next attempt, or `None` to give up and let the error stand.

    `attempt` counts from 1 and is the one that failed, `waited_seconds` is the sum of the delays so far,
    `jitter` lies within 0…1.
    """
    is_download = isinstance(error, DownloadFailed)
    if attempt >= (MAX_DOWNLOAD_ATTEMPTS if is_download else MAX_ATTEMPTS):
        return None
    if not (was_surely_not_executed(error) if is_paid else may_heal(error)):
        return None
    delay = _delay(error, attempt, jitter)
    longest = MAX_DOWNLOAD_WAIT_SECONDS if is_download else MAX_WAIT_SECONDS
    return delay if waited_seconds + delay <= longest else None


def was_surely_not_executed(error: NanoGPTError) -> bool:
    """Whether a call that failed so can be repeated although it is paid; of the errors that may heal."""
    return isinstance(error, Unreachable) or (isinstance(error, RateLimited) and error.status == 429)


def may_heal(error: NanoGPTError) -> bool:
    """Whether the same call may succeed within seconds or minutes, without anybody's doing."""
    if isinstance(error, DownloadFailed):
        return error.temporary
    return isinstance(error, OutcomeUnknown | Unreachable | RateLimited)


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


def _delay(error: NanoGPTError, attempt: int, jitter: float) -> float:
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return error.retry_after + jitter * SPREAD_SECONDS
    # Between half and the whole of 1, 2, 4 … seconds.
    return min(FIRST_DELAY_SECONDS * 2.0 ** (attempt - 1), LONGEST_DELAY_SECONDS) * (0.5 + jitter / 2)


def _seconds_between(earlier: str | None, later: str) -> float:
    """Seconds between two HTTP dates; not a number where one of them is none."""
    try:
        start, end = parsedate_to_datetime(earlier or ""), parsedate_to_datetime(later)
        return (end - start).total_seconds()
    except (ValueError, TypeError, OverflowError):
        # Not a date; one of them without an offset; a year out of range.
        return math.nan
