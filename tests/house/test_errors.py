"""Errors are drawn as they are, and those that people read are whole sentences."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import nanobot.errors
import nanobot.images.errors
import nanobot.nanogpt.errors
from nanobot.errors import NanobotError, OperatorError, PersonError
from tests.house.sources import modules, parsed

DRAWN = (nanobot.errors, nanobot.images.errors, nanobot.nanogpt.errors)
_BRANCH = re.compile(r"^ {4}(?P<lines>[│├└─ ]*)(?P<name>[A-Z]\w+)\b")
_WIDTH_OF_A_BRANCH = 4

# The module in which an error ends that no person and no operator reads.
CAUGHT_IN = {
    "Withdrawn": "nanobot.generation.generator",
    "Undeliverable": "nanobot.bot.conversation",
    "ApiRefusal": "nanobot.sandbox.discord.rest",
}

# One sentence or several: each begins with a capital, a name in quotes or backticks, or a value; the last one ends.
_STARTS = re.compile(r"[A-Z“`{0-9]")
_ENDS = re.compile(r"([.!?][”)]?|:\n\{\})$")
# Discord's own words, as it shows them to people.
_QUOTED = "nanobot.sandbox.discord"


def drawn_tree(module: ModuleType) -> dict[str, str | None]:
    """Return each class in the drawing of a module's docstring, with the class above it."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for line in (module.__doc__ or "").splitlines():
        branch = _BRANCH.match(line)
        if branch is None:
            continue
        depth = len(branch["lines"]) // _WIDTH_OF_A_BRANCH
        path = [*path[:depth], branch["name"]]
        parents[branch["name"]] = path[-2] if depth else None
    return parents


def real_tree(module: ModuleType) -> dict[str, str]:
    """Return each public class of a module with the public class that it comes from."""
    return {
        name: next(base.__name__ for base in value.__mro__[1:] if not base.__name__.startswith("_"))
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.mark.parametrize("module", DRAWN, ids=lambda module: module.__name__)
def test_the_drawn_tree_is_the_real_one(module: ModuleType) -> None:
    """Whoever catches an error looks at the drawing to see what else they catch."""
    drawn, real = drawn_tree(module), real_tree(module)

    assert set(real) <= set(drawn)
    assert {name: parent for name, parent in drawn.items() if parent is not None} == {
        name: parent for name, parent in real.items() if drawn.get(name) is not None
    }


def all_below(root: type[Exception]) -> Iterator[type[Exception]]:
    for child in root.__subclasses__():
        yield child
        yield from all_below(child)


def import_everything() -> None:
    for name, path in modules():
        if path.name != "__main__.py":
            importlib.import_module(name)


def readable_errors() -> set[str]:
    import_everything()
    return {kind.__name__ for root in (PersonError, OperatorError) for kind in all_below(root)}


def written_sentences() -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each sentence that stands where such an error is made."""
    names = readable_errors()
    for module, path in modules():
        if module.startswith(_QUOTED):
            continue
        for call in _calls_with_sentences(parsed(path), names):
            for text in _texts(call.args[0]) if call.args else ():
                yield f"{module}, line {call.lineno}", text


def _calls_with_sentences(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    """Yield the calls of a class in `names`, and those by which such a class hands its sentence up."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in names:
                yield node
            case ast.ClassDef(name=name) if name in names:
                yield from (
                    each for each in ast.walk(node) if isinstance(each, ast.Call) and _is_super_init(each)
                )
            case _:
                pass


def _is_super_init(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
        case _:
            return False


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the literal texts that an expression can be, with {} for each value within."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)
        case _:
            pass


def test_every_error_of_ours_is_read_by_somebody_or_caught() -> None:
    """What is neither a person's nor the operator's has a place where it ends."""
    import_everything()
    inner = {
        kind.__name__
        for kind in NanobotError.__subclasses__()
        if kind.__module__.startswith("nanobot.") and kind not in {PersonError, OperatorError}
    }

    assert inner == set(CAUGHT_IN)
    assert [
        name for name, place in CAUGHT_IN.items() if name not in _caught_names(dict(modules())[place])
    ] == []


def _caught_names(path: Path) -> set[str]:
    handlers = (node.type for node in ast.walk(parsed(path)) if isinstance(node, ast.ExceptHandler))
    return {
        name.id
        for caught in handlers
        if caught is not None
        for name in ast.walk(caught)
        if isinstance(name, ast.Name)
    }


def test_errors_that_people_read_are_whole_sentences() -> None:
    found = dict(written_sentences())
    broken = {
        place: text
        for place, text in found.items()
        if not (_STARTS.match(text) and _ENDS.search(text.strip()))
    }

    assert broken == {}
    assert len(found) > 25


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        pytest.param("'A whole one.'", ["A whole one."], id="text"),
        pytest.param("f'{name} is wrong: {why}.'", ["{} is wrong: {}."], id="with values"),
        pytest.param("'One.' if a else f'{b} two.'", ["One.", "{} two."], id="either"),
        pytest.param("words.A_SENTENCE", [], id="kept elsewhere"),
    ],
)
def test_the_rule_reads_sentences_as_they_are_written(code: str, texts: list[str]) -> None:
    assert list(_texts(ast.parse(code, mode="eval").body)) == texts
