"""What tests say that they checked of files: the marks, and the page ``docs/media.md`` that a run of them writes.

``pytest tests -m media --record-media`` runs every test that has such a mark, and writes the page if all of them pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

PAGE: Final = Path(__file__).parents[1] / "docs" / "media.md"
BEGIN: Final = "<!-- what the tests checked: written by pytest tests -m media --record-media -->\n"
FAMILIES: Final = {
    "stills": "Stills",
    "video": "Video",
    "sound": "Sound",
    "text": "Text",
    "exchange": "Exchange",
}
#: What a run collected, before anything was deselected: the rows of the marks, and the files.
ROWS: Final = pytest.StashKey[set["Row"]]()
COLLECTED: Final = pytest.StashKey[set[str]]()


@dataclass(frozen=True, order=True)
class Row:
    """One kind of file and one property of it, and against what reading and writing it were checked (or not)."""

    family: str
    kind: str
    what: str
    read: str = ""
    written: str = ""


def media(family: str, kind: str, what: str, *, read: str = "", written: str = "") -> pytest.MarkDecorator:
    """The mark of a test that checks ``what`` of files of one ``kind`` against something independent."""
    if family not in FAMILIES:
        raise ValueError(f"{family!r} is none of {', '.join(FAMILIES)}")
    if not (read or written):
        raise ValueError(f"{kind}: say against what it is checked: read= or written=")
    return pytest.mark.media(Row(family, kind, what, read, written))


def rows_of(items: Iterable[pytest.Item]) -> set[Row]:
    """The rows that tests are marked with."""
    return {mark.args[0] for item in items for mark in item.iter_markers("media")}


def table(rows: Iterable[Row]) -> str:
    """The generated part of the page, one table a family."""
    lines: list[str] = []
    for family, title in FAMILIES.items():
        held = sorted(row for row in rows if row.family == family)
        if not held:
            continue
        lines += [f"### {title}: {len({row.kind for row in held})} kinds", ""]
        lines += ["| kind | what was checked | read, against | written, against |", "|---|---|---|---|"]
        lines += [f"| {row.kind} | {row.what} | {row.read or '–'} | {row.written or '–'} |" for row in held]
        lines.append("")
    return "\n".join(lines)


def page(rows: Iterable[Row]) -> str:
    """The whole page: the words above the mark stay as they are."""
    words, found, _ = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    if not found:
        raise ValueError(f"{PAGE}: the line {BEGIN.strip()!r} is missing")
    return f"{words}{BEGIN}\n{table(rows)}"


class Recorder:
    """Writes the page after a run in which each test that has the mark passed."""

    def __init__(self) -> None:
        self._failed: list[str] = []
        self._passed: set[str] = set()
        self._items: Sequence[pytest.Item] = ()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self._items = [item for item in items if item.get_closest_marker("media")]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)
        elif report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        missing = [item.nodeid for item in self._items if item.nodeid not in self._passed]
        if self._failed or missing:
            raise pytest.UsageError(f"docs/media.md is not written: not passed are {sorted({*self._failed, *missing})}")
        part = PAGE.with_suffix(".part")
        part.write_text(page(rows_of(self._items)), encoding="utf-8")
        part.replace(PAGE)
