"""An admin sets a quota; the member is refused, and may again once the clock has moved."""

from __future__ import annotations

import re

from tests.browser.driver import expect
from tests.browser.screen import OpenScreen


def test_a_quota_is_set_used_up_and_starts_anew(opens: OpenScreen) -> None:
    alice, ada = opens(), opens("?person=ada&channel=general")
    ada.line.press_sequentially("/quota s")
    expect(ada.suggestions.first).to_contain_text("/quota s")
    ada.says("/quota set member:alice images:1")
    ada.sees("@alice: 1 picture per day.")
    expect(alice.behind).to_contain_text("0 of 1 picture used, 1 left")

    alice.makes("a red fox")
    expect(alice.behind).to_contain_text("1 of 1 picture used, 0 left")
    alice.says("/imagine prompt:a boat")
    refusal = alice.message("Your quota is used up (1 of 1 picture used today).")
    expect(refusal).to_contain_text(re.compile(r"Your quota starts anew in \d+ (day|hour|minute|second)s?"))
    expect(refusal).to_contain_text("Only you can see this")
    expect(alice.pictures("a boat")).to_have_count(0)

    clock = alice.behind.get_by_text("The bot's clock")
    expect(clock).not_to_contain_text("ahead")
    alice.presses_control("To the next reset")
    expect(clock).to_contain_text("h ahead)")
    expect(alice.behind).to_contain_text("0 of 1 picture used, 1 left")
    alice.makes("a boat")

    ledger = alice.tab("Ledger")
    expect(ledger).to_contain_text("settle")
    expect(ledger).to_contain_text("$0.014")
    generations = alice.tab("Pictures").get_by_role("group")
    expect(generations.filter(has_text="posted")).to_have_count(2)
