"""What a person is told of every error that NanoGPT's client knows, and how the generation is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nanobot.generation.failures import is_operators_concern, sentence_of, status_of
from nanobot.nanogpt import errors
from nanobot.store.tables import GenerationStatus

FAILED, REFUSED, UNKNOWN = GenerationStatus.FAILED, GenerationStatus.REFUSED, GenerationStatus.UNKNOWN
CREDIT = "Nothing was taken from your quota."
OUT_OF_ORDER = "The bot is out of order: {why} Whoever runs it has been told in its log. " + CREDIT

# error, status, whether the operator has to look at it, what is told
EXPECTED = [
    (errors.NotCharged(), FAILED, False, "NanoGPT did not accept the request. Change it and try again."),
    (
        errors.InvalidRequest("size is unknown"),
        REFUSED,
        False,
        "NanoGPT did not accept the request: “size is unknown”. Change it and try again.",
    ),
    (
        errors.PolicyRefused("bad words"),
        REFUSED,
        False,
        "NanoGPT's content policy does not allow this prompt or picture. Please word it differently.",
    ),
    (errors.Unauthorized(), FAILED, True, OUT_OF_ORDER.format(why="NanoGPT does not accept its key.")),
    (errors.OutOfFunds(), FAILED, True, OUT_OF_ORDER.format(why="its balance at NanoGPT is used up.")),
    (
        errors.Forbidden(),
        FAILED,
        True,
        "NanoGPT does not permit the bot to do this with `hidream`. Choose another; `/models` lists some.",
    ),
    (
        errors.ModelUnavailable(),
        REFUSED,
        False,
        "NanoGPT has no model `hidream` for pictures right now. Choose another; `/models` lists some.",
    ),
    (
        errors.WrongAddress(),
        FAILED,
        True,
        OUT_OF_ORDER.format(why="NanoGPT does not answer at the address it was given."),
    ),
    (
        errors.PayloadTooLarge(),
        REFUSED,
        False,
        "The pictures are too large for NanoGPT. Try fewer or smaller ones.",
    ),
    (errors.Conflict(), FAILED, False, "NanoGPT did not accept the request. Change it and try again."),
    (errors.RateLimited(), FAILED, False, "NanoGPT is busy right now. Try again in a minute."),
    (
        errors.RateLimited(retry_after=60.0),
        FAILED,
        False,
        "NanoGPT is busy right now. Try again in a minute.",
    ),
    (
        errors.RateLimited(retry_after=100.0),
        FAILED,
        False,
        "NanoGPT is busy right now. Try again in 2 minutes.",
    ),
    (
        errors.RateLimited(retry_after=61.0),
        FAILED,
        False,
        "NanoGPT is busy right now. Try again in 2 minutes.",
    ),
    (
        errors.DailyLimitReached(),
        FAILED,
        True,
        "The bot has reached its daily limit at NanoGPT. Try again after 00:00 UTC.",
    ),
    (
        errors.Unreachable(),
        FAILED,
        False,
        "NanoGPT cannot be reached right now. Try again in a few minutes.",
    ),
    (
        errors.OutcomeUnknown(),
        UNKNOWN,
        True,
        "NanoGPT failed in the middle of the work. Try again in a minute.",
    ),
    (
        errors.TimedOut(),
        UNKNOWN,
        True,
        "NanoGPT took too long, so the request was given up. Try again, perhaps with a faster model.",
    ),
    (
        errors.ServerFailed(),
        UNKNOWN,
        True,
        "NanoGPT failed in the middle of the work. Try again in a minute.",
    ),
    (
        errors.ConnectionBroken(),
        UNKNOWN,
        True,
        "NanoGPT failed in the middle of the work. Try again in a minute.",
    ),
    (
        errors.UnreadableAnswer(),
        UNKNOWN,
        True,
        "NanoGPT failed in the middle of the work. Try again in a minute.",
    ),
    (
        errors.PictureNotMade(),
        FAILED,
        False,
        "NanoGPT could not make the picture. Try again, perhaps in other words.",
    ),
    (
        errors.PictureNotMade("banned words."),
        FAILED,
        False,
        "NanoGPT could not make the picture: “banned words”. Try again, perhaps in other words.",
    ),
]

# Never reaches a sentence: the collector leaves the picture out, and the generator says what that means.
ELSEWHERE = {errors.NanoGPTError, errors.DownloadFailed}


def all_below(root: type[errors.NanoGPTError]) -> Iterator[type[errors.NanoGPTError]]:
    yield root
    for child in root.__subclasses__():
        yield from all_below(child)


def test_the_table_knows_every_error_of_the_client() -> None:
    """A new class of error needs its sentence: add it to the table above."""
    named = {kind for kind in all_below(errors.NanoGPTError) if not kind.__name__.startswith("_")}

    assert named - {type(error) for error, *_ in EXPECTED} == ELSEWHERE


@pytest.mark.parametrize(
    ("error", "status", "concerns_operator", "told"),
    [pytest.param(*row, id=f"{type(row[0]).__name__}-{number}") for number, row in enumerate(EXPECTED)],
)
def test_each_error_has_its_sentence_and_its_status(
    error: errors.NanoGPTError, status: GenerationStatus, concerns_operator: bool, told: str
) -> None:
    whole = told if told.endswith(CREDIT) else f"{told} {CREDIT}"

    assert sentence_of(error, model="hidream") == whole
    assert status_of(error) is status
    assert is_operators_concern(error) is concerns_operator


@pytest.mark.parametrize(
    "kind", [type(error) for error, *_ in EXPECTED if not isinstance(error, errors.InvalidRequest)]
)
def test_only_what_is_about_the_request_repeats_the_vendors_words(kind: type[errors.NanoGPTError]) -> None:
    """What NanoGPT says of the operator's account is not for members."""
    sentence = sentence_of(kind("account 4711 of fox@example.org"), model="hidream")

    assert ("4711" in sentence) is (kind in {errors.NotCharged, errors.Conflict, errors.PictureNotMade})


def test_what_nanogpt_says_is_shown_as_text() -> None:
    """It may hold a member's own words, or a link behind other words."""
    error = errors.InvalidRequest("[free pictures](https://x.example) for `a_fox`.", status=400)

    assert sentence_of(error, model="hidream") == (
        "NanoGPT did not accept the request: “\\[free pictures\\](https://x.example) for \\`a\\_fox\\`”. "
        f"Change it and try again. {CREDIT}"
    )
