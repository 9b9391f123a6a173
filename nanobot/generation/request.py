"""What a person asked for, and where the answer belongs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from nanobot.quotas.standing import Member

MAX_PROMPT_CHARACTERS = 4000
MAX_COUNT = 4
MAX_PICTURES = 4


class Kind(StrEnum):
    """Which job a request is; it decides the default model."""

    IMAGINE = "imagine"
    EDIT = "edit"
    UPSCALE = "upscale"


class PictureSource(Protocol):
    """A picture that somebody gave and that is read only once the request has its turn."""

    @property
    def name(self) -> str:
        """The file's name or the link, as its owner wrote it."""
        ...

    @property
    def label(self) -> str:
        """The name as it stands in a sentence: short, and with nothing in it that would be formatted there."""
        ...

    @property
    def reference(self) -> dict[str, Any] | None:
        """What another process needs to read it, as JSON holds it; `None` if only this one can."""
        ...

    async def read(self) -> bytes:
        """Return the file's bytes.

        Raises:
            PersonError: it cannot be read, or is too large.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """Where the answer belongs, kept with the generation so that another process can still deliver it."""

    channel_id: int = 0
    reply_to_message_id: int | None = None
    application_id: int | None = None
    interaction_token: str | None = None
    interaction_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """One request, not yet checked: `plan` says whether it can be carried out.

    `moderation` has NanoGPT check prompt and pictures before it paints, `check_results` has what it painted
    checked; both are paid. `is_age_restricted` says of the place that it may show what is not for everybody.
    """

    kind: Kind
    member: Member
    prompt: str
    model: str | None = None
    count: int = 1
    size: str | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    guidance_scale: float | None = None
    steps: int | None = None
    strength: float | None = None
    kontext_max_mode: bool | None = None
    pictures: tuple[PictureSource, ...] = ()
    mask: PictureSource | None = None
    is_age_restricted: bool = False
    moderation: bool = False
    check_results: bool = False
    address: ReturnAddress = field(default_factory=ReturnAddress)
