"""Understands what NanoGPT answered to an order: pictures, tasks that make them, or one of its errors. Imports this package and the standard library.

Pure functions of status, headers and bytes. Whatever the bytes are, they end as a value or as a `NanoGPTError`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard
from urllib.parse import urlsplit

from nanobot.nanogpt.blobs import Blobs, cut_out_blobs
from nanobot.nanogpt.money import read_amount, read_dollars, to_decimal
from nanobot.nanogpt.pictures import decode_base64, is_picture
from nanobot.nanogpt.refusals import read_refusal
from nanobot.nanogpt.shapes import HostedPicture, ImageAnswer, InlinePicture, PendingPicture, Picture
from nanobot.nanogpt.transport import Reply
from nanobot.nanogpt.vendor_text import clean

_log = logging.getLogger(__name__)

# Those that are known have sixteen digits.
_MAX_TASK_ID_LENGTH: Final = 200


def parse_images(reply: Reply, *, secret: str) -> ImageAnswer:
    """Read the answer of `POST /v1/images/generations`.

    Items that hold neither picture nor task are left out as long as one does: the others are made and paid for.

    Raises:
        NanoGPTError: it is an error, or holds no picture and names no task that makes one.
    """
    text, blobs = cut_out_blobs(reply.body)
    document = load_object(text)
    items = _find_items(document) if document is not None and is_success(reply) else None
    found = [_read_item(item, blobs) for item in items] if items is not None else []
    pictures = tuple(picture for picture in found if picture is not None)
    if document is None or not pictures:
        raise read_refusal(reply, document, secret=secret, otherwise=_describe_missing(reply, items))
    request_id = clean(reply.headers.get("X-Request-ID"), secret=secret) or None
    if len(pictures) < len(found):
        _log.warning(
            "answer %s: %d of %d items hold no picture", request_id, len(found) - len(pictures), len(found)
        )
    return ImageAnswer(
        pictures=pictures,
        cost=read_dollars(document.get("cost")),
        payment_source=clean(document.get("paymentSource"), secret=secret) or None,
        remaining_balance=read_amount(document.get("remainingBalance")),
        request_id=request_id,
    )


def is_success(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def load_object(text: bytes) -> Mapping[str, Any] | None:
    """Parse a JSON object, its fractions as exact decimals; `None` where the text is none."""
    try:
        document = json.loads(text, parse_float=to_decimal, parse_constant=to_decimal)
    except (ValueError, RecursionError):
        # No JSON, no text, a number of absurd length; or nested deeper than Python goes.
        return None
    return document if isinstance(document, dict) else None


def is_fetchable(url: object) -> TypeGuard[str]:
    """Whether this is a complete address of HTTP."""
    # Reading the port is what finds out that it is none.
    try:
        if not isinstance(url, str):
            return False
        parts = urlsplit(url)
        is_complete = bool(parts.hostname) and parts.port != 0
        return parts.scheme in {"http", "https"} and is_complete and url.isprintable()
    except ValueError:
        return False


def _find_items(document: Mapping[str, Any]) -> Sequence[object] | None:
    """Return what may be pictures: the list `data`, a single object in its place, or a task named beside it."""
    items = document.get("data")
    if isinstance(items, Mapping):
        return [items]
    if isinstance(items, list) and items:
        return items
    if _read_task(document) is not None and not document.get("error"):
        return [document]
    return items if isinstance(items, list) else None


def _read_item(item: object, blobs: Blobs) -> Picture | None:
    if not isinstance(item, Mapping):
        return None
    return _read_url(item.get("url")) or _read_inline(item.get("b64_json"), blobs) or _read_task(item)


def _read_task(item: Mapping[str, Any]) -> PendingPicture | None:
    """Find a task under either name: as the status request spells it, or as NanoGPT's other fields are spelt."""
    for value in (item.get("task_id"), item.get("taskId")):
        task_id = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(task_id, str) and 0 < len(task_id) <= _MAX_TASK_ID_LENGTH and task_id.isprintable():
            return PendingPicture(task_id=task_id)
    return None


def _read_url(url: object) -> Picture | None:
    if not isinstance(url, str):
        return None
    if url.startswith("data:"):
        return _read_inline(url, {})
    return HostedPicture(url=url) if is_fetchable(url) else None


def _read_inline(value: object, blobs: Blobs) -> InlinePicture | None:
    if not isinstance(value, str) or not value.isascii():
        return None
    data = decode_base64(blobs[value] if value in blobs else value.encode("ascii"))
    return InlinePicture(data=data) if data is not None and is_picture(data) else None


def _describe_missing(reply: Reply, items: Sequence[object] | None) -> str:
    """Why an answer of success is none; empty where the answer is no success or speaks for itself."""
    if items is None or not is_success(reply):
        return ""
    return f"None of its {len(items)} items is a picture."
