"""Asks whether pictures are safe for work, and understands the answer. Imports this package and the standard library.

The route, paid by the picture: `NsfwImageRequest` and `NsfwImageResponse` of https://docs.nano-gpt.com
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from nanobot.nanogpt.answers import is_success, load_object
from nanobot.nanogpt.money import read_dollars
from nanobot.nanogpt.refusals import read_refusal
from nanobot.nanogpt.shapes import Classification, DataUrl, check_data_url, to_json_list
from nanobot.nanogpt.transport import Reply

# "only the first 10 are processed"
MAX_CLASSIFIED_PICTURES: Final = 10


def to_classification_json(data_urls: Sequence[DataUrl]) -> tuple[bytes, ...]:
    """Build the body of `POST /api/nsfw/image`, in pieces.

    Raises:
        ValueError: there is no picture, there are more than `MAX_CLASSIFIED_PICTURES`, or one is no data URL of a picture.
    """
    if not 1 <= len(data_urls) <= MAX_CLASSIFIED_PICTURES:
        raise ValueError(f"one to {MAX_CLASSIFIED_PICTURES} pictures are classified at once")
    for data_url in data_urls:
        check_data_url(data_url)
    return (b'{"imageDataUrls":', *to_json_list(data_urls), b"}")


def parse_classification(reply: Reply, *, count: int, secret: str) -> Classification:
    """Read the answer for `count` pictures.

    Raises:
        NanoGPTError: it is an error, or does not tell of each picture whether it was flagged.
    """
    document = load_object(reply.body)
    flags: Any = document.get("has_nsfw_concepts") if document is not None else None
    is_complete = (
        isinstance(flags, list) and len(flags) == count and all(isinstance(flag, bool) for flag in flags)
    )
    if document is None or not is_success(reply) or not is_complete:
        raise read_refusal(reply, document, secret=secret, otherwise="It does not judge every picture.")
    is_in_dollars = document.get("currency") in (None, "USD")
    return Classification(
        flags=tuple(flags), cost=read_dollars(document.get("cost")) if is_in_dollars else None
    )
