"""Which model does a job, how, and what is refused before anything is held."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nanobot.generation.plan import Plan, RequestNotAccepted, choose_model, make_plan
from nanobot.generation.request import Kind
from nanobot.nanogpt.catalogue import Catalogue
from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import ANY_SIZE, Model, RequestField
from tests.generation.studio import DEFAULTS, Given, asked

ONE = (Given(),)
GUIDE = Catalogue()
LIVE = Catalogue(
    [
        *GUIDE_MODELS.values(),
        Model(
            id="sized",
            name="Sized",
            sizes=("1024x1024", "512x512", "16:9"),
            prices={"1024x1024": Decimal("0.0400"), "512x512": Decimal("0.01"), ANY_SIZE: Decimal("0.1")},
        ),
        Model(id="one-each", name="One each", max_outputs=1),
        Model(id="always-four", name="Always four", fixed_outputs=4),
        Model(id="always-three", name="Always three", fixed_outputs=3),
        Model(id="always-twelve", name="Always twelve", fixed_outputs=12),
        Model(id="seeds-only", name="Seeds", fields=frozenset({RequestField.SEED})),
        Model(id="masks-for-all", name="Masks", pictures="optional", max_pictures=1, mask="required"),
        Model(id="for-adults", name="Adults", is_nsfw=True),
    ]
)


def planned(catalogue: Catalogue = LIVE, **changes: Any) -> Plan:
    return make_plan(asked(**changes), catalogue=catalogue, defaults=DEFAULTS)


def refusal(catalogue: Catalogue = LIVE, **changes: Any) -> str:
    with pytest.raises(RequestNotAccepted) as caught:
        planned(catalogue, **changes)
    return caught.value.sentence


@pytest.mark.parametrize(
    ("changes", "model"),
    [
        pytest.param({}, "hidream", id="from text"),
        pytest.param({"pictures": ONE}, "flux-kontext", id="from a picture"),
        pytest.param({"kind": Kind.EDIT, "pictures": ONE}, "flux-kontext", id="edit"),
        pytest.param({"pictures": ONE, "mask": Given()}, "flux-lora/inpainting", id="mask"),
        pytest.param({"kind": Kind.UPSCALE, "pictures": ONE}, "Upscaler", id="upscale"),
        pytest.param({"model": "bagel", "pictures": ONE, "mask": Given()}, "bagel", id="named"),
        pytest.param({"kind": Kind.UPSCALE, "model": "bagel"}, "bagel", id="named for upscaling"),
        pytest.param({"model": "  "}, "hidream", id="named with nothing"),
    ],
)
def test_the_job_decides_the_model_where_none_is_named(changes: dict[str, Any], model: str) -> None:
    assert choose_model(asked(**changes), DEFAULTS) == model


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="from text"),
        pytest.param({"count": 4}, id="most pictures at once"),
        pytest.param({"prompt": "x" * 4000, "negative_prompt": "y" * 4000}, id="longest prompts"),
        pytest.param({"pictures": ONE * 4}, id="most given pictures"),
        pytest.param({"pictures": ONE, "mask": Given()}, id="mask"),
        pytest.param({"model": "a-model-of-tomorrow", "pictures": ONE, "mask": Given()}, id="unknown model"),
        pytest.param({"model": "bagel"}, id="optional picture left out"),
        pytest.param({"seed": 0, "steps": 1, "strength": 0.0, "guidance_scale": 0.0}, id="least numbers"),
        pytest.param(
            {"seed": 2**31 - 1, "steps": 100, "strength": 1.0, "guidance_scale": 20.0}, id="largest numbers"
        ),
    ],
)
def test_what_can_work_passes(changes: dict[str, Any]) -> None:
    assert planned(GUIDE, **changes).model_id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"prompt": " \n"}, "Say in a few words what the picture should show.", id="no prompt"),
        pytest.param(
            {"prompt": "x" * 4001},
            "The prompt has 4001 characters; 4000 fit. Please shorten it.",
            id="long prompt",
        ),
        pytest.param(
            {"negative_prompt": "x" * 4001},
            "The negative prompt has 4001 characters; 4000 fit. Please shorten it.",
            id="long negative prompt",
        ),
        pytest.param(
            {"count": 0}, "Between 1 and 4 pictures can be made at once; you asked for 0.", id="none wanted"
        ),
        pytest.param(
            {"count": 5},
            "Between 1 and 4 pictures can be made at once; you asked for 5.",
            id="too many wanted",
        ),
        pytest.param(
            {"pictures": ONE * 5}, "At most 4 pictures can be given at once; you gave 5.", id="too many given"
        ),
        pytest.param(
            {"kind": Kind.EDIT},
            "There is no picture to edit. Attach one, or reply to a message that has one.",
            id="nothing to edit",
        ),
        pytest.param(
            {"kind": Kind.UPSCALE, "model": "a-model-of-tomorrow"},
            "There is no picture to enlarge. Attach one, or give a link to one.",
            id="nothing to enlarge",
        ),
        pytest.param(
            {"mask": Given()},
            "A mask needs the picture that it belongs to. Attach that picture as well.",
            id="mask alone",
        ),
        pytest.param(
            {"pictures": ONE * 2, "mask": Given()},
            "A mask belongs to one picture; you gave 2. Give that one alone, or leave the mask out.",
            id="mask for several",
        ),
        pytest.param(
            {"model": "hidream", "pictures": ONE},
            "`hidream` makes pictures from text alone. Leave the picture out, or choose a model that edits, such as "
            "`flux-kontext`, `hidream-edit` or `flux-dev-image-to-image`.",
            id="picture for a model of text",
        ),
        pytest.param(
            {"model": "ghiblify"},
            "`ghiblify` changes a picture and needs one. Attach one, or choose a model that paints from text, such as "
            "`hidream`, `bagel` or `SDXL-ArliMix-v1`.",
            id="no picture for an editor",
        ),
        pytest.param(
            {"model": "ghiblify", "pictures": ONE * 2},
            "`ghiblify` takes one picture; you gave 2. Give fewer, or choose a model that takes more, such as "
            "`flux-kontext`, `flux-kontext/dev` or `gpt-4o-image`.",
            id="two for a model of one",
        ),
        pytest.param(
            {"model": "flux-kontext", "pictures": ONE, "mask": Given()},
            "`flux-kontext` takes no mask. Leave the mask out, or choose a model that takes one, such as "
            "`flux-lora/inpainting`.",
            id="mask for another model",
        ),
        pytest.param(
            {"seed": 2**31}, "`seed` lies between 0 and 2147483647; you gave 2147483648.", id="large seed"
        ),
        pytest.param({"seed": -1}, "`seed` lies between 0 and 2147483647; you gave -1.", id="negative seed"),
        pytest.param({"steps": 101}, "`steps` lies between 1 and 100; you gave 101.", id="steps"),
        pytest.param({"strength": 1.5}, "`strength` lies between 0 and 1; you gave 1.5.", id="strength"),
        pytest.param(
            {"guidance_scale": 20.5}, "`guidance_scale` lies between 0 and 20; you gave 20.5.", id="guidance"
        ),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_change(changes: dict[str, Any], sentence: str) -> None:
    assert refusal(GUIDE, **changes) == sentence


def test_a_model_that_nobody_knows_is_left_to_nanogpt_as_long_as_no_list_was_read() -> None:
    plan = planned(GUIDE, model="a-model-of-tomorrow", size="2048x2048", kontext_max_mode=True)

    assert (plan.model_id, plan.model, plan.orders) == ("a-model-of-tomorrow", None, (1,))
    assert plan.size == "2048x2048"
    assert plan.left_out_options == ("kontext_max_mode",)


def test_a_model_that_the_live_list_lacks_is_refused_with_the_nearest() -> None:
    assert refusal(model="hidreem") == (
        "NanoGPT lists no model `hidreem`. Choose another, such as `hidream`, `bagel` or `SDXL-ArliMix-v1`."
    )


def test_a_name_cannot_end_the_code_span_that_it_is_shown_in() -> None:
    assert "`'everyone' `" not in (sentence := refusal(model="`everyone` " + "x" * 300))
    assert sentence.startswith("NanoGPT lists no model `'everyone' xxx")


def test_a_model_is_found_whatever_its_case() -> None:
    assert planned(model=" HiDream ").model_id == "hidream"


@pytest.mark.parametrize(
    ("model", "count", "orders"),
    [
        pytest.param("hidream", 4, (4,), id="all in one call"),
        pytest.param("one-each", 3, (1, 1, 1), id="one at a time"),
        pytest.param("always-four", 1, (4,), id="a fixed number"),
        pytest.param("always-three", 4, (3, 3), id="a fixed number twice"),
    ],
)
def test_a_count_becomes_as_many_calls_as_it_takes(model: str, count: int, orders: tuple[int, ...]) -> None:
    """A model that always makes so many rounds the count up, and what is held is what is made."""
    plan = planned(model=model, count=count)

    assert (plan.orders, plan.count) == (orders, sum(orders))


def test_more_pictures_than_a_message_holds_are_not_ordered() -> None:
    assert refusal(model="always-twelve").startswith(
        "`always-twelve` would make 12 pictures, more than the 10 that fit into a message. Choose another, such as "
    )


@pytest.mark.parametrize("typed", ["1024x1024", "1024*1024", "1024 X 1024", " 1024×1024 "])
def test_a_size_is_understood_however_it_is_typed(typed: str) -> None:
    assert planned(model="sized", size=typed).size == "1024x1024"


def test_a_size_that_the_model_lacks_is_refused_with_the_nearest_and_their_prices() -> None:
    assert refusal(model="sized", size="600x600") == (
        "`sized` does not make `600x600`. Choose `512x512` ($0.01), `1024x1024` ($0.04) or `16:9` ($0.1)."
    )


@pytest.mark.parametrize("typed", [None, "", " "])
def test_no_size_is_the_models_own(typed: str | None) -> None:
    assert planned(model="sized", size=typed).size is None


def test_a_size_is_left_to_a_model_that_lists_none() -> None:
    assert planned(model="hidream", size="2x").size == "2x"


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        pytest.param({"model": "seeds-only", "seed": 1}, (), id="taken"),
        pytest.param({"model": "seeds-only", "steps": 5}, ("steps",), id="by the name people know"),
        pytest.param(
            {"model": "seeds-only", "guidance_scale": 1.0, "negative_prompt": "rain", "seed": 1},
            ("guidance_scale", "negative_prompt"),
            id="some of several",
        ),
        pytest.param({"strength": 0.5}, ("strength",), id="strength without a picture"),
        pytest.param({"strength": 0.5, "pictures": ONE}, (), id="strength with a picture"),
        pytest.param({"kontext_max_mode": True}, ("kontext_max_mode",), id="another model's mode"),
        pytest.param({"kontext_max_mode": False}, (), id="a mode that was declined"),
        pytest.param({"kontext_max_mode": True, "pictures": ONE}, (), id="kontext"),
        pytest.param({"model": "seeds-only", "negative_prompt": ""}, (), id="nothing filled in"),
    ],
)
def test_fields_that_the_model_does_not_take_are_left_out_and_named(
    changes: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    assert planned(**changes).left_out_options == left_out


def test_a_mask_may_be_missing_where_a_picture_may_be_erased_in_part() -> None:
    """Whether anything is transparent is seen once the picture is read."""
    assert planned(model="flux-lora/inpainting", pictures=ONE).model_id == "flux-lora/inpainting"


def test_a_model_that_joins_pictures_gets_no_fewer_than_it_needs() -> None:
    fitting_room = Model(id="vto", name="VTO", pictures="required", max_pictures=2, min_pictures=2)
    catalogue = Catalogue([fitting_room, *GUIDE_MODELS.values()])

    said = refusal(catalogue, model="vto", kind=Kind.EDIT, pictures=ONE)

    assert said.startswith(
        "`vto` works on 2 pictures together; you gave 1. Give more, or choose another model"
    )
    assert planned(catalogue, model="vto", kind=Kind.EDIT, pictures=ONE * 2).model_id == "vto"


def test_a_mask_is_missing_where_there_is_no_picture() -> None:
    assert refusal(model="masks-for-all") == (
        "`masks-for-all` needs a picture and a mask: white where the picture may change, black elsewhere."
    )


def test_a_model_for_adults_is_kept_to_channels_for_adults() -> None:
    assert planned(model="for-adults", is_age_restricted=True).model_id == "for-adults"
    assert refusal(model="for-adults") == (
        "`for-adults` is for age-restricted channels only. Use it in one, or choose another model, such as "
        "`hidream`, `bagel` or `SDXL-ArliMix-v1`."
    )


def test_nothing_is_promised_where_no_model_serves() -> None:
    assert refusal(Catalogue([Model(id="only", name="Only")]), model="only", pictures=ONE, mask=Given()) == (
        "`only` makes pictures from text alone. Leave the picture out, or choose a model that edits, such as "
        "`flux-lora/inpainting`."
    )
