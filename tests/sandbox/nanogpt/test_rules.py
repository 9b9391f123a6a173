"""The rules that the vendor's guide and OpenAPI file set for a request."""

from __future__ import annotations

import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.models import Takes
from nanobot.sandbox.nanogpt.pictures import MAX_DATA_URL_BYTES
from nanobot.sandbox.nanogpt.switchboard import MAX_BODY_BYTES
from tests.sandbox.nanogpt.conftest import Client
from tests.sandbox.nanogpt.photographs import CAT, CUP, MASK, data_url, encoded, photograph

TEXT: dict[str, object] = {"prompt": "a red fox", "size": "512x512"}
EDIT: dict[str, object] = {"model": "flux-kontext", "prompt": "make it night", "imageDataUrl": CAT}
INPAINT: dict[str, object] = {
    "model": "flux-lora/inpainting",
    "prompt": "a boat",
    "imageDataUrl": CAT,
    "maskDataUrl": MASK,
}
VALUE = "invalid_parameter_value"


def _with(order: dict[str, object], **fields: object) -> dict[str, object]:
    return {**order, **fields}


def _without(order: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in order.items() if name not in names}


REFUSED: dict[str, tuple[object, int, str, str | None]] = {
    "a body that is a list": ([], 400, "invalid_json", None),
    "a model of no such name": (_with(TEXT, model="nope"), 404, "model_not_found", "model"),
    "a model in other letters": (_with(TEXT, model="upscaler"), 404, "model_not_found", "model"),
    "a model that is no string": (_with(TEXT, model=1), 400, VALUE, "model"),
    "no prompt": (_without(TEXT, "prompt"), 400, "missing_required_parameter", "prompt"),
    "an empty prompt": (_with(TEXT, prompt=""), 400, VALUE, "prompt"),
    "a blank prompt": (_with(TEXT, prompt=" \n"), 400, VALUE, "prompt"),
    "a prompt that is no string": (_with(TEXT, prompt=["fox"]), 400, VALUE, "prompt"),
    "a field of no such name": (_with(TEXT, guidence_scale=3), 400, "unknown_parameter", "guidence_scale"),
    "no picture at all": (_with(TEXT, n=0), 400, VALUE, "n"),
    "more pictures than the model makes": (_with(TEXT, n=5), 400, VALUE, "n"),
    "a count that is a bool": (_with(TEXT, n=True), 400, VALUE, "n"),
    "a count that is text": (_with(TEXT, n="1"), 400, VALUE, "n"),
    "a count with a fraction": (_with(TEXT, n=1.0), 400, VALUE, "n"),
    "a size that the model lacks": (_with(TEXT, size="1x1"), 400, VALUE, "size"),
    "a size that is no string": (_with(TEXT, size=[512, 512]), 400, VALUE, "size"),
    "a size for the Upscaler": (
        {"model": "Upscaler", "prompt": "-", "imageDataUrl": CAT, "size": "1024x1024"},
        400,
        VALUE,
        "size",
    ),
    "another response format": (_with(TEXT, response_format="png"), 400, VALUE, "response_format"),
    "a response format that is a list": (_with(TEXT, response_format=[]), 400, VALUE, "response_format"),
    "a user that is no string": (_with(TEXT, user=7), 400, VALUE, "user"),
    "a negative prompt that is no string": (_with(TEXT, negative_prompt=7), 400, VALUE, "negative_prompt"),
    "a seed that is text": (_with(TEXT, seed="42"), 400, VALUE, "seed"),
    "a seed that is a bool": (_with(TEXT, seed=False), 400, VALUE, "seed"),
    "too weak": (_with(EDIT, strength=-0.1), 400, VALUE, "strength"),
    "too strong": (_with(EDIT, strength=1.1), 400, VALUE, "strength"),
    "a strength that is a bool": (_with(EDIT, strength=True), 400, VALUE, "strength"),
    "too little guidance": (_with(TEXT, guidance_scale=-1), 400, VALUE, "guidance_scale"),
    "too much guidance": (_with(TEXT, guidance_scale=20.5), 400, VALUE, "guidance_scale"),
    "no steps": (_with(TEXT, num_inference_steps=0), 400, VALUE, "num_inference_steps"),
    "too many steps": (_with(TEXT, num_inference_steps=101), 400, VALUE, "num_inference_steps"),
    "half a step": (_with(TEXT, num_inference_steps=1.5), 400, VALUE, "num_inference_steps"),
    "max mode as a number": (_with(EDIT, kontext_max_mode=1), 400, VALUE, "kontext_max_mode"),
    "max mode elsewhere": (_with(TEXT, kontext_max_mode=True), 400, VALUE, "kontext_max_mode"),
    "max mode of the development version": (
        _with(EDIT, model="flux-kontext/dev", kontext_max_mode=True),
        400,
        VALUE,
        "kontext_max_mode",
    ),
    "a picture for a text-only model": (_with(TEXT, imageDataUrl=CAT), 400, VALUE, "imageDataUrl"),
    "pictures for a text-only model": (_with(TEXT, imageDataUrls=[CAT]), 400, VALUE, "imageDataUrls"),
    "both picture fields": (_with(EDIT, imageDataUrls=[CUP]), 400, VALUE, "imageDataUrls"),
    "several pictures for a single-picture model": (
        {"model": "bagel", "prompt": "join", "imageDataUrls": [CAT, CUP]},
        400,
        VALUE,
        "imageDataUrls",
    ),
    "an empty list of pictures": (
        _with(_without(EDIT, "imageDataUrl"), imageDataUrls=[]),
        400,
        VALUE,
        "imageDataUrls",
    ),
    "pictures that are no list": (
        _with(_without(EDIT, "imageDataUrl"), imageDataUrls=CAT),
        400,
        VALUE,
        "imageDataUrls",
    ),
    "a picture in the list that is no string": (
        _with(_without(EDIT, "imageDataUrl"), imageDataUrls=[CAT, 1]),
        400,
        "invalid_image",
        "imageDataUrls",
    ),
    "a picture that is no string": (_with(EDIT, imageDataUrl=1), 400, VALUE, "imageDataUrl"),
    "a mask for a model that does not inpaint": (_with(EDIT, maskDataUrl=MASK), 400, VALUE, "maskDataUrl"),
    "inpainting without a mask": (_without(INPAINT, "maskDataUrl"), 400, VALUE, "maskDataUrl"),
    "inpainting without a picture": (_without(INPAINT, "imageDataUrl"), 400, VALUE, "imageDataUrl"),
    "inpainting with the plural field": (
        _with(_without(INPAINT, "imageDataUrl"), imageDataUrls=[CAT]),
        400,
        VALUE,
        "maskDataUrl",
    ),
    "an unreadable mask": (
        _with(INPAINT, maskDataUrl="data:image/png;base64,AAAA"),
        400,
        "invalid_image",
        "maskDataUrl",
    ),
    "a web address": (
        _with(EDIT, imageDataUrl="https://example.com/a.png"),
        400,
        "invalid_image",
        "imageDataUrl",
    ),
    "a data URL without base64": (
        _with(EDIT, imageDataUrl="data:image/png,abc"),
        400,
        "invalid_image",
        "imageDataUrl",
    ),
    "a data URL of text": (
        _with(EDIT, imageDataUrl="data:text/plain;base64,AAAA"),
        400,
        "invalid_image",
        "imageDataUrl",
    ),
    "a data URL of BMP": (
        _with(EDIT, imageDataUrl=data_url(encoded("chelsea.png", "BMP"), "image/bmp")),
        400,
        "invalid_image",
        "imageDataUrl",
    ),
    "base64 with spaces": (
        _with(EDIT, imageDataUrl=CAT[:60] + " " + CAT[60:]),
        400,
        "invalid_image",
        "imageDataUrl",
    ),
    "base64 cut short": (
        _with(EDIT, imageDataUrl=CAT.rstrip("=")[:-1]),
        400,
        "invalid_image",
        "imageDataUrl",
    ),
    "a picture of another format than it claims": (
        _with(EDIT, imageDataUrl=data_url(encoded("chelsea.png", "PNG"), "image/jpeg")),
        413,
        "IMAGE_INPUT_TOO_LARGE",
        "imageDataUrl",
    ),
    "half a picture": (
        _with(EDIT, imageDataUrl=data_url(encoded("chelsea.png", "PNG")[:900], "image/png")),
        400,
        "invalid_image",
        "imageDataUrl",
    ),
    "a picture of 4 MB and one byte": (
        _with(EDIT, imageDataUrl="data:image/png;base64,".ljust(MAX_DATA_URL_BYTES + 1, "A")),
        413,
        "image_input_too_large",
        "imageDataUrl",
    ),
}


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED.keys())
async def test_refuses(
    client: Client, nanogpt: NanoGPTStandIn, row: tuple[object, int, str, str | None]
) -> None:
    """A request that breaks a rule is refused with the field's name, and costs nothing."""
    order, status, code, param = row
    answer = await client.make(order)

    assert (answer.status, answer.error["code"], answer.error["param"]) == (status, code, param)
    assert nanogpt.charged == 0
    assert nanogpt.requests[0].status == status


