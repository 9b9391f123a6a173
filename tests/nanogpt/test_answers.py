from __future__ import annotations

import base64
import json
import logging
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nanobot.nanogpt import Balance, HostedPicture, InlinePicture, NanoGPTError, UnreadableAnswer
from nanobot.nanogpt import errors as tree
from nanobot.nanogpt.account import parse_balance
from nanobot.nanogpt.answers import parse_images
from nanobot.nanogpt.transport import Reply
from tests.nanogpt.vendor import KEY, PHOTOGRAPH, error_document, hosted_document, inline_document

_SHORT_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(16))


def _reply(document: Any, status: int = 200, **headers: str) -> Reply:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=body)


def _error(document: Any, status: int = 200, **headers: str) -> NanoGPTError:
    with pytest.raises(NanoGPTError) as caught:
        parse_images(_reply(document, status, **headers), secret=KEY)
    return caught.value


def test_hosted_answer_is_read_with_its_price() -> None:
    reply = Reply(
        status=200,
        headers={"X-Request-ID": "req_7"},
        body=b'{"data":[{"url":"https://cdn.example/a%2Fb?sig=1"}],"cost":0.0050,"paymentSource":"USD","remainingBalance":-0.10}',
    )
    answer = parse_images(reply, secret=KEY)

    assert answer.pictures == (HostedPicture(url="https://cdn.example/a%2Fb?sig=1"),)
    assert answer.cost == Decimal("0.0050")
    assert answer.payment_source == "USD"
    assert answer.remaining_balance == Decimal("-0.10")
    assert answer.request_id == "req_7"


@pytest.mark.parametrize("picture", [_SHORT_PNG, PHOTOGRAPH], ids=["short", "photograph"])
def test_inline_pictures_are_decoded(picture: bytes) -> None:
    """Whether they are short enough to stay in the JSON or long enough to be cut out of it."""
    answer = parse_images(_reply(inline_document(picture, _SHORT_PNG, picture)), secret=KEY)

    assert answer.pictures == tuple(InlinePicture(data=data) for data in (picture, _SHORT_PNG, picture))


@pytest.mark.parametrize("indent", [None, 2], ids=["compact", "indented"])
def test_answer_may_mix_hosted_and_inline(indent: int | None) -> None:
    document = {
        "data": [
            {"url": "https://cdn.example/a.png"},
            {"b64_json": base64.b64encode(PHOTOGRAPH).decode()},
            {"url": None, "b64_json": base64.b64encode(_SHORT_PNG).decode()},
        ]
    }
    answer = parse_images(_reply(json.dumps(document, indent=indent).encode()), secret=KEY)

    assert answer.pictures == (
        HostedPicture(url="https://cdn.example/a.png"),
        InlinePicture(data=PHOTOGRAPH),
        InlinePicture(data=_SHORT_PNG),
    )


def _wrapped(data: bytes) -> str:
    return base64.encodebytes(data).decode()


@pytest.mark.parametrize(
    "write",
    [
        lambda data: "data:image/png;base64," + base64.b64encode(data).decode(),
        _wrapped,
        lambda data: base64.b64encode(data).decode().rstrip("="),
    ],
    ids=["data URL", "line breaks", "no padding"],
)
@pytest.mark.parametrize("picture", [_SHORT_PNG, PHOTOGRAPH], ids=["short", "photograph"])
def test_unusual_base64_is_forgiven(write: Any, picture: bytes) -> None:
    answer = parse_images(_reply({"data": [{"b64_json": write(picture)}]}), secret=KEY)

    assert answer.pictures == (InlinePicture(data=picture),)


def test_base64_with_escaped_slashes_is_read() -> None:
    """Some JSON writers escape every slash."""
    body = json.dumps(inline_document(PHOTOGRAPH)).replace("/", "\\/").encode()

    assert parse_images(_reply(body), secret=KEY).pictures == (InlinePicture(data=PHOTOGRAPH),)


def test_data_url_in_place_of_an_address_is_read() -> None:
    url = "data:image/png;base64," + base64.b64encode(_SHORT_PNG).decode()

    assert parse_images(_reply({"data": [{"url": url}]}), secret=KEY).pictures == (
        InlinePicture(data=_SHORT_PNG),
    )


def test_unreadable_item_does_not_cost_the_readable_ones(caplog: pytest.LogCaptureFixture) -> None:
    document = {"data": [{"url": "ftp://x/a"}, {"url": "https://cdn.example/a.png"}, None, {"b64_json": "?"}]}
    with caplog.at_level(logging.WARNING):
        answer = parse_images(_reply(document), secret=KEY)

    assert answer.pictures == (HostedPicture(url="https://cdn.example/a.png"),)
    assert "3 of 4 items hold no picture" in caplog.text


