"""An operator in an empty folder, with a NanoGPT and a Discord that stand in for the real ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nanobot.cli import main
from nanobot.sandbox.discord import DiscordStandIn
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.settings import Settings

API_KEY = "sk-nano-operator-0123456789abcdef"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a command ended."""

    code: int | str | None
    out: str
    err: str

    @property
    def words(self) -> str:
        """Standard output as one line, however wide the terminal."""
        return " ".join(self.out.split())


class Operator:
    """Types commands in `folder`; `sets` is what `export` does."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def sets(self, **environment: str) -> None:
        for name, value in environment.items():
            self._monkeypatch.setenv(name, value)

    async def runs(self, *arguments: str) -> Run:
        """Run `python bot.py` with these arguments, beside the loop on which the stand-ins answer."""
        self._capsys.readouterr()
        code = await asyncio.to_thread(_code_of, arguments)
        captured = self._capsys.readouterr()
        return Run(code=code, out=captured.out, err=captured.err)


def _code_of(arguments: tuple[str, ...]) -> int | str | None:
    try:
        return main(arguments)
    except SystemExit as end:  # argparse's own way to end
        return end.code


@pytest.fixture
def operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Operator]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Operator(tmp_path, monkeypatch, capsys)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def nanogpt(operator: Operator) -> AsyncIterator[NanoGPTStandIn]:
    stand_in = NanoGPTStandIn(api_key=API_KEY)
    await stand_in.start()
    operator.sets(NANOGPT_API_KEY=API_KEY, NANOGPT_BASE_URL=stand_in.base_url)
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def discord(operator: Operator) -> AsyncIterator[DiscordStandIn]:
    stand_in = DiscordStandIn()
    await stand_in.start()
    operator.sets(DISCORD_TOKEN=stand_in.bot_token, DISCORD_API_URL=stand_in.api_url)
    yield stand_in
    await stand_in.stop()
