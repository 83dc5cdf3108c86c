"""TOML with places: a file goes in, its values come out, and for each the line and column where it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from reelwork.catalogue.text import shown
from reelwork.errors import CatalogueError, Place, Problem

#: The largest file that is read, in bytes.
LARGEST = 128 * 1024
# tomllib takes time quadratic in the parts of a dotted key, which this bounds to a blink.
_LONGEST_LINE = 10_000

KeyPath = tuple[str | int, ...]


class _Span(NamedTuple):
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """A TOML file as it was read.

    :param file: its path, for messages
    """

    file: str
    text: str
    data: dict[str, Any]

    def place(self, *path: str | int) -> Place:
        """Where a value stands; where its nearest ancestor stands if the file does not say it."""
        for length in range(len(path), 0, -1):
            span = self._spans.get(path[:length])
            if span is not None:
                return self._place(span)
        return Place(self.file, 1, 1)

    def key_place(self, *path: str | int) -> Place:
        """Where the key of a value stands."""
        span = self._key_spans.get(path)
        return self._place(span) if span is not None else self.place(*path)

    def _place(self, span: _Span) -> Place:
        line_start = self.text.rfind("\n", 0, span.start) + 1
        line = self.text[line_start:].split("\n", 1)[0].rstrip("\r")
        column = span.start - line_start
        width = max(1, min(span.end - span.start, len(line) - column))
        return Place(self.file, self.text.count("\n", 0, span.start) + 1, column + 1, _line_shown(line, column), width)

    @cached_property
    def _scanned(self) -> tuple[dict[KeyPath, _Span], dict[KeyPath, _Span]]:
        scanner = _Scanner(self.text)
        scanner.document()
        return scanner.values, scanner.keys

    @property
    def _spans(self) -> dict[KeyPath, _Span]:
        return self._scanned[0]

    @property
    def _key_spans(self) -> dict[KeyPath, _Span]:
        return self._scanned[1]


def read_document(path: Path) -> Document:
    """A TOML file.

    :raises CatalogueError: it cannot be read, is too large, or is not TOML; with the place
    """
    try:
        if not path.is_file():
            raise CatalogueError(f"{path}: there is no such file")
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be read: {error.strerror or error}") from error
    return parse_document(content, str(path))


def parse_document(content: bytes, file: str) -> Document:
    """The bytes of a TOML file; ``file`` names it in messages.

    :raises CatalogueError: it is too large, or is not TOML; with the place
    """
    if len(content) > LARGEST:
        raise _wrong(f"the file is larger than {LARGEST // 1024} KiB, the most that is read", file)
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _wrong("the file is not UTF-8", file, line, remedy="save it as UTF-8") from error
    for number, line_text in enumerate(text.split("\n"), start=1):
        if len(line_text) > _LONGEST_LINE:
            raise _wrong(f"a line of {len(line_text):,} characters; {_LONGEST_LINE:,} are allowed", file, number)
    try:
        return Document(file, text, tomllib.loads(text))
    except RecursionError:  # its own thousand lines of traceback say nothing more
        raise _wrong("values are nested too deeply", file) from None
    except ValueError as error:  # TOMLDecodeError, or a number of more digits than Python converts
        raise _not_toml(str(error), text, file) from error


def _not_toml(message: str, text: str, file: str) -> CatalogueError:
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    said = shown(message[: found.start()] if found else message.split(";")[0])
    lines = text.split("\n")
    line, column = len(lines), len(lines[-1]) + 1
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    elif not found:
        line, column = 1, 1
    where = _line_shown(lines[line - 1], column)
    return _wrong(f"this is not TOML: {said[:1].lower()}{said[1:]}", file, line, column, where)


def _line_shown(line: str, column: int) -> str:
    """A line to stand over a caret; nothing if the caret would stand where the line is cut."""
    return shown(line.replace("\t", " ")) if column < 200 else ""


def _wrong(message: str, file: str, line: int = 1, column: int = 1, text: str = "", remedy: str = "") -> CatalogueError:
    return CatalogueError((Problem(message, Place(file, line, column, text), remedy=remedy),))


class _Scanner:
    """Finds where keys and values stand in text that is known to be TOML 1.0; it decides nothing about them."""

    _SPACE = re.compile(r"(?:\s|#[^\n]*)*")
    _KEY = re.compile(r"""[A-Za-z0-9_-]+|"((?:\\.|[^"\\])*)"|'([^']*)'""")
    _VALUE = re.compile(
        r'"""(?:\\.|[^\\])*?"""{1,3}|\'\'\'.*?\'\'\'\'{0,2}|"(?:\\.|[^"\\])*"|\'[^\']*\''
        r"|[^\s,\]}#]+(?: \d[^\s,\]}#]*)?",  # a date and its time of day may stand apart
        re.DOTALL,
    )

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.values: dict[KeyPath, _Span] = {}
        self.keys: dict[KeyPath, _Span] = {}

    def document(self) -> None:
        table: KeyPath = ()
        lengths: dict[KeyPath, int] = {}
        while self._skip():
            start = self.at
            if self.text.startswith("[[", self.at):
                self.at += 2
                array = self._resolved(self._key(), lengths)
                table = (*array, lengths.get(array, 0))
                lengths[array] = lengths.get(array, 0) + 1
                self._skip()
                self.at += 2
                self.values.setdefault(array, _Span(start, self.at))
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._resolved(self._key(), lengths)
                self._skip()
                self.at += 1
            else:
                self._pair(table)
                continue
            self.keys[table] = self.values[table] = _Span(start, self.at)

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path = (*table, *self._key())
        self.keys[path] = _Span(start, self.at)
        self._skip()
        self.at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _key(self) -> KeyPath:
        """A key and its dotted parts; afterwards ``at`` stands behind its last character."""
        parts: list[str] = []
        while True:
            self._skip()
            found = self._match(self._KEY, self.at)
            parts.append(next((group for group in found.groups() if group is not None), found[0]))
            self.at = found.end()
            behind = self._match(self._SPACE, self.at)
            if not self.text.startswith(".", behind.end()):
                return tuple(parts)
            self.at = behind.end() + 1

    def _value(self, path: KeyPath) -> None:
        start = self.at
        opening = self.text[self.at]
        if opening in "[{":
            self.at += 1
            self._skip()
            for index in self._items("]" if opening == "[" else "}"):
                if opening == "[":
                    self._value((*path, index))
                else:
                    self._pair(path)
        else:
            self.at = self._match(self._VALUE, self.at).end()
        self.values[path] = _Span(start, self.at)

    def _items(self, closing: str) -> Iterator[int]:
        index = 0
        while self.text[self.at] != closing:
            yield index
            index += 1
            self._skip()
            if self.text[self.at] == ",":
                self.at += 1
                self._skip()
        self.at += 1

    def _skip(self) -> bool:
        """Go over white space and comments; whether anything is left."""
        self.at = self._match(self._SPACE, self.at).end()
        return self.at < len(self.text)

    def _match(self, pattern: re.Pattern[str], at: int) -> re.Match[str]:
        found = pattern.match(self.text, at)
        if found is None:
            raise ValueError(f"what tomllib read is not TOML, at character {at}")
        return found

    @staticmethod
    def _resolved(path: KeyPath, lengths: dict[KeyPath, int]) -> KeyPath:
        """A header's path, where each array of tables stands for its last table so far."""
        resolved: KeyPath = ()
        for position, part in enumerate(path):
            resolved = (*resolved, part)
            if position < len(path) - 1 and resolved in lengths:
                resolved = (*resolved, lengths[resolved] - 1)
        return resolved