ACCEPTED: dict[str, dict[str, object]] = {
    "the bare prompt": {"prompt": "a red fox"},
    "every optional number at its lowest": _with(TEXT, n=1, guidance_scale=0, num_inference_steps=1, seed=-1),
    "every optional number at its highest": _with(
        EDIT, n=4, strength=1, guidance_scale=20, num_inference_steps=100, seed=2**40, size="512x512"
    ),
    "a size of auto": _with(TEXT, size="auto"),
    "a user and a negative prompt": _with(TEXT, user="guild-1", negative_prompt="text"),
    "max mode": _with(EDIT, kontext_max_mode=True),
    "a JPEG under its short name": _with(
        EDIT, imageDataUrl=data_url(encoded("chelsea.png", "JPEG"), "image/jpg")
    ),
    "a WebP": _with(EDIT, imageDataUrl=data_url(encoded("chelsea.png", "WEBP"), "image/webp")),
    "an animated GIF": _with(
        EDIT, imageDataUrl=data_url(photograph("no_time_for_that_tiny.gif"), "image/gif"), size="512x512"
    ),
    "a PNG with transparency": _with(
        EDIT, imageDataUrl=data_url(photograph("logo.png"), "image/png"), size="512x512"
    ),
    "several pictures": _with(_without(EDIT, "imageDataUrl"), imageDataUrls=[CAT, CUP, CAT]),
    "one picture in the plural field": {"model": "bagel", "prompt": "night", "imageDataUrls": [CAT]},
    "inpainting": INPAINT,
    "upscaling": {"model": "Upscaler", "prompt": "larger", "imageDataUrl": CAT},
    "upscaling by a factor": {"model": "Upscaler", "prompt": "larger", "imageDataUrl": CAT, "size": "2x"},
}


