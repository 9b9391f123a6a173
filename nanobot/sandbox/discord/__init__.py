"""A stand-in for Discord on this machine, written from Discord's own documents.

It serves REST, the gateway and the CDN to an unmodified bot and refuses what Discord refuses. It imports nothing of
nanobot but `errors`, `clock` and `logs`, and knows no Discord library: whatever speaks Discord's protocol may connect.
"""

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.errors import (
    BadOption,
    ClientRefusal,
    CommandNotVisible,
    DidNotRespond,
    NotPossible,
)
from nanobot.sandbox.discord.files import Attachment, File
from nanobot.sandbox.discord.guilds import Guild, Role
from nanobot.sandbox.discord.invocations import Invocation, Modal
from nanobot.sandbox.discord.messages import Message
from nanobot.sandbox.discord.person import Person
from nanobot.sandbox.discord.recording import RecordedRequest, UploadedFile
from nanobot.sandbox.discord.stand_in import DiscordStandIn

__all__ = [
    "Attachment",
    "BadOption",
    "Channel",
    "ClientRefusal",
    "CommandNotVisible",
    "DidNotRespond",
    "DiscordStandIn",
    "File",
    "Guild",
    "Invocation",
    "Message",
    "Modal",
    "NotPossible",
    "Person",
    "RecordedRequest",
    "Role",
    "UploadedFile",
]
