"""A stand-in for NanoGPT, to try the bot without an account and to test it against a real server.

Imports nothing of nanobot. `server` is the front; `painter` makes the pictures.
"""

from nanobot.sandbox.nanogpt.models import Listing, Model, Takes
from nanobot.sandbox.nanogpt.pictures import DataUrlSummary
from nanobot.sandbox.nanogpt.recording import RecordedCall, RecordedImageRequest
from nanobot.sandbox.nanogpt.server import NanoGPTStandIn
from nanobot.sandbox.nanogpt.trouble import Trouble

__all__ = [
    "DataUrlSummary",
    "Listing",
    "Model",
    "NanoGPTStandIn",
    "RecordedCall",
    "RecordedImageRequest",
    "Takes",
    "Trouble",
]
