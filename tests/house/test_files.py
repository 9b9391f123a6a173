"""Files that a reader can hold in their head."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LONGEST_FIRST, precedence
from tests.house.sources import PACKAGE, ROOT, modules, parsed

MAX_LINES_OF_A_FILE = 320
MAX_LINES_OF_A_FUNCTION = 60
MAX_LINES_OF_NINE_FUNCTIONS_IN_TEN = 26
MAX_NESTING = 4
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "manager", "stuff"}

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
_UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MODULES = [pytest.param(path, id=name) for name, path in modules()]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function, its signature included, its docstring and decorators not."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (
        sum((node.end_lineno or 0) - node.lineno + 1 for node in body) + body_start(function) if body else 1
    )


def body_start(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return function.body[0].lineno - function.lineno


def nesting(node: ast.AST, depth: int = 0) -> int:
    """Return how deep blocks lie in each other; an `elif` lies beside its `if`."""
    deepest = depth
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        inner = depth + (isinstance(child, _BLOCKS) and not is_elif)
        deepest = max(deepest, nesting(child, inner))
    return deepest


@pytest.mark.parametrize("path", MODULES)
def test_a_module_says_why_it_exists_and_fits_on_a_few_pages(path: Path) -> None:
    text = path.read_text()
    docstring = ast.get_docstring(ast.parse(text))

    assert docstring, f"{path.name} has no docstring: say why it exists and what it may import."
    assert docstring.split("\n\n")[0].rstrip().endswith((".", "!", ":")), docstring
    assert len(text.splitlines()) <= MAX_LINES_OF_A_FILE, f"{path.name} holds two things: part them."


@pytest.mark.parametrize("path", MODULES)
def test_functions_are_short_and_shallow(path: Path) -> None:
    long = {each.name: length(each) for each in functions(path) if length(each) > MAX_LINES_OF_A_FUNCTION}
    deep = {each.name: nesting(each) for each in functions(path) if nesting(each) > MAX_NESTING}

    assert (long, deep) == ({}, {})


def test_most_functions_are_shorter_by_far() -> None:
    lengths = sorted(length(each) for _, path in modules() for each in functions(path))

    assert lengths[len(lengths) * 9 // 10] <= MAX_LINES_OF_NINE_FUNCTIONS_IN_TEN


def test_modules_are_named_for_what_they_are() -> None:
    """A name that fits everything attracts everything."""
    assert [str(path) for _, path in modules() if NAMELESS & {path.stem, path.parent.name}] == []


def test_nothing_is_left_for_later() -> None:
    """What is not done belongs in the tracker, where somebody finds it."""
    places = [*PACKAGE.rglob("*.py"), *(ROOT / "migrations").rglob("*.py"), ROOT / "bot.py"]

    assert [str(path) for path in places if _UNDONE.search(path.read_text())] == []


def test_the_measures_measure() -> None:
    tree = ast.parse(
        "def f():\n    '''Words.'''\n    if a:\n        for b in c:\n            x = 1\n    elif d:\n        y = 2\n"
    )
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)

    assert nesting(function) == 2
    assert length(function) == 6


def test_what_takes_long_is_still_where_it_is_begun_first() -> None:
    """A folder that moves would be tested last, while every other core waits."""
    assert [path for path in LONGEST_FIRST if not (ROOT / path).exists()] == []
    assert precedence("tests/crash/test_kills.py::test_any") < precedence("tests/test_clock.py::test_any")
