"""Everything can be done without a mouse."""

from __future__ import annotations

from tests.browser.driver import Locator, expect
from tests.browser.screen import Screen

MOST_STOPS = 60


def tab_to(screen: Screen, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until the focus is there."""
    for _ in range(MOST_STOPS):
        screen.page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{key} does not lead to {wanted}")


def test_a_picture_is_made_and_edited_by_the_keyboard_alone(screen: Screen) -> None:
    keyboard = screen.page.keyboard
    keyboard.press("Tab")
    expect(screen.page.get_by_role("link", name="Skip to the composer")).to_be_focused()
    keyboard.press("Enter")
    expect(screen.line).to_be_focused()
    keyboard.type("/ima")
    expect(screen.suggestions).to_have_count(1)
    keyboard.press("Enter")
    keyboard.type("a red fox")
    keyboard.press("Enter")
    screen.sees_picture("a red fox")
    screen.sees("Done: ")

    made = screen.message_with_picture("a red fox")
    tab_to(screen, made.get_by_role("button", name="Reply"), "Shift+Tab")
    keyboard.press("Enter")
    expect(screen.line).to_be_focused()
    keyboard.type("make it night")
    keyboard.press("Enter")
    screen.sees_picture("make it night")

    tab_to(screen, screen.message_with_picture("make it night"), "Shift+Tab")
    keyboard.press("Home")
    expect(screen.messages.first).to_be_focused()
    keyboard.press("ArrowDown")
    expect(screen.messages.nth(1)).to_be_focused()


def test_the_apps_menu_and_its_form_are_used_by_the_keyboard(screen: Screen) -> None:
    keyboard = screen.page.keyboard
    screen.makes("a harbour")
    apps = screen.message_with_picture("a harbour").get_by_role("button", name="Apps")
    tab_to(screen, apps, "Shift+Tab")
    keyboard.press("Enter")
    entry = screen.page.get_by_role("menuitem", name="Edit image")
    expect(entry).to_be_focused()
    keyboard.press("Escape")
    expect(apps).to_be_focused()
    keyboard.press("Enter")
    expect(entry).to_be_focused()
    keyboard.press("Enter")
    field = screen.form("Edit this picture").get_by_role("textbox")
    expect(field).to_be_focused()
    keyboard.press("Escape")
    expect(screen.form("Edit this picture")).to_be_hidden()
    expect(apps).to_be_focused()

    keyboard.press("Enter")
    keyboard.press("Enter")
    expect(field).to_be_focused()
    keyboard.type("add a boat")
    tab_to(screen, screen.form("Edit this picture").get_by_role("button", name="Submit"))
    keyboard.press("Enter")
    screen.sees_picture("add a boat")


def test_person_channel_and_tabs_are_chosen_by_the_keyboard(screen: Screen) -> None:
    keyboard = screen.page.keyboard
    tab_to(screen, screen.person("alice"))
    keyboard.press("ArrowDown")
    expect(screen.person("bob")).to_be_checked()
    tab_to(screen, screen.place("Direct messages with nanobot"), "Shift+Tab")
    keyboard.press("Enter")
    expect(screen.page.get_by_role("heading", name="@nanobot", exact=True)).to_be_visible()

    tab_to(screen, screen.behind.get_by_role("tab", name="Requests"))
    keyboard.press("ArrowLeft")
    expect(screen.behind.get_by_role("tab", name="Controls")).to_be_focused()
    switch = screen.behind.get_by_role("switch", name="NanoGPT answers 500")
    tab_to(screen, switch)
    keyboard.press("Space")
    expect(switch).to_be_checked()
    keyboard.press("Space")
    expect(switch).not_to_be_checked()
