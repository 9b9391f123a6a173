"""What NanoGPT's guide advises, `/help` passes on: https://docs.nano-gpt.com/api-reference/image-generation#best-practices."""

from __future__ import annotations

import pytest

from nanobot.bot.replies.about import HELP_COSTS, HELP_EDITS, HELP_OPTIONS, HELP_PROMPTS


@pytest.mark.parametrize(
    ("page", "words"),
    [
        pytest.param(HELP_PROMPTS, ("specific and detailed",), id="be specific"),
        pytest.param(HELP_PROMPTS, ("style",), id="style"),
        pytest.param(HELP_PROMPTS, ("`negative_prompt`", "should not be there"), id="negative prompt"),
        pytest.param(HELP_EDITS, ("Describe the change",), id="describe the change"),
        pytest.param(HELP_OPTIONS, ("`size`", "finer, but slower"), id="resolution"),
        pytest.param(HELP_OPTIONS, ("`steps`", "finer but slower"), id="steps"),
        pytest.param(HELP_OPTIONS, ("`guidance_scale`", "how closely to follow the prompt"), id="guidance"),
        pytest.param(HELP_EDITS, ("Begin with a good picture",), id="good input"),
        pytest.param(HELP_COSTS, ("small `size`",), id="start small"),
        pytest.param(HELP_COSTS, ("few `steps`",), id="few steps"),
        pytest.param(HELP_COSTS, ("one picture at a time",), id="one at a time"),
    ],
)
def test_the_help_passes_on_the_guides_advice(page: str, words: tuple[str, ...]) -> None:
    """In one line of the page, as advice is read."""
    assert [line for line in page.splitlines() if all(word in line for word in words)]
