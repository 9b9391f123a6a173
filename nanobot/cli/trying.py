"""`try`: the generator that serves Discord, consumed by a terminal."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from nanobot.clock import SystemClock
from nanobot.errors import PersonError
from nanobot.generation import events
from nanobot.generation.collect import CollectedPicture
from nanobot.generation.request import GenerationRequest, Kind
from nanobot.images.filenames import picture_filename
from nanobot.images.sniff import sniff
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Member
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.settings import Period, Settings
from nanobot.store.tables import Unit
from nanobot.wiring import open_services

# The terminal's own account: no Discord user has this id. The operator pays anyway, so it has no limit.
OPERATOR = Member(user_id=0, guild_id=0)
_UNLIMITED = Rule(unit=Unit.IMAGES, amount=None, period=Period.DAY)


class FileUnreadable(PersonError):
    """A file that was named on the command line cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read: {reason}. Check the path.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOptions:
    """What was typed on the command line."""

    prompt: str
    images: tuple[Path, ...]
    mask: Path | None
    model: str | None
    size: str | None
    count: int
    seed: int | None
    out: Path
    sandbox: bool


@dataclass(frozen=True, slots=True)
class FileSource:
    """A picture on this machine."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def label(self) -> str:
        return self.name

    @property
    def reference(self) -> None:
        """Nobody goes on with what a terminal has left."""
        return None

    async def read(self) -> bytes:
        try:
            return await asyncio.to_thread(self.path.read_bytes)
        except OSError as error:
            raise FileUnreadable(self.path, error.strerror or type(error).__name__) from error


async def try_prompt(options: TryOptions, settings: Settings) -> bool:
    """Make the pictures, save them, and tell whether that worked."""
    console = Console()
    saved = False
    async with AsyncExitStack() as stack:
        if options.sandbox:
            settings = await _with_stand_in(settings, stack)
        services = await stack.enter_async_context(
            open_services(settings, SystemClock(), bot_rule=_UNLIMITED)
        )
        bar = stack.enter_context(
            Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console)
        )
        view = _View(console, bar, bar.add_task("Reading the list of models…", total=None), options)
        await services.catalogue.refresh_if_stale()
        request = replace(_request(options), moderation=settings.moderation)
        happenings = await stack.enter_async_context(aclosing(services.generator.generate(request)))
        async for event in happenings:
            await view.show(event)
            if isinstance(event, events.Finished):
                await services.books.posted(
                    event.generation_id, images=event.pictures, cost=event.cost, in_doubt=event.in_doubt
                )
                saved = True
    return saved


class _View:
    """Renders events as lines and saves pictures as they arrive."""

    def __init__(self, console: Console, bar: Progress, task: TaskID, options: TryOptions) -> None:
        self._console = console
        self._bar = bar
        self._task = task
        self._options = options

    async def show(self, event: events.Event) -> None:
        match event:
            case events.PictureReady(picture=picture):
                path = await asyncio.to_thread(_save, picture, self._options)
                self._print(f"[green]saved[/] {escape(str(path))} ({picture.width}×{picture.height})")
            case events.Finished():
                self._describe("Done")
                cost = f", ${event.cost}" if event.cost is not None else ""
                self._print(f"{escape(event.model)}, {event.seconds:.1f} s{cost}")
                for remark in _remarks(event):
                    self._print(escape(remark))
            case (
                events.Refused(sentence=sentence)
                | events.Delayed(sentence=sentence)
                | events.Failed(sentence=sentence)
            ):
                self._describe("Failed")
                self._print(escape(sentence))
            case _:
                self._describe(_progress_words(event))

    def _print(self, line: str) -> None:
        """Print one line whole, so that what it says can be copied or piped."""
        self._console.print(line, highlight=False, soft_wrap=True)

    def _describe(self, words: str) -> None:
        self._bar.update(self._task, description=words)


def _remarks(finished: events.Finished) -> Iterator[str]:
    """Yield what is not as it was asked for."""
    if finished.left_out:
        yield f"{', '.join(finished.left_out)}: left out, {finished.model} does not take it"
    if finished.failed:
        yield f"{finished.failed} not made. {finished.failure or ''}".rstrip()
    if finished.lost:
        yield f"{finished.lost} made, but could not be fetched"


def _progress_words(event: events.Event) -> str:
    match event:
        case events.Queued(position=position):
            return f"Waiting for a turn: position {position}"
        case events.Preparing(pictures=pictures) if pictures:
            return "Reading the pictures…"
        case events.Generating():
            return "NanoGPT is painting…"
        case _:
            return "Starting…"


def _request(options: TryOptions) -> GenerationRequest:
    return GenerationRequest(
        kind=Kind.EDIT if options.images else Kind.IMAGINE,
        member=OPERATOR,
        prompt=options.prompt,
        model=options.model,
        count=options.count,
        size=options.size,
        seed=options.seed,
        pictures=tuple(FileSource(path) for path in options.images),
        mask=FileSource(options.mask) if options.mask else None,
        is_age_restricted=True,  # the operator's own screen
    )


def _save(picture: CollectedPicture, options: TryOptions) -> Path:
    """Write the picture under a name that is not taken yet."""
    options.out.mkdir(parents=True, exist_ok=True)
    image_format = sniff(picture.data)
    suffix = image_format.suffix if image_format else ""
    number = picture.position
    while True:
        path = options.out / picture_filename(options.prompt, number, suffix)
        try:
            with path.open("xb") as file:
                file.write(picture.data)
        except FileExistsError:
            number += 1
        else:
            return path


async def _with_stand_in(settings: Settings, stack: AsyncExitStack) -> Settings:
    """Return settings that lead to a painter on this machine and a database that is thrown away."""
    nanogpt = NanoGPTStandIn(api_key="sandbox")
    await nanogpt.start()
    stack.push_async_callback(nanogpt.stop)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nanobot-"))
    return settings.model_copy(
        update={
            "nanogpt_base_url": nanogpt.base_url,
            "nanogpt_api_key": SecretStr("sandbox"),
            "database_url": f"sqlite+aiosqlite:///{folder}/try.db",
        }
    )
