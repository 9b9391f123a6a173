"""A server with people who go on asking while their bot is killed again and again, and the reckoning afterwards."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from nanobot.quotas.audit import audit
from nanobot.sandbox.discord import Channel, DiscordStandIn, File, Message, Person
from nanobot.sandbox.discord.invocations import Invocation
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.models import Model, Takes
from nanobot.store.database import Database
from tests.crash.nursery import Bot, Nursery, open_nursery
from tests.generation.studio import photograph

API_KEY = "sk-nano-crash-0123456789abcdef"
_PATIENCE_SECONDS = 90.0
_TINY = ("64x64",)
# How the bot's last words begin, or what is in them.
_LAST_WORDS = (
    "Done",
    "the bot was restarted",
    "content policy",
    "Cancelled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A generation as the database has it."""

    id: str
    status: str
    prompt: str
    wanted: int
    made: int
    cost: Decimal
    is_leased: bool
    has_token: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Arena:
    discord: DiscordStandIn
    nanogpt: NanoGPTStandIn
    nursery: Nursery
    folder: Path
    general: Channel
    quiet: Channel
    """Here the bot may not post, so that a command's own answer carries the picture."""
    people: tuple[Person, Person, Person, Person]
    commands: dict[str, Invocation] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)

    async def start(self, *, die: str | None = None) -> Bot:
        """Start the bot; it is online when it hears Discord, see `online`."""
        environment = {
            "DISCORD_TOKEN": self.discord.bot_token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "NANOGPT_API_KEY": API_KEY,
            "NANOGPT_BASE_URL": self.nanogpt.base_url,
            "DEFAULT_QUOTA_IMAGES": "",
            "DEFAULT_MODEL": "tiny",
            "DEFAULT_EDIT_MODEL": "tiny-edit",
            "WAITING_GENERATIONS_PER_MEMBER": "50",
        }
        return await self.nursery.bear(self.folder, environment, die=die)

    async def start_online(self, *, die: str | None = None) -> Bot:
        before = self.discord.gateway.ready_count
        bot = await self.start(die=die)
        await self.discord.world.changes.wait_until(
            lambda: bot if self.discord.gateway.ready_count > before or bot.ended.done() else None,
            timeout=_PATIENCE_SECONDS,
            waiting_for="the bot to be online",
        )
        return bot

    async def ask(self) -> None:
        """Let everybody ask for something of their own; nobody waits for an answer here."""
        alice, bob, carol, dave = self.people
        turn = len(self.commands)
        one, two, quiet, refused, edit = (
            f"{word} {turn}" for word in ("one", "two", "quiet", "forbidden", "edit")
        )
        self.commands[one] = await alice.types(f"/imagine prompt:{one}", self.general)
        self.commands[two] = await bob.types(f"/imagine prompt:{two} count:2", self.general)
        self.commands[quiet] = await carol.types(f"/imagine prompt:{quiet}", self.quiet)
        self.commands[refused] = await alice.types(f"/imagine prompt:{refused}", self.general)
        picture = File("cat.png", photograph("chelsea.png", 48))
        self.messages[edit] = await dave.says(edit, dave.dm, files=[picture])

    def rows(self) -> list[Row]:
        """Read what the bot wrote down."""
        path = self.folder / "nanobot.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            try:
                found = database.execute(
                    "SELECT id, status, request, images_wanted, images_made, COALESCE(cost, 0),"
                    " lease_until IS NOT NULL, interaction_token IS NOT NULL FROM generations"
                ).fetchall()
            except sqlite3.OperationalError:  # killed before its first migration
                return []
        return [
            Row(
                id=id_,
                status=status,
                prompt=json.loads(request)["prompt"],
                wanted=wanted,
                made=made,
                cost=Decimal(str(cost)),
                is_leased=bool(leased),
                has_token=bool(token),
            )
            for id_, status, request, wanted, made, cost, leased, token in found
        ]

    async def all_told(self) -> None:
        """Wait until nothing is open and everybody knows."""
        await self.discord.world.changes.wait_until(
            lambda: None if any(row.is_leased for row in self.rows()) else True,
            timeout=_PATIENCE_SECONDS,
            waiting_for="every generation to be told of",
        )

    @property
    def too_late(self) -> set[str]:
        """What Discord itself said of that the bot did not respond: its first response was refused."""
        return {prompt for prompt, command in self.commands.items() if command.was_too_late}

    async def ended_or_all_told(self, bot: Bot) -> None:
        """Wait until everybody who asked last is accepted and told, or told by Discord, or the bot has ended."""
        last = {*list(self.commands)[-4:], *list(self.messages)[-1:]}

        def is_over() -> bool:
            rows = self.rows()
            told = {row.prompt for row in rows} | self.too_late
            return last <= told and not any(row.is_leased for row in rows)

        await self.discord.world.changes.wait_until(
            lambda: True if bot.ended.done() or is_over() else None,
            timeout=_PATIENCE_SECONDS,
            waiting_for="the bot to end, or to have told everybody",
        )

    async def findings(self) -> list[str]:
        """Return what is wrong, each as a line; the bot has ended."""
        rows = self.rows()
        found = [line for row in rows for line in self._findings_of(row)]
        prompts = Counter(row.prompt for row in rows)
        found += [f"{prompt}: accepted {count} times" for prompt, count in prompts.items() if count > 1]
        begun = (prompt for prompt in self.too_late if prompt in prompts or self._orders(prompt))
        found += [f"{prompt}: begun, though too late" for prompt in begun]
        unpaid = self.nanogpt.paid_pictures - sum(self._paid(row.prompt) for row in rows)
        if unpaid:
            found.append(f"{unpaid} pictures were paid for nobody")
        return found + await self._imbalances()

    async def _imbalances(self) -> list[str]:
        database = Database.open(f"sqlite+aiosqlite:///{self.folder / 'nanobot.db'}")
        try:
            async with database.read() as session:
                audited = await audit(session)
        finally:
            await database.close()
        open_holds = audited.totals.open_holds
        return [] if audited.balances and not open_holds else [*audited.sentences, f"{open_holds} open holds"]

    def _findings_of(self, row: Row) -> Iterator[str]:
        who = f"{row.prompt} ({row.id}, {row.status})"
        public, private = self._shown(row)
        paid, orders = self._paid(row.prompt), self._orders(row.prompt)
        if row.is_leased or row.has_token:
            yield f"{who}: nobody said how it ended"
        if orders > 1:
            yield f"{who}: sent {orders} times"
        if public > 1 or (row.status == "posted") != bool(public + private):
            yield f"{who}: posted {public} times, and {private} times for one person"
        if row.status == "posted" and (paid != row.made or paid != row.wanted):
            yield f"{who}: {paid} pictures paid, {row.made} posted"
        if row.status not in {"posted", "unknown"} and paid:
            yield f"{who}: {paid} pictures paid and gone"
        if row.status == "unknown" and f"generation {row.id}: sent before the restart" not in self.log:
            yield f"{who}: the operator was not told"
        yield from self._unanswered(row, who)

    def _unanswered(self, row: Row, who: str) -> Iterator[str]:
        if row.prompt in self.commands:
            original = self.commands[row.prompt].original
            told = "" if original is None else original.content
            if not any(words.lower() in told.lower() for words in _LAST_WORDS) and not (
                original is not None and original.attachments
            ):
                yield f"{who}: left with {told!r}"
            return
        asked = self.messages[row.prompt]
        answers = [each for each in asked.channel.messages.values() if each.reference is asked]
        if len(answers) != 1:
            yield f"{who}: answered {[each.content for each in answers]}"

    def _shown(self, row: Row) -> tuple[int, int]:
        """Return how many messages show a generation's pictures to all who are there, and to its person alone."""
        shown = [
            message
            for channel in self.discord.world.channels.values()
            for message in channel.messages.values()
            if message.attachments and row.id in json.dumps(message.components)
        ]
        private = sum(message.ephemeral for message in shown)
        return len(shown) - private, private

    def _orders(self, prompt: str) -> int:
        return sum(request.fields.get("prompt") == prompt for request in self.nanogpt.requests)

    def _paid(self, prompt: str) -> int:
        return sum(
            int(str(request.fields.get("n", 1)))
            for request in self.nanogpt.requests
            if request.fields.get("prompt") == prompt and request.cost
        )

    @property
    def log(self) -> str:
        return (self.folder / "bot.log").read_text("utf-8", errors="replace")


