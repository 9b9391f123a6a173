"""Understands what NanoGPT answered: pictures, a balance, or one of its errors. Imports this package and the standard library.

Pure functions of status, headers and bytes. Whatever the bytes are, they end as a value or as a `NanoGPTError`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from nanobot.nanogpt.blobs import Blobs, cut_out_blobs
from nanobot.nanogpt.money import read_amount, read_dollars, to_decimal
from nanobot.nanogpt.pictures import decode_base64, is_picture
from nanobot.nanogpt.refusals import read_refusal
from nanobot.nanogpt.shapes import Balance, HostedPicture, ImageAnswer, InlinePicture, Picture
from nanobot.nanogpt.transport import Reply
from nanobot.nanogpt.vendor_text import clean

_log = logging.getLogger(__name__)

# From this size on an answer carries pictures; parsing it takes long enough to be worth a thread.
LARGE_ANSWER_BYTES: Final = 256 * 1024


def parse_images(reply: Reply, *, secret: str) -> ImageAnswer:
    """Read the answer of `POST /v1/images/generations`.

    Items that hold no picture are left out as long as one does: the others are made and paid for.

    Raises:
        NanoGPTError: it is an error, or holds no picture.
    """
    text, blobs = cut_out_blobs(reply.body)
    document = _load_object(text)
    items = document.get("data") if document is not None and 200 <= reply.status < 300 else None
    found = [_read_item(item, blobs) for item in items] if isinstance(items, list) else []
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


def parse_balance(reply: Reply, *, secret: str) -> Balance:
    """Read the answer of `POST /api/check-balance`.

    Raises:
        NanoGPTError: it is an error, or names no balance.
    """
    document = _load_object(reply.body)
    usd = read_amount(document.get("usd_balance")) if document is not None else None
    if document is None or usd is None or not 200 <= reply.status < 300:
        raise read_refusal(reply, document, secret=secret)
    return Balance(usd=usd, nano=read_amount(document.get("nano_balance")))


def _load_object(text: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(text, parse_float=to_decimal, parse_constant=to_decimal)
    except (ValueError, RecursionError):
        # No JSON, no text, a number of absurd length; or nested deeper than Python goes.
        return None
    return document if isinstance(document, dict) else None


def _read_item(item: object, blobs: Blobs) -> Picture | None:
    if not isinstance(item, Mapping):
        return None
    return _read_url(item.get("url")) or _read_inline(item.get("b64_json"), blobs)


def _read_url(url: object) -> Picture | None:
    if not isinstance(url, str):
        return None
    if url.startswith("data:"):
        return _read_inline(url, {})
    return HostedPicture(url=url) if _is_fetchable(url) else None


def _read_inline(value: object, blobs: Blobs) -> InlinePicture | None:
    if not isinstance(value, str) or not value.isascii():
        return None
    data = decode_base64(blobs[value] if value in blobs else value.encode("ascii"))
    return InlinePicture(data=data) if data is not None and is_picture(data) else None


def _is_fetchable(url: str) -> bool:
    # Reading the port is what finds out that it is none.
    try:
        parts = urlsplit(url)
        is_complete = bool(parts.hostname) and parts.port != 0
        return parts.scheme in {"http", "https"} and is_complete and url.isprintable()
    except ValueError:
        return False


def _describe_missing(reply: Reply, items: object) -> str:
    """Why an answer of success is none; empty where the answer is no success or speaks for itself."""
    if not isinstance(items, list) or not 200 <= reply.status < 300:
        return ""
    return f"None of its {len(items)} items is a picture."
