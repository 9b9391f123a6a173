from __future__ import annotations

import pytest

from nanobot.nanogpt.errors import (
    Conflict,
    ConnectionBroken,
    DailyLimitReached,
    DownloadFailed,
    Forbidden,
    InvalidRequest,
    ModelUnavailable,
    NanoGPTError,
    OutOfFunds,
    PayloadTooLarge,
    PolicyRefused,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unauthorized,
    Unreachable,
    UnreadableAnswer,
    WrongAddress,
)
from nanobot.nanogpt.retry import (
    LONGEST_DELAY_SECONDS,
    MAX_ATTEMPTS,
    MAX_DOWNLOAD_WAIT_SECONDS,
    MAX_WAIT_SECONDS,
    delay_before_retry,
    parse_retry_after,
)

_UNKNOWN: list[NanoGPTError] = [
    TimedOut(status=408),
    TimedOut(status=504),
    TimedOut(),
    ServerFailed(status=500),
    ServerFailed(status=503),
    ConnectionBroken(),
    UnreadableAnswer(status=200),
]
_FINAL: list[NanoGPTError] = [
    InvalidRequest(status=400),
    PolicyRefused(status=400),
    Unauthorized(status=401),
    OutOfFunds(status=402),
    Forbidden(status=403),
    ModelUnavailable(status=404),
    WrongAddress(status=301),
    Conflict(status=409),
    PayloadTooLarge(status=413),
    DailyLimitReached(status=429, retry_after=1),
]


def _name(error: NanoGPTError) -> str:
    return f"{type(error).__name__}-{error.status}"


def _delay(
    error: NanoGPTError, *, is_paid: bool, attempt: int = 1, waited: float = 0, jitter: float = 0
) -> float | None:
    return delay_before_retry(error, attempt=attempt, waited_seconds=waited, jitter=jitter, is_paid=is_paid)


@pytest.mark.parametrize("error", _UNKNOWN, ids=_name)
def test_paid_call_of_unknown_outcome_is_never_repeated(error: NanoGPTError) -> None:
    """What may have been executed may have been charged; a second try may charge twice."""
    assert _delay(error, is_paid=True) is None


@pytest.mark.parametrize("error", _UNKNOWN, ids=_name)
def test_read_of_unknown_outcome_is_repeated(error: NanoGPTError) -> None:
    assert _delay(error, is_paid=False) is not None


@pytest.mark.parametrize("error", _FINAL, ids=_name)
@pytest.mark.parametrize("is_paid", [True, False], ids=["paid", "read"])
def test_refusal_is_never_repeated(error: NanoGPTError, is_paid: bool) -> None:
    assert _delay(error, is_paid=is_paid) is None


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"),
    [(1, 0.0, 0.5), (1, 1.0, 1.0), (2, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 2.0), (3, 1.0, 4.0)],
)
@pytest.mark.parametrize("error", [Unreachable(), RateLimited(status=429)], ids=_name)
def test_delay_doubles_within_its_jitter(
    error: NanoGPTError, attempt: int, jitter: float, seconds: float
) -> None:
    assert _delay(error, is_paid=True, attempt=attempt, jitter=jitter) == seconds


def test_attempts_are_bounded() -> None:
    assert _delay(Unreachable(), is_paid=True, attempt=MAX_ATTEMPTS - 1) is not None
    assert _delay(Unreachable(), is_paid=True, attempt=MAX_ATTEMPTS) is None


@pytest.mark.parametrize(
    ("retry_after", "waited", "seconds"),
    [(0.0, 0.0, 0.25), (7.0, 0.0, 7.25), (19.0, 0.0, 19.25), (21.0, 0.0, None), (7.0, 15.0, None)],
    ids=["at once", "obeyed", "just within the cap", "beyond the cap", "beyond the cap in sum"],
)
def test_retry_after_is_obeyed_up_to_a_cap(retry_after: float, waited: float, seconds: float | None) -> None:
    error = RateLimited(status=429, retry_after=retry_after)

    assert _delay(error, is_paid=True, waited=waited, jitter=0.5) == seconds


def test_waits_of_one_call_together_stay_below_the_cap() -> None:
    waited = 0.0
    for attempt in range(1, 100):
        delay = _delay(
            RateLimited(status=429, retry_after=6), is_paid=True, attempt=attempt, waited=waited, jitter=1
        )
        if delay is None:
            break
        waited += delay

    assert 6 < waited <= MAX_WAIT_SECONDS


def test_rate_limit_told_by_another_status_is_not_repeated_when_paid() -> None:
    """Only a 429 is turned away at the door; the words alone may come from a provider further behind."""
    assert _delay(RateLimited(status=200), is_paid=True) is None


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_waits_of_a_download_grow_to_half_a_minute_and_end_after_two(jitter: float) -> None:
    delays: list[float] = []
    while (
        delay := _delay(
            DownloadFailed(temporary=True),
            is_paid=False,
            attempt=len(delays) + 1,
            waited=sum(delays),
            jitter=jitter,
        )
    ) is not None:
        delays.append(delay)

    assert delays == sorted(delays)
    assert delays[-1] <= LONGEST_DELAY_SECONDS
    assert 60 < sum(delays) <= MAX_DOWNLOAD_WAIT_SECONDS


@pytest.mark.parametrize("temporary", [True, False])
def test_download_is_repeated_where_its_failure_is_temporary(temporary: bool) -> None:
    assert (_delay(DownloadFailed(temporary=temporary), is_paid=False) is not None) == temporary


_DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        (None, _DATE, None),
        ("12", None, 12.0),
        ("1.5", None, 1.5),
        ("-3", None, 0.0),
        ("nan", None, None),
        ("inf", None, None),
        ("soon", _DATE, None),
        ("", _DATE, None),
        ("Wed, 21 Oct 2026 07:28:09 GMT", _DATE, 9.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", _DATE, 0.0),
        ("Wed, 21 Oct 2026 07:28:09 GMT", None, None),
        ("Wed, 21 Oct 2026 07:28:09 GMT", "today", None),
        ("Wed, 21 Oct 2026 07:28:09 -0000", _DATE, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    value: str | None, date: str | None, seconds: float | None
) -> None:
    assert parse_retry_after(value, date=date) == seconds
