"""How fast pictures are prepared, against other ways: `python benchmarks/pictures.py [--markdown] [--cpu]`.

Needs the extras `dev` and `bench`. Every way runs once in each round, so that whatever else the machine does weighs on all
of them alike; printed are medians and their ratios. `--cpu` counts seconds of the processor instead of the clock's.
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import picture_ways
import pyvips
from picture_files import FILES, PictureFile
from PIL import Image

from nanobot.images.data_url import to_data_url
from nanobot.images.prepare import MAX_FILE_BYTES, prepare_picture
from nanobot.nanogpt.shapes import ImageRequest

ROUNDS = 9
_QUICK_REPEATS = 20
_MILLISECONDS = 1000
_HEADS = (
    "file",
    "plain ms",
    "ours ms",
    "±",
    "pyvips ms",
    "OpenCV ms",
    "floor ms",
    "plain / ours",
    "ours / best rival",
    "ours / floor",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Medians in milliseconds; `None` where a way does not exist. `noise`: half of our runs lie within ± this part."""

    file: PictureFile
    size_bytes: int
    plain: float
    ours: float
    noise: float
    pyvips: float | None
    opencv: float | None
    floor: float | None

    @property
    def best_rival(self) -> float | None:
        return min((each for each in (self.pyvips, self.opencv) if each is not None), default=None)


def main() -> None:
    """Print one table of files and the means of their ratios, and what building a request takes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")
    parser.add_argument("--cpu", action="store_true", help="processor time instead of the clock's")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    clock = time.process_time if options.cpu else time.perf_counter
    _print_line(_HEADS, is_markdown=options.markdown)
    if options.markdown:
        print("|---|" + "--:|" * (len(_HEADS) - 1))
    rows = []
    for file in FILES:
        rows.append(_measure(file, clock, options.rounds))
        _print_line(_cells(rows[-1]), is_markdown=options.markdown)
    _print_means(rows)
    _print_request(clock, options.rounds)


def _measure(file: PictureFile, clock: Callable[[], float], rounds: int) -> Row:
    data = file.make()
    with Image.open(BytesIO(data)) as header:
        width, height = header.size
    ways: dict[str, Callable[[], object]] = {
        "plain": partial(picture_ways.plain, data),
        "ours": partial(_ours, data),
    }
    if not file.is_passed:
        opencv = partial(
            picture_ways.opencv_way, data, longest=max(width, height), is_transparent=file.is_transparent
        )
        ways |= {
            "pyvips": partial(picture_ways.pyvips_way, data),
            "opencv": opencv,
            "encode": picture_ways.encoder(_ours(data)),
        }
        ways |= {
            f"decode {index}": way
            for index, way in enumerate(picture_ways.decoders(data, width=width, height=height))
        }
    times = _interleaved({name: way for name, way in ways.items() if _works(way)}, clock, rounds)
    medians = {name: statistics.median(each) for name, each in times.items()}
    decoding = min((each for name, each in medians.items() if name.startswith("decode")), default=None)
    low, middle, high = statistics.quantiles(times["ours"], n=4)
    return Row(
        file=file,
        size_bytes=len(data),
        plain=medians["plain"],
        ours=medians["ours"],
        noise=(high - low) / 2 / middle,
        pyvips=medians.get("pyvips"),
        opencv=medians.get("opencv"),
        floor=None if decoding is None else decoding + medians["encode"],
    )


def _ours(data: bytes) -> tuple[bytes, ...]:
    return prepare_picture(data).data_url


def _works(way: Callable[[], object]) -> bool:
    try:
        return way() is not None
    except (pyvips.Error, ValueError):  # a format that this library does not read
        return False


def _interleaved(
    ways: Mapping[str, Callable[[], object]], clock: Callable[[], float], rounds: int
) -> dict[str, list[float]]:
    """Return milliseconds of each way, one from each round; what is done at once is repeated within its turn."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = clock()
            way()
            took = clock() - began
            if took < 1 / _MILLISECONDS:
                began = clock()
                for _ in range(_QUICK_REPEATS):
                    way()
                took = (clock() - began) / _QUICK_REPEATS
            times[name].append(took * _MILLISECONDS)
    return times


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"{row.file.name} ({row.size_bytes / 1e6:.1f} MB)",
        f"{row.plain:.1f}",
        f"{row.ours:.2f}" if row.ours < 10 else f"{row.ours:.1f}",
        f"{row.noise:.0%}",
        *("–" if each is None else f"{each:.1f}" for each in (row.pyvips, row.opencv, row.floor)),
        f"{row.plain / row.ours:.1f}×",
        *("–" if each is None else f"{row.ours / each:.2f}×" for each in (row.best_rival, row.floor)),
    )


def _print_line(cells: Sequence[str], *, is_markdown: bool) -> None:
    line = (f"{cells[0]:36}", *(f"{each:>9}" for each in cells[1:]))
    print(f"| {' | '.join(line)} |" if is_markdown else "  ".join(line), flush=True)


def _print_means(rows: list[Row]) -> None:
    counted = [row for row in rows if not row.file.is_transparent]
    groups = {
        "all but transparent": counted,
        "phone JPEG, 12 megapixels": [row for row in rows if row.file.is_phone],
        "passed through": [row for row in rows if row.file.is_passed],
        "everything decoded": [row for row in counted if not row.file.is_passed],
    }
    print("\nplain / ours, geometric means (what is transparent left out: plain throws that away)")
    for name, group in groups.items():
        print(
            f"* {name}: {statistics.geometric_mean(row.plain / row.ours for row in group):.1f}×, {len(group)} files"
        )
    rivals = [row.ours / row.best_rival for row in rows if row.best_rival is not None]
    print(f"* ours / best rival: {statistics.geometric_mean(rivals):.2f}×, at worst {max(rivals):.2f}×")


def _print_request(clock: Callable[[], float], rounds: int) -> None:
    data = FILES[0].make()
    picture = (data * math.ceil(MAX_FILE_BYTES / len(data)))[:MAX_FILE_BYTES]
    ways: dict[str, Callable[[], object]] = {
        "ours": partial(_body, picture),
        "plain": partial(_plain_body, picture),
    }
    times = {name: statistics.median(each) for name, each in _interleaved(ways, clock, rounds).items()}
    print(
        f"\ndata URL and JSON body of a file of {len(picture) / 1e6:.0f} MB: plain {times['plain']:.1f} ms, "
        f"ours {times['ours']:.2f} ms, {times['plain'] / times['ours']:.0f}×"
    )
    tracemalloc.start()
    to_data_url("image/jpeg", [picture])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"memory for the data URL at its peak: {peak / len(picture):.2f} × the file")


def _body(picture: bytes) -> tuple[bytes, ...]:
    data_url = to_data_url("image/jpeg", [picture])
    return ImageRequest(model="hidream", prompt="a red fox", image_data_urls=(data_url,)).to_json()


def _plain_body(picture: bytes) -> bytes:
    data_url = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    return json.dumps({"model": "hidream", "prompt": "a red fox", "imageDataUrl": data_url}).encode()


if __name__ == "__main__":
    main()
