"""The bot is restarted from the page, also in the middle of a job."""

from __future__ import annotations

import pytest

from tests.browser.driver import expect
from tests.browser.screen import Screen

LOST = "The bot was restarted while NanoGPT was working on your request, and the picture is lost."


def test_a_kill_in_the_middle_of_a_job_is_told_and_costs_nothing(screen: Screen) -> None:
    with screen.trouble("NanoGPT holds every request"):
        screen.says("/imagine prompt:a koala")
        screen.sees("is painting")
        screen.presses_control("Kill and start again")
        expect(screen.page.get_by_role("main").get_by_text("nanobot is starting…")).to_be_visible()
        screen.bot_is_online()
        screen.sees(LOST)

    expect(screen.message(LOST)).to_contain_text("Nothing was taken from your quota")
    expect(screen.behind).to_contain_text("alice: 0 of 20 pictures used")
    expect(screen.tab("Pictures").get_by_role("group").filter(has_text="a koala")).to_contain_text("unknown")


@pytest.mark.parametrize("how", ["Stop cleanly and start again", "Kill and start again"])
def test_old_buttons_work_after_a_restart(screen: Screen, how: str) -> None:
    screen.becomes("bob")
    prompt = f"a cabin before “{how}”"
    screen.makes(prompt)
    screen.presses_control(how)
    expect(screen.page.get_by_role("main").get_by_text("nanobot is starting…")).to_be_visible()
    screen.bot_is_online()
    screen.presses("Again", prompt)

    expect(screen.pictures(prompt)).to_have_count(2)
