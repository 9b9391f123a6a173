"""Each feature of NanoGPT's image guide has a row in docs/nanogpt.md, and each row a test that exists and passes.

That they pass is looked at by the run itself, when it is one of the whole suite (`feature_table.PassedTests`).
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nanobot.nanogpt import GUIDE_MODELS, ImageRequest
from tests.house.feature_table import DOCUMENT, HEADING, Row, rows
from tests.house.sources import ROOT, parsed

ROWS = list(rows(DOCUMENT.read_text()))
# What the guide's examples and its reference name, beside the fields of a request.
_STATUSES = ("400", "401", "402", "403", "404", "408", "409", "413", "429", "500", "503", "504")
_CONFTEST = """
import pytest
from tests.house.feature_table import PassedTests

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(PassedTests(["inner/test_it.py::test_one", "inner/test_it.py::test_two[b]"]))
"""
_SUITE = """
import pytest

@pytest.mark.skipif({skips}, reason="as on a poor machine")
def test_one():
    pass

@pytest.mark.parametrize("case", {cases!r})
def test_two(case):
    pass
"""


def test_the_table_is_found() -> None:
    assert len(ROWS) > 60


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.feature)
def test_each_feature_names_a_test_that_exists(row: Row) -> None:
    assert row.tests
    for name in row.tests:
        path, _, function = name.partition("::")
        assert function.partition("[")[0] in functions(ROOT / path)


def functions(path: Path) -> set[str]:
    return {
        node.name for node in parsed(path).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_no_feature_has_two_rows() -> None:
    features = [row.feature for row in ROWS]

    assert len(features) == len(set(features))


def test_every_model_field_and_status_has_a_row() -> None:
    request = ImageRequest(
        prompt="a fox",
        model="flux-kontext",
        size="1024x1024",
        user="u",
        image_data_urls=("data:image/png;base64,AA", "data:image/png;base64,AA"),
        mask_data_url="data:image/png;base64,AA",
        strength=0.8,
        guidance_scale=7.5,
        num_inference_steps=30,
        seed=42,
        negative_prompt="rain",
        kontext_max_mode=True,
    )
    wanted = {*GUIDE_MODELS, *request.to_body(), "imageDataUrl"}
    features = " ".join(row.feature for row in ROWS)

    assert {name for name in wanted if f"`{name}`" not in features} == set()
    assert [status for status in _STATUSES if f" {status} " not in f" {features} "] == []


@pytest.mark.parametrize(
    ("skips", "cases", "arguments", "code"),
    [
        pytest.param(False, "ab", (), 0, id="all of them passed"),
        pytest.param(True, "ab", (), 1, id="one was skipped"),
        pytest.param(False, "a", (), 1, id="a case is gone"),
        pytest.param(True, "ab", ("-n", "2"), 1, id="one was skipped by a worker"),
        pytest.param(False, "ab", ("-n", "2"), 0, id="all of them passed in workers"),
        pytest.param(True, "a", ("-k", "test_two"), 0, id="not the whole suite"),
        pytest.param(True, "a", ("inner",), 0, id="a folder of one's own choice"),
    ],
)
def test_a_run_of_the_whole_suite_fails_where_a_named_test_did_not_pass(
    tmp_path: Path, *, skips: bool, cases: str, arguments: tuple[str, ...], code: int
) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "test_it.py").write_text(_SUITE.format(skips=skips, cases=list(cases)))
    (tmp_path / "conftest.py").write_text(_CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = inner\n")
    # That suite reaches nothing of ours, so it need not be measured either.
    ours = ("PYTEST_", "COVERAGE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "xdist", *arguments],
        cwd=tmp_path,
        # What else is installed need not be imported seven times over.
        env={**environment, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == code, run.stdout + run.stderr
    assert ("named in nanogpt.md, and did not pass" in run.stdout) is (code != 0)


def test_a_row_is_read_with_all_its_tests() -> None:
    text = f"{HEADING}\n\n| feature | how | test |\n|---|---|---|\n| `n` | sent | `tests/a.py::test_b[c d]` `tests/e.py::test_f` |\n"

    assert list(rows(text)) == [Row(feature="`n`", tests=("tests/a.py::test_b[c d]", "tests/e.py::test_f"))]
