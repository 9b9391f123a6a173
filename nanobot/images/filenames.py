"""Names of the files that people save: what the picture shows, in letters that every file system takes. Imports nothing."""

from __future__ import annotations

import re
import unicodedata

_MAX_WORDS_CHARACTERS = 60
_FALLBACK = "picture"
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_INDEX = re.compile(r"-(\d+)\.[a-z]+$")


def picture_filename(prompt: str, index: int, suffix: str) -> str:
    """Return such as `a-red-fox-in-snow-1.png`: ASCII, at most 60 letters of words, never empty; `suffix` with its dot."""
    plain = (
        unicodedata.normalize("NFKD", prompt[: 8 * _MAX_WORDS_CHARACTERS]).encode("ascii", "ignore").decode()
    )
    words = _NOT_A_WORD.sub("-", plain.lower().replace("'", "")).strip("-")
    if len(words) > _MAX_WORDS_CHARACTERS:
        whole, _, _ = words[: _MAX_WORDS_CHARACTERS + 1].rpartition("-")
        words = whole or words[:_MAX_WORDS_CHARACTERS]
    return f"{words or _FALLBACK}-{index}{suffix}"


def index_of(filename: str) -> int | None:
    """Return the index that `picture_filename` put into a name, and `None` for a name that has none."""
    found = _INDEX.search(filename)
    return None if found is None else int(found[1])
