"""What each trouble looks like to a member, and that it goes as it came."""

from __future__ import annotations

import pytest

from tests.browser.driver import expect
from tests.browser.screen import Screen

TROUBLES = {
    "NanoGPT answers 429": "NanoGPT is busy right now.",
    "NanoGPT answers 500": "NanoGPT failed in the middle of the work.",
    "NanoGPT answers 402": "its balance at NanoGPT is used up",
    "NanoGPT refuses the prompt": "NanoGPT's content policy does not allow this prompt or picture.",
    "Discord takes no files": "Your picture was made, but Discord let me post it neither here nor in a direct message.",
}


@pytest.mark.parametrize(("trouble", "sentence"), TROUBLES.items(), ids=TROUBLES)
def test_a_trouble_is_told_and_costs_nothing(screen: Screen, trouble: str, sentence: str) -> None:
    prompt = f"a fox while {trouble}"
    with screen.trouble(trouble):
        screen.says(f"/imagine prompt:{prompt}")
        told = screen.message(sentence)
        expect(told).to_contain_text("Nothing was taken from your quota.")
        expect(told).to_contain_text("Only you can see this")
        expect(screen.behind.get_by_role("tab", name="Controls 1")).to_be_visible()
    expect(screen.pictures(prompt)).to_have_count(0)
    if trouble == "NanoGPT answers 402":
        # The bot sends nothing until it looks again, which an hour brings near.
        screen.presses_control("1 hour on")
        expect(screen.behind.get_by_text("The bot's clock")).to_contain_text("ahead")

    screen.makes(f"calm after {trouble}")
