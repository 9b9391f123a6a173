"""What a generation's events told so far, and what of it a person is shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from nanobot.bot.progress import Update
from nanobot.bot.replies import generation as words
from nanobot.bot.replies.quotas import quota_refusal
from nanobot.generation import events
from nanobot.generation.collect import CollectedPicture
from nanobot.generation.request import GenerationRequest
from nanobot.store.tables import Generation


@dataclass(slots=True)
class Happened:
    """The events of one request, noted one by one."""

    generation_id: str = ""
    model: str = ""
    planned: int = 1
    pictures: list[CollectedPicture] = field(default_factory=list)
    finished: events.Finished | None = None

    def note(self, event: events.Event) -> None:
        match event:
            case events.Accepted():
                self.generation_id, self.model, self.planned = event.generation_id, event.model, event.count
            case events.PictureReady(picture=picture):
                self.pictures.append(picture)
            case events.Finished():
                self.finished = event
            case _:
                pass

    @property
    def in_order(self) -> tuple[CollectedPicture, ...]:
        """The pictures by their position, in whatever order they arrived."""
        return tuple(sorted(self.pictures, key=lambda picture: picture.position))


def update_of(event: events.Event, happened: Happened) -> Update | None:
    """Return what is shown of `event`, which is noted already, while the work goes on."""
    match event:
        case events.Accepted() | events.Queued() | events.Preparing():
            is_waiting = isinstance(event, events.Queued)
            return Update(
                text=_before_sending(event), cancellable_id=happened.generation_id, waiting=is_waiting
            )
        case events.Generating(since=since):
            return Update(text=words.generating(happened.model, since))
        case events.PictureReady(total=total):
            return _several_here(happened, total)
        case events.Finished():
            return Update(text=words.UPLOADING)
        case _:
            return None


def _before_sending(event: events.Accepted | events.Queued | events.Preparing) -> str:
    match event:
        case events.Accepted():
            return words.STARTING
        case events.Queued(position=position):
            return words.queued(position)
        case events.Preparing(pictures=pictures):
            return words.preparing(pictures)
        case _:
            assert_never(event)


def _several_here(happened: Happened, total: int) -> Update | None:
    """Show what is there of several pictures; with the last one they are posted, which a preview would delay."""
    here = len(happened.pictures)
    if here >= total:
        return None
    harmless = tuple(picture for picture in happened.pictures if not picture.is_flagged)
    return Update(text=words.arrived(here, total), pictures=harmless)


def last_word_of(event: events.Event) -> str | None:
    """Return what is said if `event` ends the request without a picture."""
    match event:
        case events.QuotaRefused(refusal=refusal):
            return quota_refusal(refusal)
        case events.Cancelled():
            return words.CANCELLED
        case (
            events.Refused(sentence=sentence)
            | events.Delayed(sentence=sentence)
            | events.Failed(sentence=sentence)
        ):
            return sentence
        case _:
            return None


def caption_of_request(
    request: GenerationRequest, happened: Happened, finished: events.Finished
) -> words.Caption:
    """Return what is told beneath pictures that were made a moment ago."""
    first = happened.in_order[0]
    return words.Caption(
        user_id=request.member.user_id,
        prompt=request.prompt,
        model=finished.model,
        width=first.width,
        height=first.height,
        seed=request.seed,
        cost=finished.cost,
        seconds=finished.seconds,
        asked=request.count,
        planned=happened.planned,
        shown=len(happened.pictures),
        flagged=_flagged(happened.pictures),
        lost=finished.lost,
        failed=finished.failed,
        failure=finished.failure,
        left_out=finished.left_out,
    )


def caption_of_row(
    generation: Generation, pictures: Sequence[CollectedPicture], cost: Decimal | None
) -> words.Caption:
    """Return what is told beneath pictures that a restart held up."""
    asked = generation.request
    return words.Caption(
        user_id=generation.user_id,
        prompt=str(asked["prompt"]),
        model=str(asked["model"]),
        width=pictures[0].width,
        height=pictures[0].height,
        seed=asked.get("seed"),
        cost=cost,
        seconds=None,
        asked=asked.get("count", generation.images_wanted),
        planned=generation.images_wanted,
        shown=len(pictures),
        flagged=_flagged(pictures),
        lost=max(generation.images_made - len(pictures), 0),
        failed=max(generation.images_wanted - generation.images_made, 0),
    )


def _flagged(pictures: Sequence[CollectedPicture]) -> int:
    return sum(picture.is_flagged for picture in pictures)
