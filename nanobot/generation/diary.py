"""One line in the log for each event of a generation: what an operator follows a request by.

Neither prompts nor what a person is told are in it, since those may quote the prompt.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final, assert_never

from nanobot.generation import events

log = logging.getLogger(__name__)


def note(generation_id: str, event: events.Event) -> None:
    """Log the event at INFO as `generation ID: …`."""
    log.info("generation %s: %s", generation_id, _words(event))


def _words(event: events.Event) -> str:
    match event:
        case events.Accepted(model=model):
            words = f"accepted for {model}"
        case events.Queued(position=position):
            words = f"waiting for a turn at position {position}"
        case events.Preparing(pictures=pictures):
            words = f"preparing, {_pictures(pictures)} given"
        case events.Generating():
            words = "asking NanoGPT"
        case events.PictureReady(picture=picture, total=total):
            size = f"{picture.width}×{picture.height}, {len(picture.data)} bytes"
            words = f"picture {picture.position} of {total} is here, {size}"
        case events.Finished(seconds=seconds, pictures=pictures):
            missing = f", {event.failed} not made and {event.lost} lost" if event.failed + event.lost else ""
            words = f"{_pictures(pictures)} made within {seconds:.1f} s for {_price(event)}{missing}"
        case (
            events.Refused() | events.QuotaRefused() | events.Cancelled() | events.Delayed() | events.Failed()
        ):
            words = _ENDS[type(event)]
        case _:
            assert_never(event)
    return words


_ENDS: Final[Mapping[type[events.Event], str]] = {
    events.Refused: "refused before it was accepted",
    events.QuotaRefused: "refused before it was accepted",
    events.Cancelled: "withdrawn by the member",
    events.Delayed: "made, and out of reach for now",
    events.Failed: "failed",
}


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _price(finished: events.Finished) -> str:
    return "an unknown price" if finished.cost is None else f"${finished.cost}"
