from __future__ import annotations

import base64
import json
import logging
from decimal import Decimal
from typing import Any

import pytest

from nanobot.nanogpt import (
    HostedPicture,
    InlinePicture,
    NanoGPTError,
    PendingPicture,
    UnreadableAnswer,
)
from nanobot.nanogpt.answers import parse_images
from nanobot.nanogpt.transport import Reply
from tests.nanogpt.vendor import KEY, PHOTOGRAPH, error_document, hosted_document, inline_document, reply_of

_SHORT_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(16))


def _error(document: Any, status: int = 200, **headers: str) -> NanoGPTError:
    with pytest.raises(NanoGPTError) as caught:
        parse_images(reply_of(document, status, **headers), secret=KEY)
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
    answer = parse_images(reply_of(inline_document(picture, _SHORT_PNG, picture)), secret=KEY)

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
    answer = parse_images(reply_of(json.dumps(document, indent=indent).encode()), secret=KEY)

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
    answer = parse_images(reply_of({"data": [{"b64_json": write(picture)}]}), secret=KEY)

    assert answer.pictures == (InlinePicture(data=picture),)


def test_base64_with_escaped_slashes_is_read() -> None:
    """Some JSON writers escape every slash."""
    body = json.dumps(inline_document(PHOTOGRAPH)).replace("/", "\\/").encode()

    assert parse_images(reply_of(body), secret=KEY).pictures == (InlinePicture(data=PHOTOGRAPH),)


def test_data_url_in_place_of_an_address_is_read() -> None:
    url = "data:image/png;base64," + base64.b64encode(_SHORT_PNG).decode()

    assert parse_images(reply_of({"data": [{"url": url}]}), secret=KEY).pictures == (
        InlinePicture(data=_SHORT_PNG),
    )


def test_unreadable_item_does_not_cost_the_readable_ones(caplog: pytest.LogCaptureFixture) -> None:
    document = {"data": [{"url": "ftp://x/a"}, {"url": "https://cdn.example/a.png"}, None, {"b64_json": "?"}]}
    with caplog.at_level(logging.WARNING):
        answer = parse_images(reply_of(document), secret=KEY)

    assert answer.pictures == (HostedPicture(url="https://cdn.example/a.png"),)
    assert "3 of 4 items hold no picture" in caplog.text


@pytest.mark.parametrize(
    "document",
    [
        {"task_id": "1744449927914205", "status": "submitted"},
        {"taskId": 1744449927914205},
        {"created": 1, "data": [], "task_id": "1744449927914205"},
        {"created": 1, "data": None, "taskId": "1744449927914205"},
        {"created": 1, "data": {"task_id": "1744449927914205", "status": "PENDING"}},
        {"created": 1, "data": [{"taskId": "1744449927914205", "url": None}]},
    ],
    ids=["top", "top, number", "beside no items", "beside null", "data", "item"],
)
def test_task_in_place_of_a_picture_is_a_picture_in_the_making(document: Any) -> None:
    answer = parse_images(reply_of(document | {"cost": 0.08}), secret=KEY)

    assert answer.pictures == (PendingPicture(task_id="1744449927914205"),)
    assert answer.cost == Decimal("0.08")


def test_several_tasks_and_pictures_come_in_their_order() -> None:
    items = [{"task_id": "1"}, {"url": "https://cdn.example/a.png", "task_id": "2"}, {"taskId": "3"}]
    answer = parse_images(reply_of({"data": items, "task_id": "all"}), secret=KEY)

    assert answer.pictures == (
        PendingPicture(task_id="1"),
        HostedPicture(url="https://cdn.example/a.png"),
        PendingPicture(task_id="3"),
    )


def test_single_picture_without_a_list_is_read() -> None:
    answer = parse_images(reply_of({"data": {"url": "https://cdn.example/a.png"}}), secret=KEY)

    assert answer.pictures == (HostedPicture(url="https://cdn.example/a.png"),)


@pytest.mark.parametrize(
    "cost", [None, "free", True, -1, float("nan"), float("inf"), 1e300, [1], {"usd": 1}], ids=repr
)
def test_price_that_is_none_is_left_out(cost: Any) -> None:
    answer = parse_images(reply_of(hosted_document("https://cdn.example/a.png") | {"cost": cost}), secret=KEY)

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
        b'{"task_id":""}',
        b'{"task_id":"a\\u0007"}',
        b'{"task_id":true}',
        b'{"task_id":"' + b"7" * 300 + b'"}',
        b'{"data":[{"taskId":null}]}',
        b'{"task_id":"1744","error":{"type":"never_heard_of"}}',
    ],
)
def test_success_that_is_none_is_unreadable(body: bytes) -> None:
    error = _error(body, X_Request_ID="req_8")

    assert type(error) is UnreadableAnswer
    assert error.request_id == "req_8"


def test_pictures_beside_an_error_are_kept() -> None:
    """What was made was paid for."""
    document = hosted_document("https://cdn.example/a.png") | error_document("server_error")

    assert len(parse_images(reply_of(document), secret=KEY).pictures) == 1
