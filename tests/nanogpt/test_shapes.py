from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.nanogpt import GUIDE_MODELS, MAX_DATA_URL_BYTES, ImageRequest, Model

_PICTURE = "data:image/jpeg;base64,/9j/4AAQ"
_MEGABYTE = 1024 * 1024
_MASK = "data:image/png;base64,iVBORw0KGgo="


def _request(**fields: Any) -> ImageRequest:
    return ImageRequest(**{"prompt": "a fox", "model": "hidream", **fields})


def test_plain_request_sends_nothing_but_what_was_chosen() -> None:
    assert _request().to_body() == {
        "model": "hidream",
        "prompt": "a fox",
        "n": 1,
        "response_format": "url",
    }


def test_one_picture_goes_alone_and_several_as_a_list() -> None:
    one = _request(image_data_urls=(_PICTURE,)).to_body()
    several = _request(image_data_urls=(_PICTURE, _MASK)).to_body()

    assert one["imageDataUrl"] == _PICTURE
    assert "imageDataUrls" not in one
    assert several["imageDataUrls"] == [_PICTURE, _MASK]
    assert "imageDataUrl" not in several


def test_mask_goes_beside_its_picture() -> None:
    body = _request(image_data_urls=(_PICTURE,), mask_data_url=_MASK).to_body()

    assert (body["imageDataUrl"], body["maskDataUrl"]) == (_PICTURE, _MASK)


def test_zero_and_false_are_sent() -> None:
    body = _request(seed=0, strength=0.0, guidance_scale=0.0, kontext_max_mode=False).to_body()

    assert body["seed"] == 0
    assert body["strength"] == 0.0
    assert body["guidance_scale"] == 0.0
    assert body["kontext_max_mode"] is False


@given(
    prompt=st.text(st.characters(), min_size=1).filter(lambda text: bool(text.strip())),
    pictures=st.lists(st.sampled_from([_PICTURE, _MASK]), max_size=3),
    has_mask=st.booleans(),
    seed=st.none() | st.integers(0, 2**31 - 1),
)
def test_json_holds_exactly_the_body(
    prompt: str, pictures: list[str], has_mask: bool, seed: int | None
) -> None:
    """Splicing the pictures in is only a faster way to write the same JSON, whatever the prompt holds."""
    request = _request(
        prompt=prompt,
        seed=seed,
        image_data_urls=tuple(pictures),
        mask_data_url=_MASK if has_mask and pictures else None,
    )

    assert json.loads(b"".join(request.to_json())) == request.to_body()


def test_data_url_in_pieces_says_the_same_as_the_whole() -> None:
    pieces = (b"data:image/jpeg;base64,", b"/9j/", b"4AAQ")
    fields = {"image_data_urls": (_PICTURE, _PICTURE), "mask_data_url": _PICTURE}
    in_pieces = _request(image_data_urls=(pieces, pieces), mask_data_url=pieces)

    assert b"".join(in_pieces.to_json()) == b"".join(_request(**fields).to_json())
    assert in_pieces.to_body() == _request(**fields).to_body()


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": " "},
        {"model": ""},
        {"n": 0},
        {"n": 11},
        {"strength": -0.1},
        {"strength": 1.1},
        {"strength": float("nan")},
        {"guidance_scale": 20.1},
        {"num_inference_steps": 0},
        {"num_inference_steps": 101},
        {"seed": -1},
        {"seed": 2**31},
        {"mask_data_url": _MASK},
        {"image_data_urls": ("https://example.org/a.png",)},
        {"image_data_urls": ("data:image/png,iVBOR",)},
        {"image_data_urls": ('data:image/png;base64,"}',)},
        {"image_data_urls": ("data:image/png;base64,\\",)},
        {"image_data_urls": ("data:image/png;base64,ü",)},
        {"image_data_urls": (_PICTURE + "A" * MAX_DATA_URL_BYTES,)},
        {"image_data_urls": ((),)},
        {"image_data_urls": ((b"iVBOR", b"data:image/png;base64,"),)},
        {"image_data_urls": ((b"data:image/png;base64,", b'AA"A'),)},
        {"image_data_urls": ((b"data:image/png;base64,", "ü".encode()),)},
        {"image_data_urls": ((b"data:image/png;base64,", *[b"A" * _MEGABYTE] * 4, b"AAAA"),)},
        {"image_data_urls": (_PICTURE,), "mask_data_url": "data:text/html;base64,AAAA"},
    ],
    ids=lambda fields: next(iter(fields)) if isinstance(fields, Mapping) else None,
)
def test_value_outside_its_range_is_a_mistake_of_the_programmer(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        _request(**fields)


def test_picture_needs_no_prompt() -> None:
    """An upscaler has nothing to be told."""
    assert _request(prompt="", image_data_urls=(_PICTURE,)).to_body()["prompt"] == ""


@pytest.mark.parametrize(
    ("model", "accepted"),
    [
        ("hidream", [0]),
        ("bagel", [0, 1]),
        ("ghiblify", [1]),
        ("flux-kontext", [0, 1, 2, 3, 4]),
        ("flux-kontext/dev", [1, 2, 3, 4]),
        ("flux-lora/inpainting", [1]),
    ],
)
def test_model_takes_the_pictures_that_the_guide_says(model: str, accepted: list[int]) -> None:
    known = GUIDE_MODELS[model]

    assert [count for count in range(8) if known.takes_pictures(count)] == accepted


def test_models_are_found_by_their_own_name() -> None:
    assert len(GUIDE_MODELS) == 13
    assert all(model.id == name for name, model in GUIDE_MODELS.items())


def test_only_inpainting_needs_a_mask() -> None:
    assert [model.id for model in GUIDE_MODELS.values() if model.mask == "required"] == [
        "flux-lora/inpainting"
    ]


def test_model_that_contradicts_itself_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="max_pictures"):
        Model(id="x", name="X", pictures="none", max_pictures=1)
