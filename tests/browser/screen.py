"""What a person does and sees on the page, found by roles and names as a screen reader finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tests.browser.driver import ConsoleMessage, Locator, Page, expect


class OpenScreen(Protocol):
    """Opens a window; `query` names person and channel."""

    def __call__(
        self, query: str = "", *, width: int = 1280, height: int = 800, scheme: str = "light"
    ) -> Screen: ...


# A bot that does not start ends the sandbox, which shows; until then only the machine says how long it takes.
_START_MILLISECONDS = 240_000
MADE_FROM = "Picture made from the prompt: "


class Screen:
    """One window of the page. Whatever its scripts complain of, and all that it fetched, is kept."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.fetched: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.on("request", lambda request: self.fetched.append(request.url))

    def open(self, query: str = "") -> None:
        """Load the page and wait for the bot."""
        self.page.goto(self.address + query)
        self.bot_is_online()

    def bot_is_online(self) -> None:
        expect(self.page.get_by_role("main").get_by_text("nanobot is online")).to_be_visible(
            timeout=_START_MILLISECONDS
        )

    @property
    def line(self) -> Locator:
        """Where one types."""
        return self.page.get_by_role("form", name="Composer").get_by_role("combobox")

    @property
    def suggestions(self) -> Locator:
        return self.page.get_by_role("listbox", name="Suggestions").get_by_role("option")

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("log", name="Messages").get_by_role("article")

    @property
    def behind(self) -> Locator:
        return self.page.get_by_role("complementary", name="Behind the scenes")

    def form(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    def leaves(self, form: Locator) -> None:
        """Cancel a form and wait until the sandbox knows."""
        with self.page.expect_response("**/api/act"):
            form.get_by_role("button", name="Cancel").click()
        expect(form).to_be_hidden()

    def message(self, text: str) -> Locator:
        """Return the newest message with this text."""
        return self.messages.filter(has_text=text).last

    def pictures(self, prompt: str) -> Locator:
        return self.page.get_by_role("img", name=MADE_FROM + prompt, exact=True)

    def message_with_picture(self, prompt: str) -> Locator:
        return self.messages.filter(has=self.pictures(prompt)).last

    def says(self, line: str) -> None:
        """Type a line and send it."""
        self.line.fill(line)
        self.line.press("Enter")
        expect(self.line).to_have_value("")

    def sees(self, text: str) -> None:
        expect(self.message(text)).to_be_visible()

    def sees_picture(self, prompt: str) -> None:
        """Wait for the picture, shown and not only announced."""
        shown = self.pictures(prompt).last
        expect(shown).to_be_visible()
        expect(shown).to_have_js_property("complete", value=True)
        assert shown.evaluate("picture => picture.naturalWidth") > 0

    def makes(self, prompt: str) -> None:
        self.says(f"/imagine prompt:{prompt}")
        self.sees_picture(prompt)

    def presses(self, button: str, prompt: str) -> None:
        """Press a button below the newest picture made from the prompt."""
        self.message_with_picture(prompt).get_by_role("button", name=button, exact=True).click()

    def replies(self, message: Locator, text: str, *, ping: bool = True) -> None:
        self.acts_on(message, "Reply")
        if not ping:
            self.page.get_by_role("switch", name="Ping on reply").click()
        self.says(text)

    def acts_on(self, message: Locator, action: str) -> None:
        """Use the bar that shows where the mouse rests on a message."""
        message.hover()
        message.get_by_role("group", name="Message actions").get_by_role(
            "button", name=action, exact=True
        ).click()

    def becomes(self, person: str) -> None:
        self.page.get_by_text(person, exact=True).and_(self.page.locator("nav *")).click()
        expect(self.person(person)).to_be_checked()

    def person(self, name: str) -> Locator:
        return self.page.get_by_role("radio", name=re.compile(f"^{name} "))

    def goes_to(self, place: str) -> None:
        self.place(place).click()
        expect(self.place(place)).to_have_attribute("aria-current", "page")

    def place(self, name: str) -> Locator:
        return self.page.get_by_role("navigation").get_by_role("button", name=name)

    def tab(self, name: str) -> Locator:
        """Open one part of what is behind the scenes, and return it."""
        self.behind.get_by_role("tab", name=name).click()
        return self.behind.get_by_role("tabpanel", name=name)

    def presses_control(self, name: str) -> None:
        self.tab("Controls").get_by_role("button", name=name).click()

    @contextmanager
    def trouble(self, name: str) -> Iterator[Locator]:
        """Switch a trouble on, and off again at the end."""
        switch = self.tab("Controls").get_by_role("switch", name=name)
        switch.click()
        expect(switch).to_be_checked()
        yield switch
        switch.click()
        expect(switch).not_to_be_checked()

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"}:
            self.complaints.append(line.text)
