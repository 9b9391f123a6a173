"""A member makes pictures, with the composer's help, and uses the buttons below them."""

from __future__ import annotations

from tests.browser.driver import expect
from tests.browser.screen import Screen


def test_a_command_is_completed_word_by_word_and_its_picture_arrives(screen: Screen) -> None:
    """The page offers commands and options as Discord does, the bot its models, and progress is one's own."""
    screen.line.press_sequentially("/ima")
    expect(screen.suggestions).to_have_count(1)
    screen.line.press("Enter")
    expect(screen.line).to_have_value("/imagine prompt:")
    screen.line.press_sequentially("a red fox in snow mod")
    screen.line.press("Tab")
    expect(screen.line).to_have_value("/imagine prompt:a red fox in snow model:")
    expect(screen.suggestions.first).to_contain_text("hidream")
    screen.line.press_sequentially("flux-kon")
    # flux-kontext/dev needs a picture, and none is attached.
    expect(screen.suggestions).to_have_text(["flux-kontextflux-kontext · Flux Kontext · $0.04"])
    screen.line.press("Enter")
    expect(screen.line).to_have_value("/imagine prompt:a red fox in snow model:flux-kontext ")
    with screen.trouble("NanoGPT holds every request"):
        screen.line.press("Enter")
        progress = screen.message("is painting")
        expect(progress).to_contain_text("Only you can see this")
        expect(progress).to_contain_text("alice used /imagine")
    screen.sees_picture("a red fox in snow")

    made = screen.message_with_picture("a red fox in snow")
    expect(made).to_contain_text("@alice: a red fox in snow")
    expect(made).to_contain_text("flux-kontext · 1024×1024 · $0.04")
    screen.sees("pictures left; your quota starts anew in ")
    request = screen.tab("Requests").get_by_role("group").first
    expect(request).to_contain_text("200")
    expect(request).to_contain_text("a red fox in snow")


def test_the_buttons_below_a_picture_do_what_they_say(screen: Screen) -> None:
    screen.makes("a lighthouse")
    screen.presses("Again", "a lighthouse")
    expect(screen.pictures("a lighthouse")).to_have_count(2)

    screen.presses("Edit…", "a lighthouse")
    form = screen.form("Edit this picture")
    form.get_by_role("textbox", name="What should change?").fill("make it stormy")
    form.get_by_role("button", name="Submit").click()
    expect(form).to_be_hidden()
    screen.sees_picture("make it stormy")

    screen.presses("Delete", "make it stormy")
    expect(screen.pictures("make it stormy")).to_have_count(0)
    expect(screen.pictures("a lighthouse")).to_have_count(2)


def test_a_picture_opens_large_with_its_alternative_text(screen: Screen) -> None:
    screen.makes("a teapot")
    opener = screen.page.get_by_role("button", name="Open picture: Picture made from the prompt: a teapot")
    opener.click()
    large = screen.page.get_by_role("dialog", name="Picture: Picture made from the prompt: a teapot")
    expect(large).to_contain_text("1024 × 1024")
    expect(large.get_by_role("link", name="Open original")).to_be_visible()
    large.get_by_role("button", name="Close").click()

    expect(large).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_wrong_value_is_told_before_anything_is_sent(screen: Screen) -> None:
    screen.line.fill("/imagine prompt:a boat count:99")
    expect(screen.page.get_by_role("form", name="Composer")).to_contain_text("Enter between 1 and ")
    screen.line.fill("/imagine ")
    expect(screen.page.get_by_role("form", name="Composer")).to_contain_text("This option is required.")
