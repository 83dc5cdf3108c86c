"""One table of a TOML document, key by key: values come out as their kind, and what is wrong becomes a problem."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Final

from reelwork.catalogue.document import Document
from reelwork.catalogue.text import hostile, shown
from reelwork.errors import Problem

_HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_URL: Final = re.compile(r"https?://[^\s/@\"'<>\\]+(?:/[^\s\"'<>\\]*)?")
_SHARE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)\s?%|(\d{1,9})/(\d{1,9})")

#: What a handle or a slug looks like, for messages.
HANDLE_RULE: Final = "lower-case letters, digits and hyphens, at most 64, no hyphen at either end"


def is_handle(text: str) -> bool:
    """Whether a text can be a handle or a slug."""
    return _HANDLE.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether a text can be a sha256: 64 lower-case hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest of some names; empty where none is near."""
    found = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {found[0]!r}?" if found else ""


class Fields:
    """Reads a table's keys; every method gives a harmless value where something is wrong and notes the problem.

    :param path: where the table stands in the document
    :param problems: gets what is wrong
    """

    def __init__(self, document: Document, table: dict[str, Any], problems: list[Problem], *path: str | int) -> None:
        self._document = document
        self._table = table
        self._problems = problems
        self._path = path

    def wrong(self, key: str | None, message: str, remedy: str = "", *, warning: bool = False) -> None:
        """Note a problem with a key, or with the whole table."""
        path = self._path if key is None else (*self._path, key)
        named = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        self._problems.append(Problem(message, self._document.place(*path), shown(named), remedy, warning))

    def only(self, *keys: str) -> None:
        """Refuse keys that nobody knows."""
        for key in self._table:
            if key not in keys:
                near = nearest(key, keys)
                message = f"unknown key {shown(key, 60)!r}"
                path = (*self._path, key)
                remedy = near or f"known are {', '.join(keys)}"
                self._problems.append(Problem(message, self._document.key_place(*path), remedy=remedy))

    def has(self, key: str) -> bool:
        """Whether the key was written."""
        return key in self._table

    def text(self, key: str, *, required: bool = False, limit: int = 300, multiline: bool = False) -> str:
        """Words of people, without anything that could act on a terminal or a page."""
        value = self._text(key, required)
        if not value:
            return ""
        found = hostile(value, multiline=multiline)
        if found:
            self.wrong(key, f"the text holds {found}, which may not stand in it", "take that character out")
            return ""
        if len(value) > limit:
            self.wrong(key, f"a text of {len(value):,} characters; {limit:,} are allowed")
            return ""
        if required and not value.strip():
            self.wrong(key, f"{key} is empty")
        return value.strip()

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        """One of some words; required without a ``default``."""
        if default is not None and key not in self._table:
            return default
        value = self._text(key, required=True)
        if value is None or value in options:
            return value or options[0]
        self.wrong(key, f"{shown(value, 60)!r} is none of {', '.join(options)}", nearest(value, options))
        return options[0]

    def handle(self, key: str) -> str:
        """A person's handle; required."""
        value = self._text(key, required=True)
        if value and not is_handle(value):
            self.wrong(key, f"{shown(value, 80)!r} is not a handle ({HANDLE_RULE})")
            return ""
        return value or ""

    def name(self, key: str) -> str:
        """A record's name, ``handle/slug``; required."""
        value = self._text(key, required=True)
        parts = value.split("/") if value else []
        if value and not (len(parts) == 2 and all(map(is_handle, parts))):
            self.wrong(key, f"{shown(value, 140)!r} is not the name of a record", "write handle/slug")
            return ""
        return value or ""

    def digest(self, key: str, *, required: bool = False) -> str:
        """A sha256."""
        value = self._text(key, required)
        if value and not is_digest(value):
            remedy = "write it in lower case" if is_digest(value.lower()) else "a sha256 is 64 hexadecimal digits"
            self.wrong(key, f"{shown(value, 80)!r} is not a sha256", remedy)
            return ""
        return value or ""

    def url(self, key: str) -> str:
        """An address on the web."""
        value = self.text(key, limit=2000)
        if value and not _URL.fullmatch(value):
            self.wrong(key, f"{shown(value, 80)!r} is not an address that starts with https:// or http://")
            return ""
        return value

    def share(self, key: str) -> Fraction | None:
        """A part of the whole, 0 to 1, exactly; ``None`` where nothing is said."""
        if key not in self._table:
            return None
        value = self._table[key]
        found = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None or (found[3] and int(found[3]) == 0):
            self.wrong(key, f"{_described(value)} is not a share", 'write "50%" or "1/3", with the quotes')
            return Fraction(0)
        share = Fraction(found[1]) / 100 if found[1] else Fraction(int(found[2]), int(found[3]))
        if share > 1:
            self.wrong(key, f"a share of {shown(value)}, which is more than the whole")
            return Fraction(0)
        return share

    def boolean(self, key: str, default: bool) -> bool:
        """``true`` or ``false``."""
        value = self._table.get(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(key, f"true or false is wanted here, not {_described(value)}")
        return default

    def date(self, key: str, *, required: bool = False) -> datetime.date | None:
        """A day; a time of day is refused."""
        value = self._table.get(key)
        if type(value) is datetime.date:
            return value
        if value is not None:
            self.wrong(key, f"a date is wanted here, not {_described(value)}", "write it without quotes: 2026-11-21")
        elif required:
            self._missing(key)
        return None

    def texts(self, key: str, *, limit: int = 60, most: int = 100) -> tuple[str, ...]:
        """A list of short texts."""
        items = self._list(key, most)
        if any(not isinstance(item, str) for item in items):
            self.wrong(key, "a list of texts is wanted here", 'write ["one", "two"]')
            return ()
        for item in items:
            found = hostile(item)
            if found or not item.strip() or len(item) > limit:
                what = f"holds {found}" if found else "is empty" if not item.strip() else f"is longer than {limit}"
                self.wrong(key, f"{shown(item, 60)!r} {what}")
                return ()
        return tuple(item.strip() for item in items)

    def tables(self, key: str, *, required: bool = False, most: int = 500) -> list[Fields]:
        """A list of tables, each to be read like this one."""
        if required and not self._table.get(key):
            self._missing(key)
        items = self._list(key, most)
        if any(not isinstance(item, dict) for item in items):
            self.wrong(key, "a list of tables is wanted here", "write [{ … }, { … }]")
            return []
        return [
            Fields(self._document, item, self._problems, *self._path, key, index) for index, item in enumerate(items)
        ]

    def table(self, key: str) -> dict[str, Any]:
        """A table of any keys."""
        value = self._table.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong(key, f"a table is wanted here, not {_described(value)}")
        return {}

    def _list(self, key: str, most: int) -> list[Any]:
        value = self._table.get(key, [])
        if not isinstance(value, list):
            self.wrong(key, f"a list is wanted here, not {_described(value)}")
            return []
        if len(value) > most:
            self.wrong(key, f"a list of {len(value):,}; {most:,} are allowed")
            return []
        return value

    def _text(self, key: str, required: bool) -> str | None:
        value = self._table.get(key)
        if isinstance(value, str):
            return value
        if value is not None:
            self.wrong(key, f"text is wanted here, not {_described(value)}", "put it in quotes")
        elif required:
            self._missing(key)
        return None

    def _missing(self, key: str) -> None:
        self.wrong(None, f"{key} is missing")


def _described(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(shown(value, 60))
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return shown(str(value), 60)
