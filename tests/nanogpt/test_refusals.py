"""Which error an answer is, in every form that NanoGPT and the proxies before it give it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nanobot.nanogpt import NanoGPTError
from nanobot.nanogpt import errors as tree
from nanobot.nanogpt.answers import parse_images
from tests.nanogpt.vendor import KEY, error_document, reply_of


def _error(document: Any, status: int = 200, **headers: str) -> NanoGPTError:
    with pytest.raises(NanoGPTError) as caught:
        parse_images(reply_of(document, status, **headers), secret=KEY)
    return caught.value


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (400, error_document("invalid_parameter_value"), tree.InvalidRequest),
        (400, error_document("content_policy_violation"), tree.PolicyRefused),
        (401, error_document("invalid_api_key"), tree.Unauthorized),
        (402, {"error": "Insufficient balance", "status": 402}, tree.OutOfFunds),
        (400, error_document("memory_balance_required"), tree.OutOfFunds),
        (403, error_document(None), tree.Forbidden),
        (403, error_document("model_not_allowed"), tree.Forbidden),
        (404, error_document("model_not_found"), tree.ModelUnavailable),
        (404, error_document(None, "Model not found"), tree.ModelUnavailable),
        (503, error_document("model_not_available"), tree.ModelUnavailable),
        (404, b"<html>nothing here</html>", tree.WrongAddress),
        (405, b"", tree.WrongAddress),
        (301, b"", tree.WrongAddress),
        (308, b"", tree.WrongAddress),
        (408, error_document(None), tree.TimedOut),
        (409, error_document(None), tree.Conflict),
        (413, error_document("image_input_too_large"), tree.PayloadTooLarge),
        (400, error_document("image_input_too_large"), tree.PayloadTooLarge),
        (400, error_document("IMAGE_INPUT_TOO_LARGE"), tree.PayloadTooLarge),
        (400, error_document("Content_Policy_Violation"), tree.PolicyRefused),
        (429, error_document("DAILY_USD_LIMIT_EXCEEDED"), tree.DailyLimitReached),
        (413, b"<html>413 Request Entity Too Large</html>", tree.PayloadTooLarge),
        (422, {"error": 422, "message": "no"}, tree.InvalidRequest),
        (429, error_document("rate_limit_exceeded"), tree.RateLimited),
        (429, b"", tree.RateLimited),
        (429, error_document("daily_rpd_limit_exceeded"), tree.DailyLimitReached),
        (429, error_document("daily_usd_limit_exceeded"), tree.DailyLimitReached),
        (500, error_document("server_error"), tree.ServerFailed),
        (500, b"", tree.ServerFailed),
        (502, b"<html>Bad Gateway</html>", tree.ServerFailed),
        (503, {"error": {"message": "busy", "type": "service_unavailable"}}, tree.ServerFailed),
        (504, b"<html>Gateway Time-out</html>", tree.TimedOut),
        (524, b"<html>A timeout occurred</html>", tree.TimedOut),
        (200, error_document("content_policy_violation"), tree.PolicyRefused),
        (200, {"error": "Insufficient balance", "status": 402}, tree.OutOfFunds),
        (200, {"error": 401, "message": "Invalid key"}, tree.Unauthorized),
        (200, {"error": {"message": "slow down", "type": "rate_limit_error"}}, tree.RateLimited),
        (200, {"error": {"message": "slow down", "type": "RATE_LIMIT_ERROR"}}, tree.RateLimited),
        (200, {"error": {"message": "?", "type": "never_heard_of"}}, tree.UnreadableAnswer),
        (200, {"error": "?", "status": 200}, tree.UnreadableAnswer),
        (200, {"error": ["?"]}, tree.UnreadableAnswer),
    ],
)
def test_error_is_told_by_code_and_status(status: int, document: Any, kind: type[NanoGPTError]) -> None:
    error = _error(document, status)

    assert type(error) is kind
    assert error.status == status


@pytest.mark.parametrize(
    "document",
    [
        {"error": "Insufficient balance", "status": 402, "requiredBalance": 0.0035},
        {"error": {"message": "Insufficient balance", "requiredBalance": "0.0035"}},
        {"error": {"message": "Insufficient balance"}, "requiredBalance": 0.0035},
    ],
)
def test_missing_funds_name_what_is_needed(document: Any) -> None:
    error = _error(document, 402)

    assert isinstance(error, tree.OutOfFunds)
    assert error.required_balance == Decimal("0.0035")
    assert error.message == "Insufficient balance"


def test_rate_limit_names_its_wait() -> None:
    limited = _error(error_document("rate_limit_exceeded"), 429, Retry_After="7")
    daily = _error(error_document("daily_usd_limit_exceeded"), 429, Retry_After="3600")

    assert isinstance(limited, tree.RateLimited)
    assert limited.retry_after == 7
    assert isinstance(daily, tree.DailyLimitReached)
    assert daily.retry_after == 3600


def test_redirect_names_only_the_host_it_points_to() -> None:
    error = _error(b"", 301, Location="https://www.nano-gpt.com/v1/images?token=secret")

    assert error.message == "It redirects to https://www.nano-gpt.com."


@pytest.mark.parametrize(
    "document",
    [
        error_document("invalid_api_key", f"Invalid key {KEY}"),
        error_document("invalid_api_key", "x" * 290 + KEY),
        error_document(KEY, "?"),
        {"error": f"Invalid key {KEY}"},
        {"error": 401, "message": f"Invalid key {KEY}"},
    ],
)
def test_error_never_repeats_the_key(document: Any) -> None:
    error = _error(document, 401, X_Request_ID=f"req-{KEY}")

    assert KEY[:12] not in f"{error} {error!r} {error.args} {vars(error)}"


def test_vendors_words_are_one_short_printable_line() -> None:
    error = _error(error_document(None, "first\nsecond\x1b[31m \ud800 " + "long " * 1000), 400)

    assert error.message.startswith("first second[31m ? long")
    assert len(error.message) == 300
    assert error.message.isprintable()
