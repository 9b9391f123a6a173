"""What the operator is told of wrong books."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.store import findings
from nanobot.store.findings import Finding
from nanobot.store.tables import ALL_GUILDS, GenerationStatus, LedgerKind
from tests.store.rows import NOON

SENTENCES: dict[str, Finding] = {
    "Generation a1 has 2 holds instead of one.": findings.HeldTwice(generation_id="a1", times=2),
    "Hold 7 was settled or released 3 times.": findings.EndedTwice(hold_id=7, times=3),
    "Entry 9 belongs to no hold or line of the same member, generation and moment.": findings.LooseEntry(
        entry_id=9
    ),
    "Entry 9 uses a grant that is not there, is another member's or had expired.": findings.LooseDraw(
        entry_id=9
    ),
    "Entry 9 gives where its kind takes, or takes where it gives.": findings.WrongSign(entry_id=9),
    "Hold 7 of generation a1 held 2 pictures and $0.10 and was settled with a cost of $0.061235, "
    "and now counts 1 picture and $0.07, with $0.00 written off.": findings.EndedWrongly(
        hold_id=7,
        generation_id="a1",
        kind=LedgerKind.SETTLE,
        held_images=2,
        kept_images=1,
        held_usd=Decimal("0.1"),
        kept_usd=Decimal("0.07"),
        written_off_usd=Decimal(0),
        cost=Decimal("0.061235"),
    ),
    "Hold 7 of generation a1 held 2,000 pictures and $1,000.00 and was released, "
    "and now counts -1 picture and -$0.50, with $0.25 written off.": findings.EndedWrongly(
        hold_id=7,
        generation_id="a1",
        kind=LedgerKind.RELEASE,
        held_images=2000,
        kept_images=-1,
        held_usd=Decimal(1000),
        kept_usd=Decimal("-0.5"),
        written_off_usd=Decimal("0.25"),
        cost=None,
    ),
    "Hold 7 and its end together give grant 4 1 picture and $0.00: "
    "an end gives back what the hold took and is not kept.": findings.GivenBackWrongly(
        hold_id=7, grant_id=4, images=1, usd=Decimal(0)
    ),
    "Grant 4 has -1 picture and $0.00 left: more was taken than was in it.": findings.GrantOverdrawn(
        grant_id=4, images=-1, usd=Decimal(0)
    ),
    "The quarter of an hour of all servers from 2026-03-18 12:00 UTC counts 1 picture and $0.10, "
    "and the ledger says 0 pictures and $0.00.": findings.BucketOff(
        guild_id=ALL_GUILDS,
        starts_at=NOON,
        ledger_images=0,
        bucket_images=1,
        ledger_usd=Decimal(0),
        bucket_usd=Decimal("0.1"),
    ),
    "Generation a1 is posted, and it has no hold.": findings.StatusMismatch(
        generation_id="a1", status=GenerationStatus.POSTED, hold_id=None, ended_by=None
    ),
    "Generation a1 is failed, and its hold 7 is open.": findings.StatusMismatch(
        generation_id="a1", status=GenerationStatus.FAILED, hold_id=7, ended_by=None
    ),
    "Generation a1 is made, and its hold 7 was released.": findings.StatusMismatch(
        generation_id="a1", status=GenerationStatus.MADE, hold_id=7, ended_by=LedgerKind.RELEASE
    ),
    "Generation a1 is unknown, and its hold 7 was settled.": findings.StatusMismatch(
        generation_id="a1", status=GenerationStatus.UNKNOWN, hold_id=7, ended_by=LedgerKind.SETTLE
    ),
    "Hold 7 is open, and its generation a1 is not there.": findings.HoldWithoutGeneration(
        hold_id=7, generation_id="a1"
    ),
    "Generation a1 cost $1.00, and its hold ended with an unknown amount.": findings.CostDiffers(
        generation_id="a1", generation_cost=Decimal(1), ledger_cost=None
    ),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_finding_is_a_sentence_with_its_ids(sentence: str) -> None:
    assert SENTENCES[sentence].sentence == sentence