@pytest.mark.parametrize("order", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_accepts(client: Client, nanogpt: NanoGPTStandIn, order: dict[str, object]) -> None:
    """A request within the rules is answered with as many pictures as it asks for."""
    answer = await client.make(order)

    assert answer.status == 200, answer.body
    assert len(answer.items) == order.get("n", 1)
    assert nanogpt.paid_pictures == order.get("n", 1)


NEEDS_A_PICTURE = [model.id for model in MODELS.values() if model.pictures is Takes.REQUIRED]


@pytest.mark.parametrize("model_id", NEEDS_A_PICTURE)
async def test_an_image_only_model_needs_a_picture(client: Client, model_id: str) -> None:
    answer = await client.make({"model": model_id, "prompt": "make it night"})

    assert (answer.status, answer.error["param"]) == (400, "imageDataUrl")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"prompt": NaN}', b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "cut", "NaN", "no UTF-8", "deep"],
)
async def test_a_body_that_is_no_json_is_refused(
    client: Client, nanogpt: NanoGPTStandIn, body: bytes
) -> None:
    answer = await client.send("POST", "/v1/images/generations", data=body)

    assert (answer.status, answer.error["code"]) == (400, "invalid_json")
    assert nanogpt.requests[0].body is None


async def test_a_body_beyond_the_limit_is_refused(client: Client) -> None:
    answer = await client.send("POST", "/v1/images/generations", data=b" " * (MAX_BODY_BYTES + 1))

    assert (answer.status, answer.error["code"]) == (413, "request_too_large")
