"""A narrow window, and the dark theme."""

from __future__ import annotations

import pytest

from tests.browser.driver import expect
from tests.browser.screen import OpenScreen, Screen

PHONE_WIDTH, PHONE_HEIGHT = 360, 740


def overflows(screen: Screen) -> bool:
    return bool(screen.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_a_narrow_window_shows_the_conversation_and_keeps_the_rest_in_drawers(opens: OpenScreen) -> None:
    screen = opens(width=PHONE_WIDTH, height=PHONE_HEIGHT)
    expect(screen.person("alice")).to_be_hidden()
    expect(screen.behind).to_be_hidden()
    screen.makes("a red fox")
    box = screen.pictures("a red fox").last.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE_WIDTH
    assert not overflows(screen)

    people = screen.page.get_by_role("button", name="Channels and people")
    people.click()
    expect(people).to_have_attribute("aria-expanded", "true")
    expect(screen.page.get_by_role("navigation")).to_be_in_viewport(ratio=1)
    screen.place("Direct messages with nanobot").click()
    expect(screen.person("alice")).to_be_hidden()
    expect(screen.page.get_by_role("heading", name="@nanobot", exact=True)).to_be_visible()
    expect(people).to_be_focused()

    screen.page.get_by_role("button", name="Behind the scenes").click()
    expect(screen.behind).to_be_in_viewport(ratio=1)
    expect(screen.behind).to_contain_text("pictures used")
    screen.page.keyboard.press("Escape")
    expect(screen.behind).to_be_hidden()
    assert not overflows(screen)


def test_a_form_fits_a_narrow_window(opens: OpenScreen) -> None:
    screen = opens(width=PHONE_WIDTH, height=PHONE_HEIGHT)
    screen.makes("a blue fox")
    screen.presses("Edit…", "a blue fox")

    form = screen.form("Edit this picture")
    expect(form).to_be_in_viewport(ratio=1)

    screen.leaves(form)


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_is_the_systems_until_one_chooses(opens: OpenScreen, scheme: str, other: str) -> None:
    screen = opens(scheme=scheme)
    root = screen.page.locator("html")
    expect(root).to_have_attribute("data-theme", scheme)
    button = screen.page.get_by_role("button", name="Dark theme")
    expect(button).to_have_attribute("aria-pressed", str(scheme == "dark").lower())
    button.click()
    expect(root).to_have_attribute("data-theme", other)
    screen.page.reload()

    expect(root).to_have_attribute("data-theme", other)
