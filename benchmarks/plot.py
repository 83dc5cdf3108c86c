"""The report's drawing: results go in, an SVG of bars comes out, how much longer others take than Reelwork."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from benchmarks.comparisons import Result

_OURS: Final = "Reelwork"
_WIDTH, _LEFT, _RIGHT, _BAR, _GAP, _TOP = 900, 330, 60, 14, 12, 40
_COLOURS: Final = {
    "ffmpeg": "#3b7dd8",
    "FFmpeg in PyAV": "#7fb0ea",
    "melt": "#8a63c9",
    "MoviePy": "#d9822b",
    "movis": "#2f9e7a",
}
_OTHER: Final = "#8c8c8c"


def drawn(results: Sequence[Result]) -> str:
    """Bars of the wall time on the most cores, as multiples of Reelwork's, on a logarithmic scale.

    A bar to the right of the line at 1 is a program that takes longer than Reelwork, one to the left of it is faster.
    """
    groups = _groups(results)
    ratios = [ratio for _, bars in groups for _, ratio in bars] or [1.0]
    low = min(-1, math.floor(math.log2(min(ratios))))
    high = max(1, math.ceil(math.log2(max(ratios))))
    height = _TOP + sum(len(bars) * _BAR + _GAP for _, bars in groups) + 20

    def across(ratio: float) -> float:
        return _LEFT + (math.log2(ratio) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" font-family="sans-serif" '
        'font-size="11">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="16" font-size="13">wall time, as multiples of Reelwork’s: right of 1 is slower</text>',
    ]
    for power in range(low, high + 1):
        x, dark = across(2.0**power), "#333333" if power == 0 else "#dddddd"
        lines.append(f'<line x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{height - 16}" stroke="{dark}"/>')
        lines.append(f'<text x="{x:.1f}" y="{height - 4}" text-anchor="middle">{2.0**power:g}</text>')
    y = _TOP
    for name, bars in groups:
        lines.append(f'<text x="8" y="{y + 11}" font-weight="bold">{escape(name)}</text>')
        for peer, ratio in bars:
            begin, end = sorted((across(1.0), across(ratio)))
            fill = _COLOURS.get(peer, _OTHER)
            lines.append(
                f'<rect x="{begin:.1f}" y="{y + 1}" width="{max(1.0, end - begin):.1f}" height="{_BAR - 2}" '
                f'fill="{fill}"/>'
            )
            lines.append(f'<text x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(peer)}</text>')
            lines.append(f'<text x="{end + 4:.1f}" y="{y + 11}">{ratio:.2f}</text>')
            y += _BAR
        y += _GAP
    return "\n".join([*lines, "</svg>", ""])


def _groups(results: Sequence[Result]) -> list[tuple[str, list[tuple[str, float]]]]:
    """The bars of each comparison that anybody else took part in: who, and how many times Reelwork's time."""
    groups = []
    for heading in dict.fromkeys((each.scene, each.sink, each.frames) for each in results):
        there = [each for each in results if (each.scene, each.sink, each.frames) == heading and each.samples]
        most = max((each.cores for each in there), default=0)
        there = [each for each in there if each.cores == most]
        ours = next((each for each in there if each.peer == _OURS), None)
        bars = [(each.peer, each.wall / ours.wall) for each in there if each is not ours] if ours else []
        if bars:
            groups.append((f"{heading[0]}, {heading[1]}", bars))
    return groups
