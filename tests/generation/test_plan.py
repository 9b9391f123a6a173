"""Which model does a job, and what is refused before anything is held."""

from __future__ import annotations

from typing import Any

import pytest

from nanobot.generation.plan import ModelDefaults, RequestNotAccepted, check_request, choose_model
from nanobot.generation.request import Kind
from tests.generation.studio import Given, asked

DEFAULTS = ModelDefaults(
    imagine="hidream", edit="flux-kontext", inpainting="flux-lora/inpainting", upscale="Upscaler"
)
ONE = (Given(),)


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
    ],
)
def test_the_job_decides_the_model_where_none_is_named(changes: dict[str, Any], model: str) -> None:
    assert choose_model(asked(**changes), DEFAULTS) == model


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="from text"),
        pytest.param({"count": 4}, id="most pictures at once"),
        pytest.param({"prompt": "x" * 4000}, id="longest prompt"),
        pytest.param({"pictures": ONE * 4}, id="most given pictures"),
        pytest.param({"pictures": ONE, "mask": Given()}, id="mask"),
        pytest.param(
            {"model": "a-model-of-tomorrow", "pictures": ONE * 4, "mask": Given()}, id="unknown model"
        ),
        pytest.param({"model": "bagel"}, id="optional picture left out"),
        pytest.param({"seed": 0, "steps": 1, "strength": 0.0, "guidance_scale": 0.0}, id="least numbers"),
        pytest.param(
            {"seed": 2**31 - 1, "steps": 100, "strength": 1.0, "guidance_scale": 20.0}, id="largest numbers"
        ),
    ],
)
def test_what_can_work_passes(changes: dict[str, Any]) -> None:
    request = asked(**changes)
    check_request(request, choose_model(request, DEFAULTS))


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
            {"model": "hidream", "pictures": ONE},
            "`hidream` makes pictures from text alone. Leave the picture out, or choose a model that edits, such as `flux-kontext`.",
            id="picture for a model of text",
        ),
        pytest.param(
            {"model": "ghiblify"},
            "`ghiblify` changes a picture and needs one. Attach one, or choose a model that paints from text, such as `hidream`.",
            id="no picture for an editor",
        ),
        pytest.param(
            {"model": "ghiblify", "pictures": ONE * 2},
            "`ghiblify` takes one picture; you gave 2. `flux-kontext` takes several.",
            id="two for a model of one",
        ),
        pytest.param(
            {"model": "flux-kontext", "pictures": ONE, "mask": Given()},
            "`flux-kontext` takes no mask. Use `flux-lora/inpainting`, or leave the mask out.",
            id="mask for another model",
        ),
        pytest.param(
            {"model": "flux-lora/inpainting", "pictures": ONE},
            "`flux-lora/inpainting` needs a mask: white where the picture may change, black elsewhere.",
            id="no mask for inpainting",
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
    request = asked(**changes)
    with pytest.raises(RequestNotAccepted) as caught:
        check_request(request, choose_model(request, DEFAULTS))

    assert caught.value.sentence == sentence
