"""What comes late changes what one sees, and never takes away what one is in the middle of."""

from __future__ import annotations

import re
from pathlib import Path

import skimage

from tests.browser.driver import Locator, expect
from tests.browser.lateness import LateAnswers, LateFrames
from tests.browser.screen import OpenScreen, Screen

PHOTOGRAPH = Path(skimage.__file__).parent / "data" / "coffee.png"


def asks_the_bot(screen: Screen, line: str) -> LateAnswers:
    """Type a line whose end the bot completes, and wait until it is asked."""
    answers = LateAnswers(screen.page, "/api/act", '"autocomplete"')
    with screen.page.expect_request(lambda request: '"autocomplete"' in (request.post_data or "")):
        screen.line.fill(line)
    expect(screen.page.get_by_text("Asking the bot…")).to_be_visible()
    return answers


def attaches(screen: Screen) -> Locator:
    with screen.page.expect_file_chooser() as asked:
        screen.page.get_by_role("button", name="Attach files").click()
    asked.value.set_files(PHOTOGRAPH)
    return screen.page.get_by_role("list", name="Files to send").get_by_role("listitem")


def test_commands_that_come_after_one_began_to_type_are_offered(screen: Screen) -> None:
    frames = LateFrames(screen.page)
    screen.becomes("ada")
    screen.line.fill("/quota")
    expect(screen.suggestions).to_have_count(0)
    frames.come()

    expect(screen.suggestions.filter(has_text="/quota set")).to_be_visible()


def test_commands_that_come_late_open_no_list_that_one_does_not_want(screen: Screen) -> None:
    frames = LateFrames(screen.page)
    screen.becomes("ada")
    screen.line.fill("/imagine ")
    screen.line.press("Escape")
    frames.come()
    expect(screen.page.get_by_role("group", name="Options of /imagine")).to_be_visible()

    expect(screen.suggestions).to_have_count(0)


def test_what_one_went_to_stays_chosen_when_the_bot_answers(screen: Screen) -> None:
    answers = asks_the_bot(screen, "/imagine prompt:a fox model:no such model cou")
    screen.line.press("ArrowDown")
    answers.come()
    expect(screen.page.get_by_text("Asking the bot…")).to_be_hidden()
    expect(screen.suggestions.filter(has_text="count:")).to_have_attribute("aria-selected", "true")
    screen.line.press("Enter")

    expect(screen.line).to_have_value("/imagine prompt:a fox model:no such model count:")


def test_an_answer_to_a_line_that_was_sent_opens_nothing(screen: Screen) -> None:
    answers = asks_the_bot(screen, "/imagine prompt:a hasty fox model:flux-kontext")
    screen.line.press("Enter")
    expect(screen.line).to_have_value("")
    answers.come()
    screen.sees_picture("a hasty fox")

    expect(screen.suggestions).to_have_count(0)


def test_escape_takes_back_what_the_bot_is_asked(screen: Screen) -> None:
    asks_the_bot(screen, "/imagine prompt:a fox model:flux")
    screen.line.press("Escape")

    expect(screen.page.get_by_text("Asking the bot…")).to_be_hidden()


def test_suggestions_wait_while_another_window_is_used(screen: Screen) -> None:
    screen.line.press_sequentially("/")
    expect(screen.suggestions.first).to_be_visible()
    screen.line.dispatch_event("blur")
    expect(screen.suggestions.first).to_be_visible()
    screen.tab("Ledger")

    expect(screen.suggestions).to_have_count(0)


def test_the_focus_stays_while_another_person_s_places_arrive(screen: Screen) -> None:
    frames = LateFrames(screen.page)
    screen.becomes("bob")
    screen.place("Direct messages with nanobot").focus()
    frames.come()
    expect(screen.behind).to_contain_text("bob: ")

    expect(screen.place("Direct messages with nanobot")).to_be_focused()


def test_a_menu_stays_open_while_messages_above_it_go(opens: OpenScreen) -> None:
    """The one that goes first moves what is below, the second makes the message with the menu a head of its group."""
    screen, elsewhere = opens(), opens()
    for text in ("first in line", "second in line", "third in line"):
        screen.says(text)
        screen.sees(text)
    screen.acts_on(screen.message("third in line"), "Apps")
    entry = screen.page.get_by_role("menuitem", name="Edit image")
    expect(entry).to_be_focused()
    for text in ("first in line", "second in line"):
        elsewhere.acts_on(elsewhere.message(text), "Delete message")
        expect(screen.messages.filter(has_text=text)).to_have_count(0)
        expect(entry).to_be_focused()
    screen.page.keyboard.press("Escape")

    expect(screen.message("third in line").get_by_role("button", name="Apps")).to_be_focused()


def test_what_one_folded_stays_folded_as_it_goes_on(screen: Screen) -> None:
    with screen.trouble("NanoGPT holds every request"):
        screen.says("/imagine prompt:a folded fox")
        screen.sees("is painting")
        told = screen.tab("Pictures").get_by_role("group").filter(has_text="a folded fox")
        expect(told).to_have_attribute("open", "")
        told.get_by_text("a folded fox").click()
        expect(told).not_to_have_attribute("open", "")
        screen.tab("Controls")
    screen.sees_picture("a folded fox")
    told = screen.tab("Pictures").get_by_role("group").filter(has_text="posted")

    expect(told.filter(has_text="a folded fox")).not_to_have_attribute("open", "")


def test_a_message_whose_file_is_on_its_way_is_of_the_one_who_sent_it(screen: Screen) -> None:
    uploads = LateAnswers(screen.page, "/api/upload")
    expect(attaches(screen)).to_contain_text("uploading…")
    screen.says("look at my cup")
    screen.becomes("bob")
    uploads.come()

    expect(screen.message("look at my cup")).to_have_accessible_name(re.compile("^alice"))


def test_a_file_waits_for_the_command_that_takes_it(screen: Screen) -> None:
    frames = LateFrames(screen.page)
    screen.becomes("ada")
    tray = attaches(screen)
    screen.line.fill("/edit prompt:make it a hot cup")
    screen.line.press("Enter")
    expect(screen.page.get_by_role("alert").filter(has_text="commands are not here yet")).to_be_visible()
    expect(screen.line).to_have_value("/edit prompt:make it a hot cup")
    frames.come()
    expect(tray).to_have_text([re.compile("^image coffee.png")])
    screen.line.press("Enter")

    screen.sees_picture("make it a hot cup")


def test_a_draft_outlives_a_reload(screen: Screen) -> None:
    screen.line.fill("/imagine prompt:half a fo")
    screen.page.reload()
    screen.bot_is_online()

    expect(screen.line).to_have_value("/imagine prompt:half a fo")
