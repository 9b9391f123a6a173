"""Photographs go to the bot by the file picker, from the clipboard, and by dropping them."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
import skimage

from tests.browser.driver import Locator, expect
from tests.browser.screen import Screen

PHOTOGRAPHS = Path(skimage.__file__).parent / "data"
# As the browser does it: makes a file of the bytes, and lets the element have it by the event.
_GIVE_FILE = """(element, {kind, name, type, base64}) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, {type}));
  const details = {bubbles: true, cancelable: true};
  const event = kind === "paste"
    ? new ClipboardEvent("paste", {...details, clipboardData: given})
    : new DragEvent("drop", {...details, dataTransfer: given});
  element.dispatchEvent(event);
}"""


def give(element: Locator, kind: str, photograph: str, content_type: str) -> None:
    data = base64.b64encode((PHOTOGRAPHS / photograph).read_bytes()).decode()
    element.evaluate(_GIVE_FILE, {"kind": kind, "name": photograph, "type": content_type, "base64": data})


def tray(screen: Screen) -> Locator:
    return screen.page.get_by_role("list", name="Files to send").get_by_role("listitem")


def test_a_photograph_from_the_file_picker_is_edited(screen: Screen) -> None:
    """The option's own button asks for its file; NanoGPT gets the photograph."""
    screen.line.fill("/edit prompt:make it a watercolour")
    with screen.page.expect_file_chooser() as asked:
        screen.page.get_by_role("button", name="Add image: ").click()
    asked.value.set_files(PHOTOGRAPHS / "chelsea.png")
    expect(tray(screen)).to_have_text([re.compile("^image chelsea.png")])
    expect(tray(screen)).to_contain_text("kB")
    screen.line.press("Enter")
    screen.sees_picture("make it a watercolour")

    request = screen.tab("Requests").get_by_role("group").first
    request.get_by_text("flux-kontext").first.click()
    expect(request).to_contain_text("image/")
    expect(tray(screen)).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "photograph", "content_type"),
    [("paste", "coffee.png", "image/png"), ("drop", "rocket.jpg", "image/jpeg")],
)
def test_a_photograph_that_is_pasted_or_dropped_is_edited_for_a_mention(
    screen: Screen, kind: str, photograph: str, content_type: str
) -> None:
    target = screen.line if kind == "paste" else screen.page.get_by_role("log", name="Messages")
    give(target, kind, photograph, content_type)
    expect(tray(screen)).to_have_text([re.compile(f"^{photograph}")])
    screen.line.press_sequentially("@nano")
    expect(screen.suggestions).to_have_text(["@nanobot"])
    screen.line.press("Tab")
    screen.line.press_sequentially(f"make it snow after a {kind}")
    screen.line.press("Enter")
    screen.sees_picture(f"make it snow after a {kind}")

    expect(screen.page.get_by_role("img", name=photograph, exact=True)).to_be_visible()


def test_a_file_can_be_taken_back_and_one_that_is_no_picture_is_told(screen: Screen, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear fox")
    with screen.page.expect_file_chooser() as asked:
        screen.page.get_by_role("button", name="Attach files").click()
    asked.value.set_files([letter, PHOTOGRAPHS / "coffee.png"])
    expect(tray(screen)).to_have_count(2)
    screen.page.get_by_role("button", name="Remove coffee.png").click()
    expect(tray(screen)).to_have_count(1)
    screen.says("/edit prompt:make it night")

    screen.sees("“letter.txt” is not a picture.")


def test_a_file_that_discord_would_not_take_is_not_sent(screen: Screen, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(bytes(11 * 1024 * 1024))
    with screen.page.expect_file_chooser() as asked:
        screen.page.get_by_role("button", name="Attach files").click()
    asked.value.set_files(large)
    expect(tray(screen)).to_contain_text("Your files are too powerful.")
    screen.line.fill("look")
    screen.line.press("Enter")

    expect(screen.page.get_by_role("alert").filter(has_text="Your files are too powerful.")).to_be_visible()
    expect(screen.line).to_have_value("look")
