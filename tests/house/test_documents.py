"""What the documents name exists, and what exists is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord import AppCommandType, app_commands

from nanobot.bot.app import Nanobot
from nanobot.clock import SystemClock
from nanobot.settings import Settings
from nanobot.wiring import open_services
from tests.house.sources import ROOT

README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]

_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<text>.+)$", re.MULTILINE)
_NAME_OF_A_SETTING = re.compile(r"`(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`")
_COMMAND = re.compile(r"`/(?P<name>[a-z_]+(?: [a-z_]+)?)(?=[` ])")
_ROW_OF_A_COMMAND = re.compile(r"^\| `/(?P<name>[a-z_ ]+)` \|", re.MULTILINE)
_ROW_OF_A_SETTING = re.compile(r"^\| `(?P<name>[A-Z_]+)` \|", re.MULTILINE)
# Read by the tests and by `.ci/run`, not by the bot; and a blank to fill in.
_OTHER_NAMES = {"TEST_POSTGRES_URL", "UPDATE_SENTENCES", "APPLICATION_ID"}
_PAGES_OF_HEALTH = {"healthz", "readyz", "metrics"}


def broken_links(document: Path) -> Iterator[str]:
    """Yield the relative links of a document that lead nowhere."""
    for match in _LINK.finditer(document.read_text()):
        target, _, anchor = match["target"].partition("#")
        if ":" in target:
            continue
        path = document.parent / target if target else document
        if not path.exists() or (anchor and anchor not in set(_anchors(path))):
            yield match["target"]


def _anchors(document: Path) -> Iterator[str]:
    for match in _HEADING.finditer(document.read_text()):
        words = re.sub(r"[^\w\- ]", "", match["text"].lower())
        yield words.replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(document: Path) -> None:
    assert list(broken_links(document)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "# A heading, here\n[a](page.md) [b](none.md) [c](#a-heading-here) [d](#none) [e](https://example.org/x)"
    )

    assert list(broken_links(document)) == ["none.md", "#none"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_settings_that_are_named_exist(document: Path) -> None:
    named = {match["name"] for match in _NAME_OF_A_SETTING.finditer(document.read_text())}

    assert named - {name.upper() for name in Settings.model_fields} - _OTHER_NAMES == set()


def test_the_readme_lists_every_setting_once() -> None:
    listed = [match["name"] for match in _ROW_OF_A_SETTING.finditer(README.read_text())]

    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


async def commands_of_the_bot(folder: Path) -> set[str]:
    """Return the qualified names of the slash commands that the bot registers."""
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite+aiosqlite:///{folder / 'nanobot.db'}",
        nanogpt_api_key="sk-nano-0123456789",
    )
    async with open_services(settings, SystemClock()) as services:
        bot = Nanobot(services)
        return {
            command.qualified_name
            for command in bot.tree.walk_commands(type=AppCommandType.chat_input)
            if isinstance(command, app_commands.Command)
        }


async def test_commands_that_are_named_exist_and_the_readme_names_all(tmp_path: Path) -> None:
    """A group such as `/privacy` may stand for its commands."""
    commands = await commands_of_the_bot(tmp_path)
    groups = {name.partition(" ")[0] for name in commands}
    named = {
        document.name: {match["name"] for match in _COMMAND.finditer(document.read_text())} - _PAGES_OF_HEALTH
        for document in DOCUMENTS
    }
    strangers = {
        document: unknown
        for document, names in named.items()
        if (unknown := {name for name in names if not _is_known(name, commands | groups)})
    }
    rows = {match["name"] for match in _ROW_OF_A_COMMAND.finditer(README.read_text())}

    assert strangers == {}
    assert {name for name in commands if not {name, name.partition(" ")[0]} & rows} == set()
    assert rows <= commands | groups


def _is_known(name: str, known: set[str]) -> bool:
    """Tell whether `name` is a command, or a command and the first word of its options."""
    return name in known or (name.partition(" ")[0] in known and not _has_subcommands(name, known))


def _has_subcommands(name: str, known: set[str]) -> bool:
    return any(each.startswith(f"{name.partition(' ')[0]} ") for each in known)


def test_the_check_of_a_change_runs_the_readmes_own_line() -> None:
    """What a newcomer is told to type is what is known to work."""
    match = re.search(
        r"The tests run with:\s+```sh\n(?P<line>[^\n]+)\n```|^(?P<other>.*-m pytest.*)$",
        README.read_text(),
        re.MULTILINE,
    )
    assert match is not None
    line = match["line"] or match["other"]

    assert line in (ROOT / ".ci" / "run").read_text().splitlines()
