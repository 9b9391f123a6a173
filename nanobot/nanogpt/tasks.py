"""Waits for a picture that a task at NanoGPT makes, as Midjourney's are. Imports this package and the standard library.

States and fields: https://docs.nano-gpt.com/api-reference/endpoint/check-midjourney-status
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from nanobot.nanogpt.answers import is_fetchable, is_success, load_object
from nanobot.nanogpt.errors import (
    DownloadFailed,
    InvalidRequest,
    ModelUnavailable,
    NanoGPTError,
    PictureNotMade,
    PolicyRefused,
)
from nanobot.nanogpt.refusals import read_refusal
from nanobot.nanogpt.retry import may_heal
from nanobot.nanogpt.shapes import HostedPicture
from nanobot.nanogpt.transport import Reply
from nanobot.nanogpt.vendor_text import clean

FIRST_LOOK_SECONDS: Final = 2.0
LONGEST_LOOK_SECONDS: Final = 10.0
_LOOK_GROWTH: Final = 1.5
# A task that was just begun may not be known everywhere at once; one that stays unknown for over a minute is lost.
MAX_UNKNOWN_LOOKS: Final = 10

# NanoGPT describes `FAILED`; the words around it are those of Midjourney's proxies, where it is `FAILURE`.
_FAILED_STATES: Final = frozenset({"failed", "failure"})
_RUNNING_STATES: Final = frozenset({"pending", "running", "in_progress", "submitted", "not_start"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRunning:
    """Not done yet; `progress` is NanoGPT's word, such as `50%`. `is_known` is false where its state says nothing."""

    progress: str | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone:
    """`picture` can be fetched for about an hour."""

    picture: HostedPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFailed:
    """`reason` is in NanoGPT's words, and empty where it gave none."""

    reason: str


TaskState: TypeAlias = TaskRunning | TaskDone | TaskFailed


def to_task_json(task_id: str) -> bytes:
    """Build the body of `POST /api/check-midjourney-status`."""
    return json.dumps({"task_id": task_id}).encode("ascii")


def parse_task(reply: Reply, *, secret: str) -> TaskState:
    """Read what a task has come to; a state that nobody described counts as one that says nothing.

    Raises:
        NanoGPTError: it is an error, names no state, or tells of a picture and not where it is.
    """
    document = load_object(reply.body)
    state = document.get("status") if document is not None else None
    if document is None or not is_success(reply) or not isinstance(state, str):
        raise read_refusal(reply, document, secret=secret)
    state = state.casefold()
    if state == "success":
        url = document.get("imageUrl")
        if not is_fetchable(url):
            raise read_refusal(
                reply, document, secret=secret, otherwise="It does not tell where the picture is."
            )
        return TaskDone(picture=HostedPicture(url=url))
    if state in _FAILED_STATES:
        return TaskFailed(reason=clean(document.get("failReason"), secret=secret))
    if document.get("error"):
        raise read_refusal(reply, document, secret=secret)
    progress = clean(document.get("progress"), secret=secret) or None
    return TaskRunning(progress=progress, is_known=state in _RUNNING_STATES)


async def follow(
    look: Callable[[], Awaitable[TaskState]],
    *,
    sleep: Callable[[float], Awaitable[None]],
    timeout_seconds: float,
) -> HostedPicture:
    """Look again and again, ever more seldom, until there is a picture.

    `timeout_seconds` bounds waiting and looking together.

    Raises:
        PictureNotMade: the task failed.
        DownloadFailed: it did not end in time, is not known, or cannot be asked about.
    """
    delay = FIRST_LOOK_SECONDS
    spent_seconds = 0.0
    unknown_looks = 0
    while True:
        started = time.monotonic()
        state = await _look_patiently(look)
        spent_seconds += time.monotonic() - started
        match state:
            case TaskDone(picture=picture):
                return picture
            case TaskFailed(reason=reason):
                raise PictureNotMade(reason)
            case TaskRunning(is_known=is_known):
                unknown_looks = 0 if is_known else unknown_looks + 1
            case None:
                pass
            case _:
                assert_never(state)
        if unknown_looks >= MAX_UNKNOWN_LOOKS:
            raise DownloadFailed("NanoGPT does not know its task.", temporary=True)
        if spent_seconds + delay > timeout_seconds:
            raise DownloadFailed("Its task did not end in time.", temporary=True)
        await sleep(delay)
        spent_seconds += delay
        delay = min(delay * _LOOK_GROWTH, LONGEST_LOOK_SECONDS)


async def _look_patiently(look: Callable[[], Awaitable[TaskState]]) -> TaskState | None:
    """Return `None` where a look failed in a way that may heal.

    The picture is ordered and paid for, so nothing that looking may raise passes for "not charged".
    """
    try:
        return await look()
    except PolicyRefused as error:
        raise PictureNotMade(error.message, status=error.status, code=error.code) from error
    except (InvalidRequest, ModelUnavailable) as error:
        raise DownloadFailed(f"Its task cannot be asked about: {error.headline}.", temporary=False) from error
    except NanoGPTError as error:
        if not may_heal(error):
            raise DownloadFailed(
                f"Its task cannot be asked about for now: {error.headline}.", temporary=True
            ) from error
        return None
