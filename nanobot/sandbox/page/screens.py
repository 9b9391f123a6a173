"""What stands on people's screens beside messages: open forms, and commands that nobody answered.

Imports seats and frames of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from nanobot.sandbox.discord import Modal, NotPossible, Person
from nanobot.sandbox.page.frames import form_id
from nanobot.sandbox.page.seats import Seat


@dataclass(slots=True, kw_only=True, eq=False)
class Window:
    """One browser window; `failures` are the commands that it has yet to tell of."""

    seat: Seat
    failures: list[str] = field(default_factory=list)

    def take_failures(self) -> list[str]:
        taken, self.failures = self.failures, []
        return taken


class Screens:
    """Knows every window; `on_change` is called whenever one of them has something new to show."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._windows: set[Window] = set()
        self._forms: dict[int, Modal] = {}

    @contextmanager
    def window(self, seat: Seat) -> Iterator[Window]:
        window = Window(seat=seat)
        self._windows.add(window)
        try:
            yield window
        finally:
            self._windows.discard(window)

    def form_of(self, person: Person) -> Modal | None:
        return self._forms.get(person.id)

    def open_form(self, person: Person, modal: Modal) -> None:
        """Show the form; it takes the place of another one."""
        self._forms[person.id] = modal
        self._on_change()

    def form(self, person: Person, wanted: str) -> Modal:
        """Return the open form with this id.

        Raises:
            NotPossible: another one is open, or none.
        """
        modal = self._forms.get(person.id)
        if modal is None or form_id(modal) != wanted:
            raise NotPossible("This form is no longer open.")
        return modal

    def close_form(self, person: Person) -> None:
        self._forms.pop(person.id, None)
        self._on_change()

    def tell_failure(self, seat: Seat, command: str) -> None:
        """Tell every window of this seat that the bot did not respond."""
        for window in self._windows:
            if window.seat == seat:
                window.failures.append(command)
        self._on_change()
