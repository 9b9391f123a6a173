"""What the stand-in refuses: to the bot in Discord's error envelope, to a person in the client's words.

Imports only `nanobot.errors`.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeAlias

from nanobot.errors import NanobotError, PersonError

Json: TypeAlias = dict[str, Any]


class Refusal(Enum):
    """HTTP status, error code and text: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json."""

    NOT_FOUND = (404, 0, "404: Not Found")
    METHOD_NOT_ALLOWED = (405, 0, "405: Method Not Allowed")
    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_EMOJI = (400, 10014, "Unknown Emoji")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    TOO_MANY_COMMANDS = (400, 30032, "Maximum number of application commands reached")
    TOO_MANY_COMMAND_CREATES = (
        429,
        30034,
        "Max number of daily application command creates has been reached (200)",
    )
    ENTITY_TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    TOO_MANY_FOLLOW_UPS = (
        400,
        40094,
        "This interaction has reached the maximum number of follow-up messages",
    )
    MISSING_ACCESS = (403, 50001, "Missing Access")
    DM_CHANNEL = (403, 50003, "Cannot execute action on this channel type")
    NOT_THE_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    DM_CLOSED = (403, 50007, "Cannot send messages to this user")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
    INVALID_FORM_BODY = (400, 50035, "Invalid Form Body")
    INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")
    # The status is 403 by what bots report; the table of codes names no status.
    NO_HISTORY_TO_REPLY = (403, 160002, "Cannot reply without permission to read message history")

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def code(self) -> int:
        return self.value[1]

    @property
    def text(self) -> str:
        return self.value[2]


class ApiRefusal(NanobotError):
    """An answer of the REST API other than 2xx."""

    def __init__(self, refusal: Refusal, errors: Json | None = None) -> None:
        super().__init__(f"{refusal.status} (code {refusal.code}): {refusal.text} {errors or ''}".rstrip())
        self.refusal = refusal
        self.errors = errors

    @property
    def envelope(self) -> Json:
        body: Json = {"message": self.refusal.text, "code": self.refusal.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class ClientRefusal(PersonError):
    """What Discord's own client tells a person before anything is sent to the bot."""


class CommandNotVisible(ClientRefusal):
    """The person's client does not offer this command here."""


class BadOption(ClientRefusal):
    """The composer marks an option red and does not send."""


class NotPossible(ClientRefusal):
    """The client offers no such thing: a disabled button, a message that the person cannot see."""


class DidNotRespond(ClientRefusal):
    """The bot missed the deadline of its first response."""
