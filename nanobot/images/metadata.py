"""How a picture was made, written into its file without touching a pixel, and read back out of anybody's.

The words are in the form that Automatic1111 began and other tools read: the prompt, then a line such as `Seed: 42, Size:
1024x1024, Model: hidream`; in a PNG as the text "parameters", in JPEG and WebP as EXIF's UserComment. Nothing in them is
about a person. May import only its neighbours.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from dataclasses import dataclass

from nanobot.images import containers
from nanobot.images.decode import open_picture
from nanobot.images.sniff import ImageFormat, sniff

MAX_PROMPT_CHARACTERS = 8_000
MAX_FACT_CHARACTERS = 200

_SOFTWARE = "nanobot"
_MAX_READ_CHARACTERS = 20_000
_MAX_FACTS_LINE_CHARACTERS = 2_000
_FACT = re.compile(r'(?:^|, ?)(?P<name>[A-Z][\w ]{0,40}): (?P<value>"(?:\\.|[^\\"])*"|[^,]*)')
_TELLING_FACTS = frozenset({"Seed", "Size", "Model", "Steps"})
_NEEDS_QUOTES = re.compile(r"[,:\n\"]")
_SIZE = re.compile(r"(?P<width>\d{1,6})x(?P<height>\d{1,6})")
_SEED = re.compile(r"-?\d{1,20}")
_NEGATIVE_PROMPT = "Negative prompt: "

# https://www.w3.org/TR/png-3/#11iTXt: keyword, compression (none), language, translated keyword, text
_PNG_KEYWORD = b"parameters"
_PNG_HEADER_END = 8 + 25
_PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
# A signed history of the file, which any change would make void: https://spec.c2pa.org/specifications/specifications/2.2/
_PNG_SIGNED, _JPEG_SIGNED, _WEBP_SIGNED = b"caBX", 0xEB, b"C2PA"

# https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.2 to 4.6.5: a TIFF whose first directory leads to EXIF's
_EXIF_HEAD = b"Exif\x00\x00"
_EXIF_DIRECTORY, _USER_COMMENT = 0x8769, 0x9286
_TIFF_LONG, _TIFF_UNDEFINED = 4, 7
_ENTRY_BYTES = 12
_MAX_ENTRIES = 200
_CHARSET_BYTES = 8
_UNICODE = b"UNICODE\x00"
_APP0, _APP1 = 0xE0, 0xE1
_START_BYTES = 2

# https://developers.google.com/speed/webp/docs/riff_container#extended_file_format
_WEBP_HAS_EXIF, _WEBP_HAS_ALPHA = 0x08, 0x10
_VP8L_ALPHA_BIT = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDetails:
    """How a picture was made; sides in pixels. Read from a stranger's file, all of it may be made up."""

    prompt: str
    negative_prompt: str | None = None
    model: str | None = None
    width: int | None = None
    height: int | None = None
    seed: int | None = None


def with_details(data: bytes, details: PictureDetails) -> bytes:
    """Return a PNG, JPEG or WebP with `details` in it and everything else as it was.

    `data` itself where there is no room for that: another format, a damaged file, one that tells about its making
    already, or one whose signed history (C2PA) a change would make void.
    """
    text = _written(details)
    match sniff(data):
        case ImageFormat.PNG:
            return _into_png(data, text)
        case ImageFormat.JPEG:
            return _into_jpeg(data, text)
        case ImageFormat.WEBP:
            return _into_webp(data, text)
        case _:
            return data


def read_details(data: bytes, *, name: str | None = None) -> PictureDetails | None:
    """Return what a file tells about its making, if it does so in the form above.

    Raises:
        PictureError: `data` is no picture, or a damaged one.
    """
    info = open_picture(data, name=name).image.info
    text = info.get(_PNG_KEYWORD.decode())
    if not isinstance(text, str):
        exif = info.get("exif")
        text = _user_comment(exif) if isinstance(exif, bytes) else None
    return _understood(text[:_MAX_READ_CHARACTERS].replace("\x00", "")) if text else None


def _written(details: PictureDetails) -> str:
    """Put the prompt on one line, so that the last line is surely the facts."""
    facts: dict[str, object] = {}
    if details.seed is not None:
        facts["Seed"] = details.seed
    if details.width and details.height:
        facts["Size"] = f"{details.width}x{details.height}"
    if details.model:
        facts["Model"] = details.model[:MAX_FACT_CHARACTERS]
    facts["Software"] = _SOFTWARE
    prompt = " ".join(details.prompt.split())[:MAX_PROMPT_CHARACTERS]
    lines = [prompt]
    if details.negative_prompt:
        lines.append(_NEGATIVE_PROMPT + " ".join(details.negative_prompt.split())[:MAX_PROMPT_CHARACTERS])
    return "\n".join([*lines, ", ".join(f"{key}: {_quoted(str(value))}" for key, value in facts.items())])


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if _NEEDS_QUOTES.search(value) else value


def _understood(text: str) -> PictureDetails | None:
    prompts, _, last = text.strip().rpartition("\n")
    facts = _facts_of(last)
    if not facts:
        prompts = text.strip()
    prompt, _, negative = f"\n{prompts}".partition(f"\n{_NEGATIVE_PROMPT}")
    size = _SIZE.fullmatch(facts.get("Size", ""))
    seed = facts.get("Seed", "")
    details = PictureDetails(
        prompt=prompt.strip()[:MAX_PROMPT_CHARACTERS],
        negative_prompt=negative.strip()[:MAX_PROMPT_CHARACTERS] or None,
        model=facts.get("Model") or None,
        width=int(size["width"]) if size else None,
        height=int(size["height"]) if size else None,
        seed=int(seed) if _SEED.fullmatch(seed) else None,
    )
    return details if details != PictureDetails(prompt="") else None


