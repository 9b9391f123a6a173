"""Runs the discord.js program as a process of its own and reads what it says."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from nanobot.sandbox.discord import DiscordStandIn
from tests.sandbox.discord_js.installation import HERE

Fact = dict[str, Any]

_PATIENCE_SECONDS = 60
_LONGEST_LINE_BYTES = 1 << 20


class Program:
    """Made by `started`; whoever starts it stops it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._facts: list[Fact] = []
        self._complaints = ""
        self._has_ended = False
        self._news = asyncio.Condition()
        self._readers = [
            asyncio.create_task(self._read_facts()),
            asyncio.create_task(self._read_complaints()),
        ]

    @classmethod
    async def started(cls, node: str, stand_in: DiscordStandIn, *, picture: Path, token: str = "") -> Program:
        process = await asyncio.create_subprocess_exec(
            node,
            str(HERE / "bot.mjs"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE_BYTES,
            env=os.environ
            | {
                "DISCORD_BASE_URL": stand_in.base_url,
                "DISCORD_TOKEN": token or stand_in.bot_token,
                "PICTURE": str(picture),
            },
        )
        return cls(process)

    async def saw(self, kind: str, **fields: object) -> Fact:
        """Return the first line of this kind with these fields, waiting for it if need be.

        Raises:
            AssertionError: it did not come in time, or the program failed or ended without it.
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self._news:
                while (found := self._find(kind, fields)) is None and not (self._has_ended or self.errors):
                    await self._news.wait()
        except TimeoutError:
            found = None
        told = "\n".join(json.dumps(fact) for fact in self._facts)
        assert found is not None, f"no {kind} with {fields} in:\n{told}\n{self._complaints}"
        return found

    @property
    def errors(self) -> list[Fact]:
        """What went wrong inside the program."""
        return [fact for fact in self._facts if fact["saw"] == "error"]

    async def stop(self) -> int:
        """Close its standard input, wait until it has ended and return its exit code."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            self._process.kill()
            code = await self._process.wait()
        await asyncio.gather(*self._readers)
        return code

    async def _read_facts(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._news:
                self._facts.append(json.loads(line))
                self._news.notify_all()
        async with self._news:
            self._has_ended = True
            self._news.notify_all()

    async def _read_complaints(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self._complaints += line.decode(errors="replace")

    def _find(self, kind: str, fields: Fact) -> Fact | None:
        wanted = {"saw": kind, **fields}
        return next((fact for fact in self._facts if wanted.items() <= fact.items()), None)
