"""Who looks where, and the names by which a page asks for it. Imports the little server."""

from __future__ import annotations

from dataclasses import dataclass

from nanobot.errors import PersonError
from nanobot.sandbox.den import Den
from nanobot.sandbox.discord import Channel, Message, NotPossible, Person

DM = "dm"


class NoSuchSeat(PersonError):
    """There is no such person or channel."""

    def __init__(self, person: str, channel: str) -> None:
        super().__init__(f"Nobody named {person} is here, or there is no channel {channel}: reload the page.")


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in one channel: what a window shows, and for whom it acts."""

    person: Person
    channel: Channel

    def message(self, message_id: str) -> Message:
        """Return the message with this id.

        Raises:
            NotPossible: it is not on this screen.
        """
        message = self.channel.messages.get(int(message_id)) if message_id.isdecimal() else None
        if message is None or not self.person.sees(message):
            raise NotPossible("This message is not on your screen.")
        return message


def take_seat(den: Den, person_name: object, channel_name: object) -> Seat:
    """Return the seat that goes by these names.

    Raises:
        NoSuchSeat: nobody has such a name, or no channel.
    """
    person = den.people.get(person_name) if isinstance(person_name, str) else None
    if person is None or channel_name not in {den.channel.name, DM}:
        raise NoSuchSeat(str(person_name), str(channel_name))
    return Seat(person, person.dm if channel_name == DM else den.channel)