@asynccontextmanager
async def open_arena(folder: Path, *, response_deadline_seconds: float = 3.0) -> AsyncIterator[Arena]:
    """Bring the stand-ins up, with models whose pictures cost no time, and a bot that is not started yet."""
    discord = DiscordStandIn(response_deadline_seconds=response_deadline_seconds)
    nanogpt = NanoGPTStandIn(api_key=API_KEY, balance=Decimal(1000), on_request=discord.world.changes.ring)
    nanogpt.catalogue.add(Model(id="tiny", name="Tiny", price=Decimal("1.0"), resolutions=_TINY))
    nanogpt.catalogue.add(
        Model(
            id="tiny-edit",
            name="Tiny Edit",
            price=Decimal("1.0"),
            resolutions=_TINY,
            pictures=Takes.REQUIRED,
        )
    )
    await discord.start()
    await nanogpt.start()
    guild = discord.add_guild("Fox Den")
    quiet = guild.add_channel("quiet")
    quiet.deny_bot("SEND_MESSAGES")
    alice, bob, carol, dave = (guild.add_member(name) for name in ("alice", "bob", "carol", "dave"))
    try:
        async with open_nursery(discord.world.changes.ring) as nursery:
            yield Arena(
                discord=discord,
                nanogpt=nanogpt,
                nursery=nursery,
                folder=folder,
                general=guild.add_channel("general"),
                quiet=quiet,
                people=(alice, bob, carol, dave),
            )
    finally:
        await nanogpt.stop()
        await discord.stop()
