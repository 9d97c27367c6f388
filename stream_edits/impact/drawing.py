"""The drawing of a report: how many lines each edit moves from which disposition to which.

Lengths are in units of the drawing, which is WIDTH wide. Ribbons run from the baseline's
disposition to the edit and on to the candidate's; the height of each stands for a number of lines.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stream_edits.domain.decision import Disposition
from stream_edits.impact.outcome import NO_DECISION
from stream_edits.impact.tally import Impact
from stream_edits.text import counted

WIDTH = 380
_LEFT, _MIDDLE, _RIGHT, _BAR = 62, 184, 306, 12
_TOP, _GAP, _LABEL = 34, 14, 18
_LINES_HIGH = 240
_THINNEST = 2.0
_ORDER = (*(each.value for each in Disposition), NO_DECISION)
# Edits beyond these are drawn as one.
_EDITS = 8
OTHERS = "other edits"


class Bar(NamedTuple):
    """A disposition of one side, or an edit: a bar with its name and number of lines."""

    name: str
    lines: int
    x: float
    y: float
    height: float
    kind: str


class Ribbon(NamedTuple):
    """Lines that go from one bar to another: an SVG path, and words for who hovers over it."""

    path: str
    kind: str
    words: str


class Drawing(NamedTuple):
    """What to draw, and how high it is."""

    bars: list[Bar]
    ribbons: list[Ribbon]
    height: float


def drawing(impact: Impact) -> Drawing | None:
    """The drawing of a report, None if no line moved."""
    moved = _by_edit(impact)
    if not moved:
        return None
    scale = _LINES_HIGH / sum(moved.values())
    before = _bars(moved, 0, _ordered(moved, 0), _LEFT, scale)
    edits = list(dict.fromkeys(edit for _, edit, _ in moved))
    middle = _bars(moved, 1, edits, _MIDDLE, scale)
    after = _bars(moved, 2, _ordered(moved, 2), _RIGHT, scale)
    ribbons = [
        *_ribbons(moved, (0, 1), before, middle, scale),
        *_ribbons(moved, (1, 2), middle, after, scale),
    ]
    columns = (before, middle, after)
    height = max(bar.y + bar.height for bars in columns for bar in bars.values()) + _GAP
    return Drawing([bar for bars in columns for bar in bars.values()], ribbons, round(height, 1))


_Move = tuple[str, str, str]


def _by_edit(impact: Impact) -> dict[_Move, int]:
    """The lines by disposition before, edit, and disposition after; the edit that moves most first.

    A line that several edits move counts for each.
    """
    edits = sorted(impact.by_edit.items(), key=lambda each: (-each[1].lines, each[0]))
    counts: Counter[_Move] = Counter()
    for place, (edit, moved) in enumerate(edits):
        name = edit if place < _EDITS or len(edits) == _EDITS + 1 else OTHERS
        for flow, count in moved.flows.items():
            before, _, after = flow.partition("→")
            counts[before, name, after] += count
    return dict(counts)


def _ordered(moved: Iterable[_Move], step: int) -> list[str]:
    names = {move[step] for move in moved}
    return [name for name in _ORDER if name in names]


def _bars(
    moved: dict[_Move, int], step: int, names: Sequence[str], x: float, scale: float
) -> dict[str, Bar]:
    bars, y = {}, float(_TOP)
    for name in names:
        count = sum(number for move, number in moved.items() if move[step] == name)
        height = max(count * scale, _THINNEST)
        y += _LABEL
        kind = "edit" if step == 1 else name.lower()
        bars[name] = Bar(name, count, x, round(y, 1), round(height, 1), kind)
        y += height + _GAP
    return bars


def _ribbons(
    moved: dict[_Move, int],
    steps: tuple[int, int],
    sources: dict[str, Bar],
    targets: dict[str, Bar],
    scale: float,
) -> list[Ribbon]:
    flows: Counter[tuple[str, str, str, str]] = Counter()
    for move, count in moved.items():
        before, _, after = move
        flows[move[steps[0]], move[steps[1]], before, after] += count
    left = {name: bar.y for name, bar in sources.items()}
    right = {name: bar.y for name, bar in targets.items()}
    ribbons = []
    for source in sources:
        for target in targets:
            for key in [key for key in flows if key[:2] == (source, target)]:
                high = flows[key] * scale
                start, end = sources[source].x + _BAR, targets[target].x
                path = _path((start, left[source]), (end, right[target]), high)
                left[source] += high
                right[target] += high
                lines = counted(flows[key], "lines")
                words = f"{lines}, {key[2]} to {key[3]}: {source}, {target}"
                ribbons.append(Ribbon(path, key[3].lower(), words))
    return ribbons


def _path(start: tuple[float, float], end: tuple[float, float], high: float) -> str:
    (x, y), (to_x, to_y) = start, end
    high, bend = max(high, 1.0), (x + to_x) / 2
    return (
        f"M{x:g} {y:.1f}C{bend:g} {y:.1f} {bend:g} {to_y:.1f} {to_x:g} {to_y:.1f}"
        f"V{to_y + high:.1f}"
        f"C{bend:g} {to_y + high:.1f} {bend:g} {y + high:.1f} {x:g} {y + high:.1f}Z"
    )
