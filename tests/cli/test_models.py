"""`models`: which models there are now, what they take and what they cost."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nanobot.nanogpt import GUIDE_MODELS
from nanobot.sandbox.nanogpt import Model, NanoGPTStandIn
from tests.cli.conftest import Operator, Run

REFUSED = "NanoGPT's list cannot be read: "
GUIDE = "These are the models of its guide; there are many more, and prices are not known."


def copy_of(age: timedelta) -> dict[str, Any]:
    """Return what the bot keeps of a list that it read so long ago."""
    entries = [{"id": "fox-1", "name": "Fox 1", "pricing": {"per_image": 0.25}}]
    return {"fetched_at": (datetime.now(UTC) - age).isoformat(), "entries": entries}


def listed(run: Run) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run.out)
    return rows


def ids(run: Run) -> list[str]:
    return [row["id"] for row in listed(run)]


def keep_copy(folder: Path, value: object) -> None:
    """Write what the bot writes after it read NanoGPT's list."""
    with closing(sqlite3.connect(folder / "nanobot.db")) as database, database:
        database.execute("INSERT INTO bot_state (key, value) VALUES ('catalogue', ?)", (json.dumps(value),))


@pytest.fixture
def silent_nanogpt(nanogpt: NanoGPTStandIn) -> NanoGPTStandIn:
    """Give a NanoGPT that does not show its list."""
    nanogpt.trouble.keep_failing(403, "forbidden", on="catalogue")
    return nanogpt


