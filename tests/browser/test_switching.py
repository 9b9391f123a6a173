"""Being somebody else, being elsewhere, and coming back after a reload."""

from __future__ import annotations

from tests.browser.driver import expect
from tests.browser.running import RunningSandbox
from tests.browser.screen import OpenScreen, Screen


def test_only_admins_are_offered_the_quota_commands(screen: Screen) -> None:
    screen.line.press_sequentially("/")
    expect(screen.suggestions.filter(has_text="/imagine")).to_be_visible()
    expect(screen.suggestions.filter(has_text="/quota")).to_have_count(0)

    screen.becomes("ada")
    screen.line.fill("/quota")
    expect(screen.suggestions.filter(has_text="/quota set")).to_be_visible()


def test_a_whisper_is_for_one_person_and_the_picture_for_all(opens: OpenScreen) -> None:
    alice, bob = opens(), opens("?person=bob&channel=general")
    alice.makes("a whale")
    alice.sees("Done: ")
    bob.sees_picture("a whale")
    expect(bob.messages.filter(has_text="Done: ")).to_have_count(0)

    alice.message("Done: ").get_by_role("button", name="Dismiss message").click()
    expect(alice.messages.filter(has_text="Done: ")).to_have_count(0)


def test_direct_messages_work_and_stay_between_the_two(screen: Screen) -> None:
    screen.goes_to("Direct messages with nanobot")
    expect(screen.page.get_by_role("heading", name="@nanobot", exact=True)).to_be_visible()
    screen.makes("a red panda")
    screen.replies(screen.message_with_picture("a red panda"), "make it night", ping=False)
    screen.sees_picture("make it night")

    screen.becomes("bob")
    expect(screen.page.get_by_role("heading", name="Direct messages with nanobot")).to_be_visible()
    expect(screen.messages).to_have_count(0)
    screen.becomes("alice")
    screen.sees_picture("a red panda")


def test_a_reload_keeps_person_and_channel(screen: Screen) -> None:
    screen.becomes("bob")
    screen.goes_to("Direct messages with nanobot")
    screen.page.reload()

    expect(screen.person("bob")).to_be_checked()
    expect(screen.place("Direct messages with nanobot")).to_have_attribute("aria-current", "page")
    expect(screen.page).to_have_title("@nanobot · nanobot sandbox")


def test_a_sandbox_that_was_stopped_is_told_and_found_again(screen: Screen, sandbox: RunningSandbox) -> None:
    """The page comes back by itself once the sandbox is there again, and keeps what was typed."""
    told = screen.page.get_by_text("No connection to the sandbox.")
    assert sandbox.stop() == 0
    expect(told).to_be_visible()
    screen.line.fill("hello")
    screen.line.press("Enter")
    expect(screen.page.get_by_role("alert").filter(has_text="The sandbox does not answer.")).to_be_visible()
    expect(screen.line).to_have_value("hello")

    sandbox.start()
    expect(told).to_be_hidden()
    screen.bot_is_online()
    screen.line.press("Enter")
    screen.sees("hello")
    assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in screen.complaints)
    screen.complaints.clear()
