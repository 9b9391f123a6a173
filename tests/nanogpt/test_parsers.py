"""Whatever bytes come, every parser ends with a value or with one of this package's errors."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nanobot.nanogpt import NanoGPTError, PendingPicture
from nanobot.nanogpt.account import parse_balance, parse_catalogue, parse_subscription
from nanobot.nanogpt.answers import parse_images
from nanobot.nanogpt.classification import parse_classification
from nanobot.nanogpt.tasks import parse_task
from nanobot.nanogpt.transport import Reply
from tests.nanogpt.vendor import KEY

_SHORT_PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(16)).decode()
_LONG_PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(5000)).decode()

_PARSERS: Mapping[str, Callable[[Reply], object]] = {
    "images": lambda reply: parse_images(reply, secret=KEY),
    "balance": lambda reply: parse_balance(reply, secret=KEY),
    "subscription": lambda reply: parse_subscription(reply, secret=KEY),
    "catalogue": lambda reply: parse_catalogue(reply, secret=KEY),
    "task": lambda reply: parse_task(reply, secret=KEY),
    "classification": lambda reply: parse_classification(reply, count=2, secret=KEY),
}
_GOOD: Mapping[str, list[Any]] = {
    "images": [
        {
            "created": 1,
            "data": [
                {"url": "https://cdn.example/a.png?x=1"},
                {"b64_json": _SHORT_PNG},
                {"b64_json": _LONG_PNG},
            ],
            "cost": 0.005,
            "paymentSource": "USD",
            "remainingBalance": 41.5,
        },
        {"data": {"task_id": "1744449927914205", "status": "PENDING"}, "cost": 0.05},
        {
            "error": {
                "message": "no",
                "type": "invalid_request_error",
                "code": "invalid_size",
                "param": "size",
            }
        },
        {"error": "Insufficient balance", "status": 402, "requiredBalance": 0.0035},
    ],
    "balance": [{"usd_balance": "129.46", "nano_balance": "26.7", "nanoDepositAddress": "nano_1"}],
    "subscription": [
        {
            "active": True,
            "limits": {"daily": 5000},
            "daily": {"used": 5, "remaining": 4995, "percentUsed": 0.001, "resetAt": 1738540800000},
            "period": {"currentPeriodEnd": "2025-02-13T23:59:59.000Z"},
            "state": "active",
        }
    ],
    "catalogue": [
        {"object": "list", "data": [{"id": "hidream", "pricing": {"per_image": {"1024*1024": 0.005}}}]}
    ],
    "task": [
        {"status": "SUCCESS", "task_id": "1", "progress": "100%", "imageUrl": "https://cdn.example/a.png"},
        {"status": "FAILED", "task_id": "1", "failReason": "no"},
    ],
    "classification": [{"cost": 0.003, "currency": "USD", "has_nsfw_concepts": [False, True]}],
}

_WORDS = st.sampled_from(
    sorted(
        {word for goods in _GOOD.values() for good in goods for word in good} | {"url", "b64_json", "taskId"}
    )
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


def _encode(document: object) -> bytes:
    return json.dumps(document).encode()


@st.composite
def _mutated(draw: st.DrawFn, name: str) -> bytes:
    """Draw a good answer, one value of it replaced by anything, its bytes cut or changed."""
    document = json.loads(_encode(draw(st.sampled_from(_GOOD[name]))))
    node = document
    while isinstance(node, dict | list) and node:
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if draw(st.booleans()) or not isinstance(node[key], dict | list):
            node[key] = draw(_ANY_JSON)
            break
        node = node[key]
    body = bytearray(_encode(document))
    for _ in range(draw(st.integers(0, 3))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)


def _words_of(name: str, reply: Reply) -> str:
    try:
        _PARSERS[name](reply)
    except NanoGPTError as error:
        return str(error)
    return "understood"


@pytest.mark.parametrize("name", _PARSERS)
@given(
    status=st.integers(100, 999),
    body=st.binary() | _ANY_JSON.map(_encode),
    headers=_HEADERS,
)
@example(status=200, body=b'{"data":[{"url":"https://a"}],"cost":1e99999999999999999999}', headers={})
@example(
    status=200, body=b'{"daily":{"used":1e400,"resetAt":1e400},"period":{"currentPeriodEnd":NaN}}', headers={}
)
@example(status=200, body=b'{"status":"SUCCESS","imageUrl":"http://[x"}', headers={})
@example(status=429, body=b"", headers={"Retry-After": "Mon, 01 Jan 0000 00:00:00 GMT", "Date": ""})
@example(status=302, body=b"", headers={"Location": "http://[x"})
def test_no_bytes_make_a_parser_raise_anything_but_its_own_errors(
    name: str, status: int, body: bytes, headers: dict[str, str]
) -> None:
    words = _words_of(name, Reply(status=status, headers=headers, body=body))

    # Whatever it says can be written to any log.
    assert words.encode()
    assert words.isprintable()


@pytest.mark.parametrize("name", _PARSERS)
@given(data=st.data(), status=st.sampled_from([200, 200, 202, 400, 429, 500]))
def test_no_good_answer_turned_bad_does_either(name: str, data: st.DataObject, status: int) -> None:
    words = _words_of(name, Reply(status=status, headers={}, body=data.draw(_mutated(name))))

    assert words.encode()


@given(task_id=st.text() | st.integers() | st.booleans() | st.none() | st.lists(st.text()))
def test_task_id_is_taken_only_where_it_can_be_sent_and_logged(task_id: object) -> None:
    try:
        answer = parse_images(Reply(status=200, headers={}, body=_encode({"task_id": task_id})), secret=KEY)
    except NanoGPTError:
        return

    picture = answer.pictures[0]
    assert isinstance(picture, PendingPicture)
    assert picture.task_id == str(task_id)
    assert picture.task_id.isprintable()