@pytest.mark.parametrize(
    "cost", [None, "free", True, -1, float("nan"), float("inf"), 1e300, [1], {"usd": 1}], ids=repr
)
def test_price_that_is_none_is_left_out(cost: Any) -> None:
    answer = parse_images(_reply(hosted_document("https://cdn.example/a.png") | {"cost": cost}), secret=KEY)

    assert answer.cost is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"data":[{"url":"https://cdn.example/a.png"}',
        b"<html><body>Bad gateway</body></html>",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"data":' + b"9" * 5000 + b"}",
        b"[]",
        b"null",
        b"{}",
        b'{"data":[]}',
        b'{"data":{}}',
        b'{"data":null}',
        b'{"data":[{}]}',
        b'{"data":[{"url":7}]}',
        b'{"data":[{"url":"https://"}]}',
        b'{"data":[{"url":"https://[::1/a"}]}',
        b'{"data":[{"url":"https://cdn.example:99999/a"}]}',
        b'{"data":[{"url":"https://cdn.example/a\\nHost: b"}]}',
        b'{"data":[{"b64_json":""}]}',
        b'{"data":[{"b64_json":"#0"}]}',
        b'{"data":[{"b64_json":"bm8gcGljdHVyZQ=="}]}',
        b'{"data":[{"b64_json":"' + b"A" * 5000,
        b'{"data":[{"b64_json":"' + b"!" * 5000 + b'"}]}',
        b'{"taskId":"abc","status":"pending"}',
    ],
)
def test_success_that_is_none_is_unreadable(body: bytes) -> None:
    error = _error(body, X_Request_ID="req_8")

    assert type(error) is UnreadableAnswer
    assert error.request_id == "req_8"


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
        (200, {"error": {"message": "?", "type": "never_heard_of"}}, tree.UnreadableAnswer),
        (200, {"error": "?", "status": 200}, tree.UnreadableAnswer),
        (200, {"error": ["?"]}, tree.UnreadableAnswer),
    ],
)
def test_error_is_told_by_code_and_status(status: int, document: Any, kind: type[NanoGPTError]) -> None:
    error = _error(document, status)

    assert type(error) is kind
    assert error.status == status


def test_pictures_beside_an_error_are_kept() -> None:
    """What was made was paid for."""
    document = hosted_document("https://cdn.example/a.png") | error_document("server_error")

    assert len(parse_images(_reply(document), secret=KEY).pictures) == 1


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


def test_balance_is_read_from_strings() -> None:
    document = {"usd_balance": "129.46956147", "nano_balance": "26.71801147", "nanoDepositAddress": "nano_1"}

    assert parse_balance(_reply(document), secret=KEY) == Balance(
        usd=Decimal("129.46956147"), nano=Decimal("26.71801147")
    )


@pytest.mark.parametrize("document", [{}, {"usd_balance": "much"}, [], b"<html>", {"usd_balance": None}])
def test_balance_without_a_number_is_unreadable(document: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        parse_balance(_reply(document), secret=KEY)


def test_balance_with_an_error_status_is_that_error() -> None:
    with pytest.raises(tree.Unauthorized):
        parse_balance(_reply({"error": "no", "usd_balance": "1"}, 401), secret=KEY)


_WORDS = st.sampled_from(
    [
        "error",
        "data",
        "url",
        "b64_json",
        "message",
        "code",
        "type",
        "status",
        "cost",
        "usd_balance",
        "requiredBalance",
    ]
)
_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | _WORDS | st.just("A" * 5000),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(_WORDS | st.text(), children, max_size=6)
    ),
    max_leaves=20,
)
_HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Date", "X-Request-ID", "Location", "Content-Type"]), st.text(max_size=40)
)


@given(
    status=st.integers(100, 999),
    body=st.binary() | _ANY_JSON.map(lambda document: json.dumps(document).encode()),
    headers=_HEADERS,
)
@example(status=200, body=b'{"data":[{"url":"https://a"}],"cost":1e99999999999999999999}', headers={})
@example(status=429, body=b"", headers={"Retry-After": "Mon, 01 Jan 0000 00:00:00 GMT", "Date": ""})
@example(status=302, body=b"", headers={"Location": "http://[x"})
def test_no_bytes_make_the_parser_raise_anything_but_its_own_errors(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    reply = Reply(status=status, headers=headers, body=body)
    for parse in (parse_images, parse_balance):
        understood, text = True, "understood"
        try:
            parse(reply, secret=KEY)
        except NanoGPTError as error:
            understood, text = False, str(error)

        assert text.encode()
        assert not understood or 200 <= status < 300