async def test_the_live_list_is_shown_and_takes_no_key(
    operator: Operator, nanogpt: NanoGPTStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is paid, and no database is made."""
    monkeypatch.delenv("NANOGPT_API_KEY")

    run = await operator.runs("models")

    assert run.code == 0
    for model_id in nanogpt.catalogue.models:
        assert f" {model_id} " in run.words
    assert run.err == f"NanoGPT lists {len(nanogpt.catalogue.models)} models now.\n"
    assert nanogpt.charged == 0
    assert not (operator.folder / "nanobot.db").exists()


async def test_a_model_of_today_is_shown_with_what_it_takes_and_costs(
    operator: Operator, nanogpt: NanoGPTStandIn
) -> None:
    nanogpt.catalogue.add(
        Model(
            id="fox/two",
            name="Fox [bold]Two",
            price=Decimal("0.04"),
            resolutions=("1024x1024", "512x512", "2048x1024", "1024x2048", "auto"),
            max_images=2,
        )
    )

    run = await operator.runs("models", "fox/two")

    (row,) = [line for line in run.out.splitlines() if "fox/two" in line]
    assert [cell.strip() for cell in row.strip("│┃ ").split("│")] == [
        "fox/two",
        "Fox [bold]Two",
        "none",
        "",
        "up to 2",
        "1024x1024, 512x512, 2048x1024 and 2 more",
        "$0.01 to $0.08",
    ]


async def test_models_as_json_can_be_read_by_a_program(operator: Operator, nanogpt: NanoGPTStandIn) -> None:
    """Amounts are text, so that none is rounded."""
    run = await operator.runs("models", "--json")

    (inpainting,) = [row for row in listed(run) if row["id"] == "flux-lora/inpainting"]
    assert run.code == 0
    assert set(ids(run)) == set(nanogpt.catalogue.models)
    assert inpainting["mask"] == "required"
    assert inpainting["pictures"] == "required"
    assert (inpainting["min_pictures"], inpainting["max_pictures"]) == (1, 1)
    assert inpainting["nsfw"] is False
    assert Decimal(inpainting["usd_per_picture"]["1024x1024"]) == Decimal("0.035")


@pytest.mark.parametrize(
    ("arguments", "some", "none"),
    [
        pytest.param(("--capability", "text"), "hidream", "ghiblify", id="from text"),
        pytest.param(("--capability", "image"), "ghiblify", "hidream", id="on a picture"),
        pytest.param(("--capability", "images"), "flux-kontext", "ghiblify", id="on several pictures"),
        pytest.param(("--capability", "mask"), "flux-lora/inpainting", "ghiblify", id="on a mask"),
        pytest.param(
            ("--capability", "text", "--capability", "images"), "gpt-image-1", "flux-kontext/dev", id="both"
        ),
        pytest.param(("flux", "kon"), "flux-kontext", "hidream", id="by words"),
        pytest.param(("hidreem",), "hidream", "ghiblify", id="by words with a slip"),
        pytest.param(
            ("flux", "--capability", "mask"), "flux-lora/inpainting", "flux-kontext", id="words and a capability"
        ),
    ],
)  # fmt: skip
async def test_the_list_is_narrowed_down(
    operator: Operator, nanogpt: NanoGPTStandIn, arguments: tuple[str, ...], some: str, none: str
) -> None:
    run = await operator.runs("models", "--json", *arguments)

    assert run.code == 0
    assert some in ids(run)
    assert none not in ids(run)


async def test_models_for_adults_are_told_apart(operator: Operator, nanogpt: NanoGPTStandIn) -> None:
    run = await operator.runs("models", "--json", "--capability", "nsfw")

    assert {row["nsfw"] for row in listed(run)} == {True}


async def test_where_no_model_fits_it_says_so(operator: Operator, nanogpt: NanoGPTStandIn) -> None:
    run = await operator.runs("models", "--capability", "mask", "--capability", "nsfw")

    assert (run.code, run.out) == (1, "")
    assert run.err.endswith("None of them fits.\n")


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(days=1, hours=23), "1 day"),
        (timedelta(hours=3, minutes=10), "3 hours"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(0), "less than a minute"),
        (-timedelta(hours=1), "less than a minute"),
    ],
    ids=str,
)
async def test_without_nanogpt_the_bots_copy_is_shown_with_its_age(
    operator: Operator, silent_nanogpt: NanoGPTStandIn, age: timedelta, words: str
) -> None:
    await operator.runs("migrate")
    keep_copy(operator.folder, copy_of(age))

    run = await operator.runs("models", "--json")

    assert run.code == 0
    assert ids(run) == ["fox-1"]
    assert listed(run)[0]["usd_per_picture"] == {"any": "0.25"}
    assert run.err.startswith(REFUSED)
    assert run.err.endswith(f"This is the bot's copy, read {words} ago.\n")


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(None, id="none was kept"),
        pytest.param("not a list", id="it is damaged"),
        pytest.param({**copy_of(timedelta(hours=1)), "entries": [{"id": 7}]}, id="it names no model"),
    ],
)
async def test_without_a_copy_the_guides_models_are_shown(
    operator: Operator, silent_nanogpt: NanoGPTStandIn, copy: object
) -> None:
    await operator.runs("migrate")
    if copy is not None:
        keep_copy(operator.folder, copy)

    run = await operator.runs("models", "--json")

    assert ids(run) == list(GUIDE_MODELS)
    assert run.err.startswith(REFUSED)
    assert run.err.endswith(f"{GUIDE}\n")


async def test_without_a_database_the_guides_models_are_shown_and_none_is_made(
    operator: Operator, silent_nanogpt: NanoGPTStandIn
) -> None:
    run = await operator.runs("models")

    assert run.code == 0
    assert "│ required, 1 │ needed │" in run.words
    assert run.err.endswith(f"{GUIDE}\n")
    assert not (operator.folder / "nanobot.db").exists()


async def test_a_database_that_was_never_migrated_has_no_copy(
    operator: Operator, silent_nanogpt: NanoGPTStandIn
) -> None:
    (operator.folder / "nanobot.db").touch()

    run = await operator.runs("models")

    assert run.code == 0
    assert run.err.endswith(f"{GUIDE}\n")


async def test_a_list_that_names_no_model_is_not_taken(operator: Operator, nanogpt: NanoGPTStandIn) -> None:
    for model_id in list(nanogpt.catalogue.models):
        nanogpt.catalogue.remove(model_id)

    run = await operator.runs("models", "--json")

    assert ids(run) == list(GUIDE_MODELS)
    assert run.err == f"NanoGPT's list names no model. {GUIDE}\n"


async def test_a_key_of_a_form_that_no_key_has_is_told(operator: Operator) -> None:
    operator.sets(NANOGPT_API_KEY="sk-nano-ключ")

    run = await operator.runs("models")

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("NANOGPT_API_KEY or NANOGPT_BASE_URL is wrong: the API key is one line")
