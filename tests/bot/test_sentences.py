"""Every sentence that people read in Discord on one page, `sentences.txt`, so that its tone can be reviewed.

After a change of words, write it anew with UPDATE_SENTENCES=1 and read the difference.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from nanobot.bot.replies import about, alarms, errors, files, generation, quotas
from nanobot.generation import books, failures, generator, recovery, turns
from nanobot.generation.events import CheaperSize
from nanobot.images import errors as picture_errors
from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.quotas.desk import GuildRules, QuotaInputError, Standing
from nanobot.quotas.policy import (
    AppliedRule,
    BotRule,
    MemberRule,
    QuotaRefusal,
    RoleRule,
    Rule,
    ServerRule,
    Window,
)
from nanobot.settings import Period
from nanobot.store.ledger import MemberUsage
from nanobot.store.privacy import Erasure
from nanobot.store.tables import Generation, GenerationStatus
from tests.generation.test_failures import EXPECTED

PAGE = Path(__file__).with_name("sentences.txt")
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 19, tzinfo=UTC)
LINK = "https://discord.com/channels/1/2/3"

TWENTY_A_DAY = Rule(images=20, period=Period.DAY)
FIVE_A_WEEK = Rule(images=5, period=Period.WEEK)
NONE_A_DAY = Rule(images=0, period=Period.DAY)
UNLIMITED = Rule(images=None, period=Period.MONTH)
STANDING = Standing(
    applied=AppliedRule(rule=TWENTY_A_DAY, source=ServerRule()),
    window=Window(start=NOON, resets_at=MIDNIGHT),
    used=18,
    held=2,
    granted=3,
    left=5,
)
FREE = replace(
    STANDING, applied=AppliedRule(rule=UNLIMITED, source=RoleRule(role_id=8)), held=0, granted=0, left=None
)
BLOCKED = replace(STANDING, applied=AppliedRule(rule=NONE_A_DAY, source=MemberRule()), held=0, left=0)
REFUSAL = QuotaRefusal(
    applied=AppliedRule(rule=TWENTY_A_DAY, source=BotRule()),
    used=20,
    granted=0,
    wanted=1,
    left=0,
    resets_at=MIDNIGHT,
)
CAPTION = generation.Caption(
    user_id=7,
    prompt="a *fox* in the snow",
    model="hidream",
    width=1024,
    height=768,
    seed=42,
    cost=Decimal("0.014"),
    seconds=12.34,
    lost=1,
)
CHEAPER = CheaperSize(size="512x512", price=Decimal("0.009"), instead_of=Decimal("0.014"))


def made(status: GenerationStatus) -> Generation:
    return Generation(
        id="0" * 32,
        created_at=NOON,
        updated_at=NOON,
        status=status,
        kind="imagine",
        guild_id=1,
        channel_id=2,
        user_id=7,
        request={"prompt": "a fox in the snow", "model": "hidream"},
        images_wanted=1,
        cost=Decimal("0.014"),
        posted_channel_id=2,
        posted_message_id=3,
    )


# What each function says, in the cases that read differently.
SAID: Mapping[Callable[..., str], list[str]] = {
    about.models_page: [about.models_page(GUIDE_MODELS.values())],
    about.history_page: [
        about.history_page([made(GenerationStatus.POSTED), made(GenerationStatus.REFUSED)]),
        about.history_page([]),
    ],
    about.erased: [
        about.erased(Erasure(erased=12, still_open=0)),
        about.erased(Erasure(erased=12, still_open=1)),
    ],
    alarms.alarm_message: [alarms.alarm_message("The balance at NanoGPT is used up: top it up.")],
    errors.unexpected: [errors.unexpected("1a2b3c4d")],
    files.attachment_too_large: [files.attachment_too_large("fox_1.png", 26_000_000, 25)],
    files.not_a_picture_name: [files.not_a_picture_name("letter.pdf")],
    files.file_name: [files.file_name("fox_1.png"), files.file_name("[free](https://x.example)" * 4)],
    files.attachment_gone: [files.attachment_gone("fox.png")],
    files.no_such_picture: [files.no_such_picture(3, 1), files.no_such_picture(5, 2)],
    generation.queued: [generation.queued(1), generation.queued(4)],
    generation.preparing: [generation.preparing(0), generation.preparing(1), generation.preparing(3)],
    generation.generating: [generation.generating("hidream", NOON)],
    generation.arrived: [generation.arrived(1, 4), generation.arrived(3, 4)],
    generation.done: [
        generation.done(LINK, quotas.remaining_line(STANDING)),
        generation.done(LINK),
        generation.done(LINK, quotas.remaining_line(STANDING), CHEAPER),
    ],
    generation.recovered: [generation.recovered(LINK)],
    generation.no_right_to_answer: [generation.no_right_to_answer("<#600>")],
    generation.caption: [
        generation.caption(CAPTION),
        generation.caption(
            replace(
                CAPTION,
                asked=1,
                planned=4,
                shown=2,
                flagged=1,
                failed=2,
                failure="NanoGPT failed in the middle of the work. Try again in a minute.",
                left_out=("strength", "steps"),
            )
        ),
        generation.caption(replace(CAPTION, lost=0, flagged=1, left_out=("strength",))),
    ],
    generation.alt_text: [
        generation.alt_text("a fox in the snow", 1, 1),
        generation.alt_text("a fox in the snow", 2, 3),
    ],
    generation.money: [generation.money(Decimal(amount)) for amount in ("0.0140", "0", "1.5")],
    generation.quote: [generation.quote("**bold**\n@everyone", 100)],
    generation.shorten: [generation.shorten("a fox in the snow", 6)],
    quotas.quota_refusal: [
        quotas.quota_refusal(REFUSAL),
        quotas.quota_refusal(replace(REFUSAL, used=18, wanted=4, left=2)),
        quotas.quota_refusal(
            replace(REFUSAL, applied=AppliedRule(rule=FIVE_A_WEEK, source=BotRule()), used=5, wanted=8)
        ),
        quotas.quota_refusal(
            replace(REFUSAL, applied=AppliedRule(rule=NONE_A_DAY, source=ServerRule()), used=0)
        ),
        quotas.quota_refusal(
            replace(REFUSAL, applied=AppliedRule(rule=NONE_A_DAY, source=MemberRule()), used=0)
        ),
    ],
    quotas.remaining_line: [
        quotas.remaining_line(STANDING),
        quotas.remaining_line(replace(STANDING, granted=0, left=1)),
        quotas.remaining_line(FREE),
    ],
    quotas.usage_page: [
        quotas.usage_page(STANDING),
        quotas.usage_page(FREE, about="<@7>"),
        quotas.usage_page(BLOCKED, about="<@7>"),
    ],
    quotas.rules_page: [
        quotas.rules_page(
            GuildRules(bot=TWENTY_A_DAY, server=None, roles={8: FIVE_A_WEEK}, members={7: NONE_A_DAY}),
            [MemberUsage(user_id=7, images=3, cost=Decimal("0.042"))],
        ),
        quotas.rules_page(GuildRules(bot=TWENTY_A_DAY, server=UNLIMITED, roles={}, members={}), []),
    ],
    quotas.rule_set: [
        quotas.rule_set("<@&8>", FIVE_A_WEEK),
        quotas.rule_set("<@7>", NONE_A_DAY, standing=BLOCKED),
    ],
    quotas.rule_removed: [quotas.rule_removed("<@&8>")],
    quotas.granted: [quotas.granted("<@7>", 3, STANDING)],
    quotas.reset_done: [quotas.reset_done("<@7>", STANDING)],
    quotas.pictures: [quotas.pictures(1), quotas.pictures(1200)],
    quotas.used_of: [quotas.used_of(18, TWENTY_A_DAY), quotas.used_of(18, UNLIMITED)],
    quotas.rule_words: [quotas.rule_words(rule) for rule in (TWENTY_A_DAY, FIVE_A_WEEK, UNLIMITED)],
    quotas.bar: [quotas.bar(used, 20) for used in (0, 1, 10, 19, 20)],
}

REPLIES = (about, alarms, errors, files, generation, quotas)
_A_SENTENCE = re.compile(r"([A-Z0-9]|\S+\.png ).*[.!?]$", re.DOTALL)


def constants(module: ModuleType) -> Iterator[tuple[str, str]]:
    for name, value in vars(module).items():
        if name.isupper() and not name.startswith("_") and isinstance(value, str):
            yield name, value


def functions(module: ModuleType) -> Iterator[Callable[..., str]]:
    """Yield what a module offers that returns text."""
    for name, value in vars(module).items():
        if not inspect.isfunction(value) or value.__module__ != module.__name__ or name.startswith("_"):
            continue
        if value.__annotations__["return"] == "str":
            yield value


def page() -> str:
    """Return the whole page: what is said in Discord, then the sentences that errors carry there."""
    lines: list[str] = []
    for module in REPLIES:
        lines.append(f"## {module.__name__}")
        lines += [_entry(name, value) for name, value in constants(module)]
        lines += [_entry(each.__name__, text) for each in functions(module) for text in SAID[each]]
    for module in (generator, recovery):
        lines.append(f"## {module.__name__}")
        lines += [_entry(name, value) for name, value in constants(module)]
    lines.append("## errors")
    lines += [_entry(type(error).__name__, str(error)) for error in _errors()]
    lines.append("## what NanoGPT says no to")
    lines += [
        _entry(type(error).__name__, failures.sentence_of(error, model="hidream")) for error, *_ in EXPECTED
    ]
    return "\n".join(lines) + "\n"


def _errors() -> list[Exception]:
    return [
        books.TakenOver(),
        turns.TooManyWaiting(waiting=0),
        turns.TooManyWaiting(waiting=1),
        turns.TooManyWaiting(waiting=5),
        QuotaInputError(what="A grant", images=2_000_000, least=1, most=1_000_000),
        picture_errors.PictureUnreadable("fox.png"),
        picture_errors.NotAPicture(),
        picture_errors.PictureTooLarge(90_000, 80_000, "fox.png"),
        picture_errors.PictureTooComplex("fox.png"),
        picture_errors.MaskEmpty("mask.png"),
        picture_errors.LinkRefused(),
        picture_errors.LinkUnreachable(),
        picture_errors.LinkUnreachable(404),
        picture_errors.LinkTooLarge(25_000_000),
        picture_errors.LinkTooSlow(20),
        picture_errors.LinkNotAPicture(),
    ]


def _entry(name: str, text: str) -> str:
    return f"{name}\n    " + text.replace("\n", "\n    ")


def test_the_page_of_sentences_is_up_to_date() -> None:
    """Changed words are seen as such: UPDATE_SENTENCES=1 writes the page anew, and the difference is reviewed."""
    if os.environ.get("UPDATE_SENTENCES"):
        PAGE.write_text(page(), encoding="utf-8")

    assert page() == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", REPLIES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_everything_that_is_said_is_on_the_page(module: ModuleType) -> None:
    assert [each.__name__ for each in functions(module) if not SAID.get(each)] == []


def test_nobody_is_told_oops_or_a_path_or_a_class() -> None:
    """Sentences for people: what happened, what to do, when to try again."""
    found = re.findall(
        r"(?i)\boops|\bexception\b|traceback|/home/|/tmp/|None\b|nan\b|\bplease please", _said()
    )

    assert found == []


def _said() -> str:
    """Return the page without the names that head its entries."""
    return "\n".join(line for line in page().splitlines() if line.startswith("    "))


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            pytest.param(failures.sentence_of(error, model="m"), id=type(error).__name__)
            for error, *_ in EXPECTED
        ),
        *(pytest.param(str(error), id=type(error).__name__) for error in _errors()),
        pytest.param(generator.PICTURES_LOST, id="PICTURES_LOST"),
        *(pytest.param(value, id=name) for name, value in constants(recovery)),
    ],
)
def test_refusals_are_whole_sentences(sentence: str) -> None:
    assert _A_SENTENCE.match(sentence)
    assert "  " not in sentence
