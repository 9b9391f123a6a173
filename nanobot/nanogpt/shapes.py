"""What goes to NanoGPT and what comes back, as values. Imports only the standard library.

The fields and their ranges: https://docs.nano-gpt.com/api-reference/image-generation
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

# https://docs.nano-gpt.com/api-reference/endpoint/image-generation-openai
STRENGTH_RANGE: Final = (0.0, 1.0)
GUIDANCE_SCALE_RANGE: Final = (0.0, 20.0)
STEPS_RANGE: Final = (1, 100)
# "Uploads sent via the API must be 4 MB or smaller", counted after encoding.
MAX_DATA_URL_BYTES: Final = 4 * 1024 * 1024

DataUrl: TypeAlias = str | tuple[bytes, ...]
"""A picture as `data:image/…;base64,…`: a text, or its ASCII in pieces, which spares copies of megabytes."""

# NanoGPT names no bounds for these two. Ten pictures is what OpenAI's API, which this one follows, takes at once;
# a seed in 31 bits is one that every provider behind NanoGPT can hold.
PICTURES_RANGE: Final = (1, 10)
SEED_RANGE: Final = (0, 2**31 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One order of `n` pictures; `None` leaves a field to the model's own default.

    Raises:
        ValueError: a value lies outside its range. The bot checks what people type; this guards against its mistakes.
    """

    prompt: str
    model: str
    n: int = 1
    size: str | None = None
    response_format: Literal["url", "b64_json"] = "url"
    user: str | None = None
    image_data_urls: tuple[DataUrl, ...] = ()
    mask_data_url: DataUrl | None = None
    strength: float | None = None
    guidance_scale: float | None = None
    num_inference_steps: int | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    kontext_max_mode: bool | None = None
    moderation: bool = False

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("a request names its model")
        if not self.prompt.strip() and not self.image_data_urls:
            raise ValueError("a request without a picture needs a prompt")
        if self.mask_data_url is not None and not self.image_data_urls:
            raise ValueError("a mask needs the picture that it lies on")
        _check_range("n", self.n, PICTURES_RANGE)
        _check_range("strength", self.strength, STRENGTH_RANGE)
        _check_range("guidance_scale", self.guidance_scale, GUIDANCE_SCALE_RANGE)
        _check_range("num_inference_steps", self.num_inference_steps, STEPS_RANGE)
        _check_range("seed", self.seed, SEED_RANGE)
        for data_url in self._data_urls():
            check_data_url(data_url)

    def to_body(self) -> dict[str, Any]:
        """Build the JSON object of `POST /v1/images/generations`; what is `None` is left out."""
        body = self._plain_fields()
        if len(self.image_data_urls) == 1:
            body["imageDataUrl"] = _text(self.image_data_urls[0])
        elif self.image_data_urls:
            body["imageDataUrls"] = [_text(each) for each in self.image_data_urls]
        if self.mask_data_url is not None:
            body["maskDataUrl"] = _text(self.mask_data_url)
        return body

    def to_json(self) -> tuple[bytes, ...]:
        """Encode `to_body` as JSON, in pieces to be sent one after the other.

        The pictures are spliced in, not escaped: `json.dumps` reads their megabytes character by character while
        the event loop waits. They hold nothing to escape, which `__post_init__` has made sure of.
        """
        pieces = [json.dumps(self._plain_fields(), separators=(",", ":")).encode("ascii")[:-1]]
        if len(self.image_data_urls) == 1:
            pieces += (b',"imageDataUrl":', *_quoted(self.image_data_urls[0]))
        elif self.image_data_urls:
            pieces += (b',"imageDataUrls":', *to_json_list(self.image_data_urls))
        if self.mask_data_url is not None:
            pieces += (b',"maskDataUrl":', *_quoted(self.mask_data_url))
        return (*pieces, b"}")

    def _plain_fields(self) -> dict[str, Any]:
        fields = {
            "model": self.model,
            "prompt": self.prompt,
            "n": self.n,
            "size": self.size,
            "response_format": self.response_format,
            "user": self.user,
            "negative_prompt": self.negative_prompt,
            "strength": self.strength,
            "guidance_scale": self.guidance_scale,
            "num_inference_steps": self.num_inference_steps,
            "seed": self.seed,
            "kontext_max_mode": self.kontext_max_mode,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _data_urls(self) -> tuple[DataUrl, ...]:
        return (
            self.image_data_urls
            if self.mask_data_url is None
            else (*self.image_data_urls, self.mask_data_url)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPicture:
    """A finished picture behind a signed address, good for about an hour."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InlinePicture:
    """A finished picture that came within the answer."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPicture:
    """A picture that a task at NanoGPT still makes, and which is paid for: `NanoGPTClient.follow_task` waits for it."""

    task_id: str


Picture: TypeAlias = HostedPicture | InlinePicture | PendingPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAnswer:
    """At least one picture, made or in the making, and what NanoGPT says of its price: `cost` and `remaining_balance` in US dollars."""

    pictures: tuple[Picture, ...]
    cost: Decimal | None = None
    payment_source: str | None = None
    remaining_balance: Decimal | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is left on the account, in US dollars and in Nano (XNO)."""

    usd: Decimal
    nano: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Which pictures are not safe for work, in the order they were given, and what telling it cost in US dollars."""

    flags: tuple[bool, ...]
    cost: Decimal | None = None


def _check_range(name: str, value: float | None, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if value is not None and not low <= value <= high:
        raise ValueError(f"{name} lies between {low} and {high}")


def check_data_url(data_url: DataUrl) -> None:
    """Make sure that this is a data URL of a picture which the API takes.

    Raises:
        ValueError: it is none, or longer than `MAX_DATA_URL_BYTES`.
    """
    pieces = _pieces(data_url)
    head = pieces[0][:64] if pieces else b""
    if not head.startswith(b"data:image/") or b";base64," not in head:
        raise ValueError("an input picture is a data URL: data:image/…;base64,…")
    if any(not piece.isascii() or b'"' in piece or b"\\" in piece for piece in pieces):
        raise ValueError("an input picture's data URL holds base64 and nothing else")
    if sum(map(len, pieces)) > MAX_DATA_URL_BYTES:
        raise ValueError(f"an input picture's data URL has at most {MAX_DATA_URL_BYTES} bytes")


def to_json_list(data_urls: Sequence[DataUrl]) -> tuple[bytes, ...]:
    """Return a JSON list in pieces, of data URLs that `check_data_url` has seen."""
    pieces = [piece for data_url in data_urls for piece in (b",", *_quoted(data_url))]
    return (b"[", *pieces[1:], b"]")


def _quoted(data_url: DataUrl) -> tuple[bytes, ...]:
    return (b'"', *_pieces(data_url), b'"')


def _pieces(data_url: DataUrl) -> tuple[bytes, ...]:
    return (data_url.encode(),) if isinstance(data_url, str) else data_url


def _text(data_url: DataUrl) -> str:
    return data_url if isinstance(data_url, str) else b"".join(data_url).decode("ascii")