def _facts_of(line: str) -> dict[str, str]:
    """Return the facts of a line, nothing where it is none of facts."""
    if len(line) > _MAX_FACTS_LINE_CHARACTERS:
        return {}
    facts = {found["name"]: _unquoted(found["value"])[:MAX_FACT_CHARACTERS] for found in _FACT.finditer(line)}
    return facts if _TELLING_FACTS & facts.keys() else {}


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value.strip()
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _into_png(data: bytes, text: str) -> bytes:
    kinds = []
    for kind, start, end in containers.png_chunks(data):
        if kind == _PNG_SIGNED or (kind in _PNG_TEXTS and data.startswith(_PNG_KEYWORD, start + 8, end)):
            return data
        kinds.append(kind)
    if not kinds or (kinds[0], kinds[-1]) != (b"IHDR", b"IEND"):
        return data
    body = b"iTXt" + _PNG_KEYWORD + bytes(5) + text.encode(errors="replace")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return b"".join((data[:_PNG_HEADER_END], chunk, memoryview(data)[_PNG_HEADER_END:]))


def _into_jpeg(data: bytes, text: str) -> bytes:
    shell = containers.walk_jpeg(data)
    if shell is None:
        return data
    at = _START_BYTES
    for marker, segment in shell.header:
        if marker == _JPEG_SIGNED or (marker == _APP1 and segment[4:10] == _EXIF_HEAD):
            return data
    while data[at : at + 2] == bytes((0xFF, _APP0)):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    body = _EXIF_HEAD + _exif_of(text)
    segment = struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body
    return b"".join((data[:at], segment, memoryview(data)[at:]))


def _into_webp(data: bytes, text: str) -> bytes:
    end = 8 + int.from_bytes(data[4:8], "little")
    dimensions = containers.webp_dimensions(data)
    chunks = list(containers.riff_chunks(data, end)) if end <= len(data) else []
    kinds = {kind for kind, _ in chunks}
    if dimensions is None or 12 + sum(len(chunk) for _, chunk in chunks) != end:
        return data
    if kinds & {b"EXIF", _WEBP_SIGNED}:
        return data
    kind, first = chunks[0]
    if kind == b"VP8X":
        extended = bytearray(first)
        extended[8] |= _WEBP_HAS_EXIF
        bodies = [chunk for _, chunk in chunks[1:]]
    else:
        extended = _extended(dimensions, has_alpha=kind == b"VP8L" and _has_alpha(first))
        bodies = [chunk for _, chunk in chunks]
    exif = _exif_of(text)
    added = b"EXIF" + struct.pack("<I", len(exif)) + exif + bytes(len(exif) % 2)
    size = len(b"WEBP") + len(extended) + sum(map(len, bodies)) + len(added)
    return b"".join((b"RIFF", struct.pack("<I", size), b"WEBP", extended, *bodies, added))


def _extended(dimensions: tuple[int, int], *, has_alpha: bool) -> bytearray:
    flags = _WEBP_HAS_EXIF | (_WEBP_HAS_ALPHA if has_alpha else 0)
    sides = b"".join((side - 1).to_bytes(3, "little") for side in dimensions)
    return bytearray(b"VP8X" + struct.pack("<II", 10, flags) + sides)


def _has_alpha(lossless: memoryview) -> bool:
    """Tell whether a VP8L chunk, head included, says that its alpha is used."""
    return bool(int.from_bytes(lossless[9:13], "little") >> _VP8L_ALPHA_BIT & 1)


def _exif_of(text: str) -> bytes:
    """Return EXIF that holds nothing but a comment."""
    comment = _UNICODE + text.encode("utf-16-be", errors="replace")
    head = b"MM\x00*" + struct.pack(">I", 8)
    directory = struct.pack(">HHHIII", 1, _EXIF_DIRECTORY, _TIFF_LONG, 1, 26, 0)
    exif = struct.pack(">HHHIII", 1, _USER_COMMENT, _TIFF_UNDEFINED, len(comment), 44, 0)
    return head + directory + exif + comment


def _user_comment(exif: bytes) -> str | None:
    """Return the comment of EXIF as anybody wrote it; `None` where there is none, or it is damaged."""
    tiff = exif.removeprefix(_EXIF_HEAD)
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        pointer = _entry(tiff, order, first, _EXIF_DIRECTORY)
        comment = _entry(tiff, order, pointer[1], _USER_COMMENT) if pointer else None
    except struct.error:
        return None
    if comment is None:
        return None
    count, at = comment
    return _decoded(tiff[at : at + count])


def _entry(tiff: bytes, order: str, directory: int, wanted: int) -> tuple[int, int] | None:
    """Return count and value of a directory's entry.

    Raises:
        struct.error: the directory is cut short.
    """
    (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
    for number in range(min(entries, _MAX_ENTRIES)):
        tag, _, count, value = struct.unpack_from(f"{order}HHII", tiff, directory + 2 + number * _ENTRY_BYTES)
        if tag == wanted:
            return count, value
    return None


def _decoded(comment: bytes) -> str:
    """Decode a comment, whose UTF-16 is of either byte order, whatever the order of the EXIF around it."""
    charset, text = comment[:_CHARSET_BYTES], comment[_CHARSET_BYTES:]
    if charset != _UNICODE:
        return text.decode(errors="replace")
    is_big = text[0::2].count(0) >= text[1::2].count(0)
    return text.decode("utf-16-be" if is_big else "utf-16-le", errors="replace")
