"""Pictures that a task makes: every state of it, and an end to the waiting in every case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nanobot.nanogpt import (
    DownloadFailed,
    HostedPicture,
    NanoGPTError,
    PictureNotMade,
    TaskDone,
    TaskFailed,
    TaskRunning,
    TaskState,
    UnreadableAnswer,
)
from nanobot.nanogpt.tasks import MAX_UNKNOWN_LOOKS, parse_task
from tests.nanogpt.vendor import (
    KEY,
    Answerer,
    Pauses,
    answering,
    client_of,
    error_document,
    refusing,
    reply_of,
    serving,
)

_TASK = "1744449927914205"
_URL = "https://cdn.example/made.png"


def _state(status: object, **fields: object) -> dict[str, object]:
    return {"task_id": _TASK, "status": status, **fields}


_RUNNING = answering(document=_state("IN_PROGRESS", progress="50%"))
_UNKNOWN = answering(document=_state("unknown"))
_DONE = answering(document=_state("SUCCESS", progress="100%", imageUrl=_URL, failReason=None))


async def test_state_is_asked_for_as_the_vendor_describes() -> None:
    async with serving(_DONE) as vendor, client_of(vendor.url) as client:
        state = await client.check_task(_TASK)

    seen = vendor.seen[0]
    assert (seen.method, seen.path) == ("POST", "/api/check-midjourney-status")
    assert seen.headers["x-api-key"] == KEY
    assert seen.headers["Content-Type"] == "application/json"
    assert json.loads(seen.body) == {"task_id": _TASK}
    assert state == TaskDone(picture=HostedPicture(url=_URL))


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (_state("PENDING"), TaskRunning()),
        (_state("RUNNING", progress="7%"), TaskRunning(progress="7%")),
        (_state("running", progress=None), TaskRunning()),
        (_state("IN_PROGRESS", progress=50), TaskRunning()),
        (_state("submitted"), TaskRunning()),
        (_state("NOT_START"), TaskRunning()),
        (_state("unknown"), TaskRunning(is_known=False)),
        (_state("never heard of"), TaskRunning(is_known=False)),
        (_state("success", imageUrl=_URL), TaskDone(picture=HostedPicture(url=_URL))),
        (_state("FAILED", failReason="Too\nslow"), TaskFailed(reason="Too slow")),
        (_state("failed", failReason=None), TaskFailed(reason="")),
        (_state("FAILURE", failReason="no", error="no"), TaskFailed(reason="no")),
    ],
    ids=lambda value: value["status"] if isinstance(value, dict) else "",
)
def test_every_state_is_understood_in_any_letters(document: Any, state: TaskState) -> None:
    assert parse_task(reply_of(document), secret=KEY) == state


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        b"<html>",
        _state(None),
        _state(200),
        _state("SUCCESS"),
        _state("SUCCESS", imageUrl="soon"),
        _state("SUCCESS", imageUrl=["https://cdn.example/a.png"]),
        _state("RUNNING", error="What is that?"),
    ],
    ids=repr,
)
def test_answer_that_names_no_state_is_unreadable(document: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        parse_task(reply_of(document), secret=KEY)


async def test_task_is_followed_ever_more_seldom_until_it_is_done() -> None:
    pauses = Pauses()
    async with (
        serving(*[_RUNNING] * 7, _DONE) as vendor,
        client_of(vendor.url, pauses=pauses) as client,
    ):
        picture = await client.follow_task(_TASK)

    assert picture == HostedPicture(url=_URL)
    assert pauses.seconds == [2.0, 3.0, 4.5, 6.75, 10.0, 10.0, 10.0]


async def test_failed_task_tells_its_reason() -> None:
    failed = answering(document=_state("FAILED", failReason="Content moderation filter triggered."))
    async with serving(_RUNNING, failed) as vendor, client_of(vendor.url) as client:
        with pytest.raises(PictureNotMade) as caught:
            await client.follow_task(_TASK)

    assert caught.value.reason == "Content moderation filter triggered."


async def test_task_that_does_not_end_is_given_up_for_now() -> None:
    """A later try may still find it done."""
    pauses = Pauses()
    async with serving(_RUNNING) as vendor, client_of(vendor.url, pauses=pauses) as client:
        with pytest.raises(DownloadFailed, match="in time") as caught:
            await client.follow_task(_TASK)

    assert caught.value.temporary
    assert 880 < sum(pauses.seconds) <= 900


async def test_task_that_stays_unknown_is_given_up_earlier() -> None:
    async with serving(_UNKNOWN) as vendor, client_of(vendor.url) as client:
        with pytest.raises(DownloadFailed, match="not know") as caught:
            await client.follow_task(_TASK)

    assert caught.value.temporary
    assert len(vendor.seen) == MAX_UNKNOWN_LOOKS


async def test_task_that_is_known_late_is_not_given_up() -> None:
    answers = [*[_UNKNOWN] * (MAX_UNKNOWN_LOOKS - 1), _RUNNING]
    async with serving(*answers, *answers, _DONE) as vendor, client_of(vendor.url) as client:
        picture = await client.follow_task(_TASK)

    assert picture == HostedPicture(url=_URL)


@pytest.mark.parametrize(
    "trouble",
    [
        answering(500, text="<html>"),
        answering(429, error_document("rate_limit_exceeded"), headers={"Retry-After": "1"}),
        answering(200, text="<html>"),
    ],
    ids=["server failed", "too often", "unreadable"],
)
async def test_trouble_while_looking_does_not_lose_the_picture(trouble: Answerer) -> None:
    async with serving(*[trouble] * 9, _DONE) as vendor, client_of(vendor.url) as client:
        picture = await client.follow_task(_TASK)

    assert picture == HostedPicture(url=_URL)


async def test_service_that_is_gone_is_not_asked_for_ever() -> None:
    async with refusing() as url, client_of(url) as client:
        with pytest.raises(DownloadFailed, match="in time") as caught:
            await client.follow_task(_TASK)

    assert caught.value.temporary


@pytest.mark.parametrize(
    ("status", "code", "kind", "temporary"),
    [
        (400, None, DownloadFailed, False),
        (404, "model_not_found", DownloadFailed, False),
        (401, "invalid_api_key", DownloadFailed, True),
        (402, "insufficient_balance", DownloadFailed, True),
        (429, "daily_rpd_limit_exceeded", DownloadFailed, True),
        (400, "content_policy_violation", PictureNotMade, None),
    ],
)
async def test_refusal_to_tell_is_never_taken_for_an_order_that_was_not_charged(
    status: int, code: str | None, kind: type[NanoGPTError], temporary: bool | None
) -> None:
    """The picture is ordered and paid for; only who asks for it is turned away."""
    async with serving(answering(status, error_document(code))) as vendor, client_of(vendor.url) as client:
        with pytest.raises(NanoGPTError) as caught:
            await client.follow_task(_TASK)

    assert type(caught.value) is kind
    assert getattr(caught.value, "temporary", None) == temporary
    assert len(vendor.seen) == 1
