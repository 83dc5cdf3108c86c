"""Addresses: where a URL, or a path, of a timeline points to, and how one is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from reelwork.footage import NUMBER, numbered_files
from reelwork.media.offered import is_numbered

#: The place of a number in a file's name, which is no escape: nobody's name has the control characters of ``%04``.
_NUMBER: Final = re.compile(r"(%0\d{1,2}d|%d(?![0-9A-Fa-f]))")

#: What makes a URL of a text; a name may hold a colon, too.
_SCHEME: Final = re.compile(r"file:|[a-z][a-z0-9+.-]+:(?=//)", re.IGNORECASE)


def place_of(url: str, base: Path) -> Path | None:
    """Where a URL, or a path, points to on this machine; ``None`` where that is no file."""
    path = path_of(url)
    if path is None or "\0" in path:
        return None
    try:
        # a name may look as if it had escapes
        found = base / (url if "%" in url and (base / url).is_file() else path)
        found.is_file()  # too long a name is an error
        return found.resolve()
    except (OSError, RuntimeError):
        return None


def path_of(url: str) -> str | None:
    """The path of a URL, or of a path; ``None`` where it is on another machine."""
    if re.match(r"[A-Za-z]:[\\/]", url):
        return url.replace("\\", "/")
    scheme = _SCHEME.match(url)
    if scheme is None:
        return _unquoted(url).replace("\\", "/")
    if scheme[0].lower() != "file:":
        return None
    try:
        path = _unquoted(urlsplit(url).path)
    except ValueError:
        return None
    return path[1:] if re.match(r"/[A-Za-z]:/", path) else path


def url_of(path: Path) -> str:
    """The URL of a path, relative as it is; a number's place, as in ``take-%04d.exr``, stays readable."""
    url = quote(path.as_posix())
    return re.sub(r"%25(0\d{1,2}d|d(?![0-9A-Fa-f]))", r"%\1", url)


def files_at(path: Path, target: str) -> dict[Path, str]:
    """The file of that path, or all those that it stands for by their number's place, each with its name in ``target``,
    which has that place too.

    :raises MediaError: numbered files are not all there
    """
    if not is_numbered(path):
        return {path: target}
    return {
        file: NUMBER.sub(lambda place, number=number: str(number).zfill(int(place[1] or 0)), target)  # type: ignore[misc]
        for number, file in numbered_files(path).items()
    }


def _unquoted(text: str) -> str:
    return "".join(part if _NUMBER.fullmatch(part) else unquote(part) for part in _NUMBER.split(text))
