from __future__ import annotations

import re

from nanobot.nanogpt import errors
from nanobot.nanogpt.errors import InvalidRequest, NanoGPTError, Unreachable


def _descend(kind: type[NanoGPTError]) -> set[str]:
    return {kind.__name__}.union(*(_descend(child) for child in kind.__subclasses__()))


def test_every_error_stands_in_the_drawn_tree() -> None:
    drawn = set(re.findall(r"(?:^    |── )(\w+)", errors.__doc__ or "", re.MULTILINE))
    public = {name for name in _descend(NanoGPTError) if not name.startswith("_")}

    assert drawn == public


def test_text_says_what_happened_and_by_which_request() -> None:
    error = InvalidRequest(
        "size is not supported", status=400, code="invalid_parameter_value", request_id="req_1"
    )

    assert (
        str(error) == "NanoGPT found the request invalid "
        "(status 400, code invalid_parameter_value, request req_1): size is not supported"
    )


def test_text_without_details_is_a_sentence() -> None:
    assert str(Unreachable()) == "NanoGPT cannot be reached."
