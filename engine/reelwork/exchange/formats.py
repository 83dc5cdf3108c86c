"""Formats: the ending of a file says how it is read and written. Its libraries load only for those that need them."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Final

from reelwork.exchange.bundle import LARGEST, read_bundle
from reelwork.exchange.files import write_text, write_with
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import Timeline

#: The endings of timelines, and of layered pictures.
TIMELINES: Final = (".otio", ".otioz", ".edl", ".fcpxml", ".xml")
PICTURES: Final = (".psd", ".psb")
_EXTRA: Final = "pip install 'reelwork[exchange]'"


@dataclass(frozen=True)
class Taken:
    """A timeline that was read.

    :param bundle: the names of the media that the file itself holds
    """

    timeline: Timeline
    bundle: tuple[str, ...] = ()


def needed(module: str) -> ModuleType:
    """A module of ours that needs a library of the extra ``exchange``.

    :raises ExchangeError: the library is not installed
    """
    try:
        return importlib.import_module(f"reelwork.exchange.{module}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("reelwork"):
            raise
        raise ExchangeError(f"this needs {error.name}, which is not installed: {_EXTRA}") from error


def read_timeline(path: Path, fps: Fraction | None, report: Report) -> Taken:
    """A timeline from a file, by its ending.

    :param fps: its frames a second, where the person says it
    :raises ExchangeError: it is of no kind that is known, missing, or damaged; the message names it
    """
    ending = path.suffix.lower()
    if ending not in TIMELINES:
        known = ", ".join((*TIMELINES, *PICTURES))
        raise ExchangeError(f"{path}: {ending or 'no ending'} is no kind of file that is imported; those are {known}")
    if ending == ".otioz":
        text, names = read_bundle(path)
        return Taken(needed("otio_read").read_otio(text, str(path), report), names)
    text = _text(path)
    if ending == ".otio":
        return Taken(needed("otio_read").read_otio(text, str(path), report))
    if ending == ".edl":
        return Taken(needed("edl_read").read_edl(text, str(path), fps, report))
    if ending == ".fcpxml" or "<fcpxml" in text[:4000]:
        return Taken(needed("fcpx_read").read_fcpxml(text, str(path), report))
    return Taken(needed("fcp7_read").read_fcp7(text, str(path), report))


def write_timeline(timeline: Timeline, path: Path, report: Report) -> None:
    """Write a timeline to a file, by its ending.

    :raises ExchangeError: the ending is of no kind that is known, or the format cannot hold the timeline
    :raises OutputError: it cannot be written
    """
    ending = path.suffix.lower()
    if ending not in TIMELINES:
        known = ", ".join(TIMELINES)
        raise ExchangeError(f"{path}: {ending or 'no ending'} is no kind of file that is exported; those are {known}")
    if ending == ".otioz":
        folder = path.resolve().parent
        write_with(path, lambda part: needed("otio_write").write_otioz(timeline, part, folder, report))
        return
    module, function = {
        ".otio": ("otio_write", "write_otio"),
        ".edl": ("edl_write", "write_edl"),
        ".fcpxml": ("fcpx_write", "write_fcpxml"),
        ".xml": ("fcp7_write", "write_fcp7"),
    }[ending]
    text: str = getattr(needed(module), function)(timeline, *((path,) if ending in (".fcpxml", ".xml") else ()), report)
    write_text(path, text)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise ExchangeError(f"{path} is larger than {LARGEST >> 20} MB")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # lists from older machines
