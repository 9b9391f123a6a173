"""Names for a screen reader, contrast for weak eyes, and a focus that one sees."""

from __future__ import annotations

import pytest

from tests.browser.driver import expect
from tests.browser.looks import Focus, faint, focus, nameless
from tests.browser.screen import OpenScreen, Screen

# https://www.w3.org/TR/WCAG22/#contrast-minimum
LEAST_CONTRAST = 4.5
MOST_STOPS = 80


def fill_page(screen: Screen) -> None:
    """Bring on what the page has to show: a picture, a reply, a whisper, a refusal, an admin's lists."""
    screen.makes("a red fox")
    screen.replies(screen.message_with_picture("a red fox"), "make it night")
    screen.sees_picture("make it night")
    with screen.trouble("NanoGPT refuses the prompt"):
        screen.says("/imagine prompt:a boat")
        screen.sees("content policy")
    screen.says("/help")
    screen.sees("Edit a picture")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_and_can_be_read_in_both_themes(opens: OpenScreen, scheme: str) -> None:
    """Looked at in every part of the panel, with suggestions, a reply, a menu and a form open."""
    screen = opens(f"?person=ada&channel={'general' if scheme == 'light' else 'dm'}", scheme=scheme)
    fill_page(screen)
    found: dict[str, object] = {}

    def look(part: str) -> None:
        wrong = (nameless(screen.page), faint(screen.page, LEAST_CONTRAST))
        if any(wrong):
            found[part] = wrong

    for tab in ("Requests", "Ledger", "Pictures", "Controls"):
        screen.tab(tab)
        look(tab)
    screen.line.press_sequentially("/")
    expect(screen.suggestions.first).to_be_visible()
    look("suggestions")
    screen.line.fill("/imagine count:99 ")
    look("options")
    screen.line.fill("")
    screen.acts_on(screen.message_with_picture("make it night"), "Reply")
    look("reply")
    screen.acts_on(screen.message_with_picture("make it night"), "Apps")
    look("menu")
    screen.page.get_by_role("menuitem", name="Edit image").click()
    form = screen.form("Edit this picture")
    expect(form).to_be_visible()
    look("form")
    screen.leaves(form)

    assert found == {}


def test_the_focus_is_seen_wherever_it_goes_and_leaves_nothing_out(screen: Screen) -> None:
    screen.makes("a blue fox")
    screen.page.reload()
    screen.sees_picture("a blue fox")
    seen: list[Focus] = []
    for _ in range(MOST_STOPS):
        screen.page.keyboard.press("Tab")
        at = focus(screen.page)
        if at is None and seen:
            break
        if at is not None:
            seen.append(at)
    else:
        pytest.fail("the Tab key never leaves the page")

    assert [at.name for at in seen if not (at.has_ring and at.is_in_view)] == []
    names = {at.name for at in seen}
    assert {
        "Again",
        "Edit…",
        "Delete",
        "Reply",
        "Apps",
        "Attach files",
        "Send",
        "Message #general",
        "theme",
        "tab-requests",
    } <= names


def test_a_dialog_keeps_the_focus_and_gives_it_back(screen: Screen) -> None:
    screen.makes("a green fox")
    screen.presses("Edit…", "a green fox")
    form = screen.form("Edit this picture")
    expect(form.get_by_role("textbox")).to_be_focused()
    places = []
    for key in ("Tab", "Shift+Tab"):
        for _ in range(12):
            screen.page.keyboard.press(key)
            places.append(focus(screen.page))
    inside = [at for at in places if at is not None]

    assert len({at.name for at in inside}) == 4
    assert all(at.is_in_dialog and at.has_ring for at in inside)
    screen.leaves(form)
    expect(
        screen.message_with_picture("a green fox").get_by_role("button", name="Edit…", exact=True)
    ).to_be_focused()


def test_the_measures_measure(screen: Screen) -> None:
    """A faint text, a button without a name, and a focus without a ring are found."""
    screen.page.evaluate(
        """() => {
          const faint = document.createElement("p");
          faint.textContent = "faint";
          faint.style.color = "#aaa";
          const bare = document.createElement("button");
          bare.style.outline = "0";
          document.querySelector("#log").append(faint, bare);
          bare.focus();
        }"""
    )
    at = focus(screen.page)

    assert faint(screen.page, LEAST_CONTRAST) == {"faint": pytest.approx(2.32, abs=0.01)}
    assert nameless(screen.page) == ["button"]
    assert at is not None
    assert not at.has_ring
