"""`try`: a picture from the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
import skimage
from PIL import Image

from nanobot.sandbox.nanogpt import DataUrlSummary, NanoGPTStandIn
from tests.cli.conftest import Operator

PHOTOGRAPHS = Path(skimage.__file__).parent / "data"


def saved(folder: Path) -> list[str]:
    """Return the names of the files in `folder`, each of which must be a picture."""
    names = sorted(path.name for path in folder.iterdir())
    for name in names:
        with Image.open(folder / name) as picture:
            picture.verify()
    return names


async def test_a_picture_is_made_and_saved_under_the_prompts_name(
    operator: Operator, nanogpt: NanoGPTStandIn
) -> None:
    """The command says where it is, how large, by which model, how long it took and what it cost."""
    run = await operator.runs("try", "a red fox")

    assert (run.code, run.err) == (0, "")
    assert saved(operator.folder / "pictures") == ["a-red-fox-1.png"]
    assert f"saved {Path('pictures/a-red-fox-1.png')} (1024×1024)" in run.words
    assert "hidream," in run.words
    assert "s, $0.014" in run.words
    assert nanogpt.paid_pictures == 1


async def test_count_seed_size_model_and_folder_are_passed_on(
    operator: Operator, nanogpt: NanoGPTStandIn
) -> None:
    """A second run never overwrites what the first one made."""
    line = ("try", "two foxes", "--count", "2", "--seed", "7", "--size", "512x512", "--out", "my/foxes")

    first = await operator.runs(*line, "--model", "bagel")
    second = await operator.runs(*line)

    assert (first.code, second.code) == (0, 0)
    assert saved(operator.folder / "my" / "foxes") == [
        "two-foxes-1.png",
        "two-foxes-2.png",
        "two-foxes-3.png",
        "two-foxes-4.png",
    ]
    order = nanogpt.requests[0].fields
    assert (order["model"], order["n"], order["seed"], order["size"]) == ("bagel", 2, 7, "512x512")
    assert nanogpt.requests[1].fields["model"] == "hidream"


async def test_what_is_not_as_it_was_asked_for_is_told(operator: Operator, nanogpt: NanoGPTStandIn) -> None:
    """A field that the model does not take is not sent; what was not made is named with its reason."""
    nanogpt.trouble.fail_next(400, "invalid_request")
    line = ("try", "a fox", "--model", "gpt-4o-image", "--seed", "7", "--count", "2")

    run = await operator.runs(*line)

    assert run.code == 0
    assert "seed: left out, gpt-4o-image does not take it" in run.words
    assert "1 not made. NanoGPT did not accept the request" in run.words
    assert len(saved(operator.folder / "pictures")) == 1


async def test_pictures_of_this_machine_are_edited(operator: Operator, nanogpt: NanoGPTStandIn) -> None:
    """`--image` may be repeated; a mask chooses the model that paints within it."""
    mask = Image.new("L", (451, 300), 0)
    mask.paste(255, (100, 100, 200, 200))
    mask.save(operator.folder / "mask.png")
    cat, coffee = str(PHOTOGRAPHS / "chelsea.png"), str(PHOTOGRAPHS / "coffee.png")

    edited = await operator.runs("try", "make it night", "--image", cat, "--image", coffee)
    painted = await operator.runs("try", "a hat", "--image", cat, "--mask", "mask.png")

    assert (edited.code, painted.code) == (0, 0)
    assert nanogpt.requests[0].fields["model"] == "flux-kontext"
    sources = nanogpt.requests[0].fields["imageDataUrls"]
    assert isinstance(sources, list)
    assert [(source.width, source.height) for source in sources] == [(451, 300), (600, 400)]
    assert nanogpt.requests[1].fields["model"] == "flux-lora/inpainting"
    assert isinstance(nanogpt.requests[1].fields["maskDataUrl"], DataUrlSummary)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(
            ("something forbidden",),
            "NanoGPT's content policy does not allow this prompt or picture. Please word it differently.",
            id="policy",
        ),
        pytest.param(
            ("night", "--image", "nowhere.png"),
            "nowhere.png cannot be read: No such file or directory. Check the path.",
            id="missing file",
        ),
        pytest.param(
            ("night", "--image", "notes.txt"),
            "notes.txt",
            id="not a picture",
        ),
        pytest.param(
            ("fox", "--count", "9"),
            "Between 1 and 4 pictures can be made at once; you asked for 9.",
            id="too many",
        ),
        pytest.param(
            ("fox", "--model", "no-such-model"),
            "NanoGPT lists no model `no-such-model`. Choose another, such as",
            id="unknown model",
        ),
        pytest.param(
            ("fox", "--mask", "notes.txt"),
            "A mask needs the picture that it belongs to. Attach that picture as well.",
            id="mask alone",
        ),
    ],
)
async def test_what_cannot_be_made_is_one_sentence_and_exit_code_1(
    operator: Operator, nanogpt: NanoGPTStandIn, arguments: tuple[str, ...], sentence: str
) -> None:
    """Nothing is paid and no file is left behind."""
    (operator.folder / "notes.txt").write_text("not a picture")

    run = await operator.runs("try", *arguments)

    assert run.code == 1
    assert sentence in run.words
    assert "Traceback" not in run.out + run.err
    assert nanogpt.paid_pictures == 0
    assert not (operator.folder / "pictures").exists()


async def test_a_key_that_nanogpt_refuses_is_told_without_the_key(
    operator: Operator, nanogpt: NanoGPTStandIn
) -> None:
    operator.sets(NANOGPT_API_KEY="sk-nano-wrong-5f2d8c")

    run = await operator.runs("try", "a fox")

    assert run.code == 1
    assert "NanoGPT does not accept its key." in run.words
    assert "5f2d8c" not in run.out + run.err


async def test_the_sandbox_paints_without_key_network_cost_or_trace(
    operator: Operator, nanogpt: NanoGPTStandIn
) -> None:
    """Neither the operator's account nor the bot's database hears of it."""
    operator.sets(NANOGPT_API_KEY="")

    run = await operator.runs("try", "a koala", "--sandbox", "--out", ".")

    assert run.code == 0
    assert saved(operator.folder) == ["a-koala-1.png"]
    assert nanogpt.requests == []


async def test_without_a_key_the_sentence_says_where_to_get_one(operator: Operator) -> None:
    run = await operator.runs("try", "a fox")

    assert run.code == 2
    assert run.err == (
        "NANOGPT_API_KEY is not set: copy .env.example to .env and put a key from "
        "https://nano-gpt.com/api into it.\n"
    )


async def test_a_long_path_stays_on_one_line(operator: Operator, nanogpt: NanoGPTStandIn) -> None:
    """What is printed can be copied or piped, square brackets and all."""
    folder = (
        operator.folder / "pictures [of foxes]" / "and a rather long name of a folder in which they are kept"
    )

    run = await operator.runs("try", "a red fox", "--out", str(folder))

    assert f"saved {folder / 'a-red-fox-1.png'} (1024×1024)" in run.out.splitlines()
