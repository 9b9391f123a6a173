"""What each model takes and refuses, a row for a model."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from PIL import Image

from nanobot.sandbox.nanogpt import Model
from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.models import AUTO
from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.rules import OPTIONAL_FIELDS, read_order
from tests.sandbox.nanogpt.photographs import CAT, CUP, MASK, data_url, disc_mask, opened, photograph

VALUES: dict[str, object] = {
    "strength": 0.5,
    "guidance_scale": 7.5,
    "num_inference_steps": 30,
    "seed": 42,
    "negative_prompt": "text",
    "kontext_max_mode": True,
}
FLUX = set(OPTIONAL_FIELDS) - {"kontext_max_mode"}
MOST_TRIED = 17


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of pictures that go in and come out, whether a mask may and must be there, the optional fields."""

    inputs: range
    outputs: range
    masks: tuple[bool, ...]
    fields: set[str]


ONE, MANY, NO_MASK = range(1, 2), range(1, 5), (False,)
ROWS = {
    "hidream": Row(range(1), MANY, NO_MASK, FLUX - {"strength"}),
    "flux-dev-image-to-image": Row(ONE, MANY, NO_MASK, FLUX),
    "ghiblify": Row(ONE, ONE, NO_MASK, {"seed"}),
    "gemini-flash-edit": Row(ONE, MANY, NO_MASK, {"seed"}),
    "hidream-edit": Row(ONE, MANY, NO_MASK, FLUX),
    "bagel": Row(range(2), range(1, 3), NO_MASK, FLUX),
    "SDXL-ArliMix-v1": Row(range(2), MANY, NO_MASK, FLUX),
    "Upscaler": Row(ONE, ONE, NO_MASK, set()),
    "flux-kontext": Row(range(5), MANY, NO_MASK, FLUX | {"kontext_max_mode"}),
    "flux-kontext/dev": Row(range(1, 5), MANY, NO_MASK, FLUX),
    "gpt-4o-image": Row(range(6), ONE, NO_MASK, set()),
    "gpt-image-1": Row(range(17), MANY, NO_MASK, set()),
    "flux-lora/inpainting": Row(ONE, ONE, (True,), FLUX),
    "midjourney": Row(range(1), ONE, NO_MASK, set()),
    "higgsfield-soul": Row(range(1), range(4, 5), NO_MASK, {"seed"}),
    "lustify-sdxl": Row(range(2), MANY, NO_MASK, FLUX),
    "seedream-v4": Row(range(11), MANY, NO_MASK, {"seed"}),
    "ideogram/v3-edit": Row(range(2), MANY, (False, True), {"seed", "negative_prompt"}),
}


def _is_taken(model: Model, order: dict[str, object]) -> bool:
    try:
        read_order({"model": model.id, "prompt": "a fox", **order}, MODELS)
    except Refusal:
        return False
    return True


def _with_pictures(count: int, *, mask: bool) -> dict[str, object]:
    pictures: dict[str, object] = {} if count == 0 else {"imageDataUrls": [CAT] * count}
    if count == 1:
        pictures = {"imageDataUrl": CAT}
    return pictures | ({"maskDataUrl": MASK} if mask else {})


def _plain_order(model: Model) -> dict[str, object]:
    """Return an order that `model` takes, with a picture wherever it takes any."""
    row = ROWS[model.id]
    return _with_pictures(min(1, row.inputs[-1]), mask=row.masks[0])


def test_there_is_a_row_for_each_model() -> None:
    assert ROWS.keys() == MODELS.keys()


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_model_takes_its_optional_fields_and_no_others(model: Model) -> None:
    taken = {name for name in VALUES if _is_taken(model, _plain_order(model) | {name: VALUES[name]})}

    assert taken == ROWS[model.id].fields


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_model_takes_so_many_pictures_and_no_more(model: Model) -> None:
    row = ROWS[model.id]
    taken = [
        count
        for count in range(MOST_TRIED + 1)
        if _is_taken(model, _with_pictures(count, mask=row.masks == (True,)))
    ]

    assert taken == list(row.inputs)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_model_makes_so_many_pictures_and_no_more(model: Model) -> None:
    taken = [count for count in range(6) if _is_taken(model, _plain_order(model) | {"n": count})]

    assert taken == list(ROWS[model.id].outputs)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_model_takes_a_mask_where_it_inpaints(model: Model) -> None:
    count = min(1, ROWS[model.id].inputs[-1])
    taken = [mask for mask in (False, True) if _is_taken(model, _with_pictures(count, mask=mask))]

    assert tuple(taken) == ROWS[model.id].masks


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_model_makes_the_sizes_that_it_lists(model: Model) -> None:
    tried = {*model.resolutions, "1x1", "1024X1024", "1024*1024", "4096x4096", "2x", AUTO}
    taken = {size for size in tried if _is_taken(model, _plain_order(model) | {"size": size})}

    assert taken == set(model.resolutions)


def test_a_model_with_a_fixed_count_makes_so_many_without_being_asked() -> None:
    order = read_order({"model": "higgsfield-soul", "prompt": "a fox"}, MODELS)

    assert order.n == 4


def test_a_mask_alone_is_refused_even_where_it_is_optional() -> None:
    order: dict[str, object] = {"maskDataUrl": MASK}

    assert not _is_taken(MODELS["ideogram/v3-edit"], order)


@pytest.mark.parametrize("size", [(64, 96), (96, 63), (192, 128)], ids=["turned", "a row less", "twice"])
def test_a_mask_of_other_dimensions_than_its_picture_is_refused(size: tuple[int, int]) -> None:
    mask = data_url(disc_mask(*size), "image/png")
    with pytest.raises(Refusal) as caught:
        read_order(
            {"model": "flux-lora/inpainting", "prompt": "a boat", "imageDataUrl": CAT, "maskDataUrl": mask},
            MODELS,
        )

    assert (caught.value.status, caught.value.param) == (400, "maskDataUrl")


def test_a_mask_lies_on_the_picture_as_it_is_seen() -> None:
    """A picture that EXIF turns by a quarter has the mask's height where its file has its width."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = io.BytesIO()
    opened(photograph("chelsea.png")).convert("RGB").resize((64, 96)).save(turned, "JPEG", exif=exif)
    order: dict[str, object] = {
        "imageDataUrl": data_url(turned.getvalue(), "image/jpeg"),
        "maskDataUrl": MASK,
    }

    assert _is_taken(MODELS["flux-lora/inpainting"], order)


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (CUP, "image/jpeg", 413),
        (CUP, "image/webp", 413),
        (CAT, "image/png", 413),
        ("data:image/png;base64,AAAA", "image/png", 400),
        (CAT, "image/jpg", None),
    ],
    ids=["PNG as JPEG", "PNG as WebP", "JPEG as PNG", "no picture", "JPEG under its short name"],
)
def test_bytes_of_another_type_than_named_are_too_large(
    content: str, media_type: str, status: int | None
) -> None:
    """The live service answers 413 IMAGE_INPUT_TOO_LARGE to a type that is not the bytes'."""
    url = f"data:{media_type};base64,{content.partition(',')[2]}"
    found: int | None = None
    try:
        read_order({"model": "flux-kontext", "prompt": "night", "imageDataUrl": url}, MODELS)
    except Refusal as refusal:
        found = refusal.status

    assert found == status
