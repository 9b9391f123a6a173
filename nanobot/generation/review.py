"""Having finished pictures checked before anybody sees them, for a fee.

https://docs.nano-gpt.com/api-reference/endpoint/nsfw-image
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from nanobot.images.budget import MAX_RESULT_BYTES
from nanobot.images.errors import PictureError
from nanobot.images.prepare import prepare_picture
from nanobot.images.workers import ImageWorkers
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.nanogpt.errors import NanoGPTError

log = logging.getLogger(__name__)

_MAX_SIDE: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a picture is not for everybody, and what asking cost in US dollars."""

    is_flagged: bool
    cost: Decimal | None = None


class ResultReview:
    """Asks NanoGPT what it thinks of a picture."""

    def __init__(self, *, client: NanoGPTClient, workers: ImageWorkers) -> None:
        self._client = client
        self._workers = workers

    async def check(self, generation_id: str, data: bytes) -> Verdict:
        """Return the verdict; a picture that cannot be checked counts as flagged."""
        try:
            prepared = await self._workers.run_patiently(
                generation_id, prepare_picture, data, max_side=_MAX_SIDE, max_memory_bytes=MAX_RESULT_BYTES
            )
            classification = await self._client.classify_pictures([prepared.data_url])
        except (NanoGPTError, PictureError) as error:
            log.warning(
                "generation %s: a picture is hidden, since it cannot be checked: %s", generation_id, error
            )
            return Verdict(is_flagged=True)
        return Verdict(is_flagged=any(classification.flags), cost=classification.cost)
