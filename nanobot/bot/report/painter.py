"""A program that paints one chart: JSON of a `Chart` on standard input, a PNG on standard output, and it is gone.

matplotlib takes a second to load and 80 MB to keep, which the bot itself need not pay for. Imports nothing of nanobot.
"""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, ScalarFormatter

# Discord shows pictures on a dark or a light page: a ground of its own is readable on either.
_GROUND: Final = "#1e1f22"
_INK: Final = "#e6e7ea"
_FAINT: Final = "#46484f"
_OTHERS: Final = "#8d9099"
# Told apart by those who see red and green alike, too: https://jfly.uni-koeln.de/color/
_COLOURS: Final = (
    "#56b4e9", "#e69f00", "#19b38a", "#f0e442", "#e08cb8", "#3d8fd1", "#f07a35", "#b9a2f0",
)  # fmt: skip
_INCHES: Final = (12.0, 7.5)
_DOTS_PER_INCH: Final = 110
_PADDING_INCHES: Final = 0.1
_DATES_SHOWN: Final = 8
_LABEL_CHARACTERS: Final = 24
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


def main() -> None:
    """Paint what comes in."""
    sys.stdout.buffer.write(paint(json.load(sys.stdin.buffer)))


def paint(chart: dict[str, Any]) -> bytes:
    """Return the PNG of a `Chart` as JSON has it: pictures to the left, dollars to the right, members above models."""
    mpl.rcParams.update(_style())
    layout = ConstrainedLayoutEngine(w_pad=_PADDING_INCHES, h_pad=_PADDING_INCHES)
    figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, layout=layout)
    FigureCanvasAgg(figure)
    figure.suptitle(_paintable(chart["title"]).strip(" ·"), fontsize=15, fontweight="bold")
    days = [date.fromisoformat(day) for day in chart["days"]]
    grid = figure.subplots(2, 2, squeeze=False)
    for axes, subject, series in zip(
        grid, ("member", "model"), (chart["by_member"], chart["by_model"]), strict=True
    ):
        _paint_bars(axes[0], f"Pictures a day by {subject}", days, [each["pictures"] for each in series])
        _paint_bars(axes[1], f"Dollars a day by {subject}", days, [each["usd"] for each in series])
        axes[0].yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes[1].yaxis.set_major_formatter(_Dollars(useOffset=False))
        _add_legend(axes[1], [_paintable(each["label"]) or each["plain"] for each in series])
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


class _Dollars(ScalarFormatter):
    """Writes all amounts of an axis with as many digits."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"${super().__call__(x, pos)}"


def _style() -> dict[Any, Any]:
    return {
        "figure.facecolor": _GROUND,
        "savefig.facecolor": _GROUND,
        "axes.facecolor": _GROUND,
        "axes.edgecolor": _FAINT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "grid.color": _FAINT,
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        # Members choose what they are called: "$x$" is a name, not a formula.
        "text.parse_math": False,
    }


def _paint_bars(axes: Axes, title: str, days: Sequence[date], series: Sequence[Sequence[float]]) -> None:
    places = range(len(days))
    below = [0.0] * len(days)
    for values, colour in zip(series, _colours(len(series)), strict=True):
        axes.bar(places, values, bottom=below, color=colour, width=0.85)
        below = [base + value for base, value in zip(below, values, strict=True)]
    axes.set_title(title, fontsize=11, loc="left")
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.set_ylim(bottom=0)
    step = -(-len(days) // _DATES_SHOWN)
    shown = places[::-step][::-1]  # the last day always
    axes.set_xticks(list(shown), [f"{days[place].day} {days[place]:%b}" for place in shown])


def _colours(number: int) -> list[str]:
    """Return a colour for each series: grey for the last one, which is of all others, where there are nine."""
    return [*_COLOURS, _OTHERS][:number]


def _add_legend(axes: Axes, labels: Sequence[str]) -> None:
    patches = [Patch(color=colour) for colour in _colours(len(labels))]
    legend = axes.legend(
        patches,
        [str(place) for place in range(len(labels))],
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
        borderaxespad=0,
        frameon=False,
        fontsize=10,
    )
    # Put in afterwards, since matplotlib leaves out a label that starts with an underscore.
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(_shortened(label))


def _paintable(words: str) -> str:
    """Return `words` without what the font lacks, such as emoji, or writes in the wrong direction; empty if that is all."""
    glyphs = get_font(findfont("DejaVu Sans")).get_charmap()
    kept = "".join(
        character
        for character in words
        if ord(character) in glyphs and unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
    )
    return " ".join(kept.split()) if any(character.isalnum() for character in kept) else ""


def _shortened(label: str) -> str:
    return label if len(label) <= _LABEL_CHARACTERS else f"{label[: _LABEL_CHARACTERS - 1]}…"


if __name__ == "__main__":
    main()
