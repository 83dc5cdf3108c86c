"""What a stranger hands in goes in; it comes out unchanged, or is refused with the reason before anything keeps it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from urllib.parse import urlsplit

from reelwork_farm.capability import check_needs
from reelwork_farm.errors import FarmError
from reelwork_farm.messages import Heartbeat
from reelwork_farm.model import Figures, JobSpec, Share, WorkerOffer
from reelwork_farm.store.jobs import MOST_OPEN_UNITS


class IntakeError(FarmError):
    """What was handed in is not what the farm takes."""


@dataclass(frozen=True)
class Limits:
    """How much a farm takes in, so that nobody can fill it up by mistake or on purpose.

    :param workers: that are alive at once
    :param blob: bytes of one file
    :param body: bytes of one message
    :param log: bytes of one unit's log
    :param uploads: threads that write files which travel through the controller
    :param listed: jobs, units or events in one answer
    :param open_units: of all jobs together that have not ended
    """

    workers: int = 20_000
    blob: int = 256 << 30
    body: int = 1 << 20
    log: int = 1 << 20
    uploads: int = 16
    listed: int = 10_000
    open_units: int = MOST_OPEN_UNITS


_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(r"[0-9a-f]{16}")
#: Beside slashes, nothing that a terminal takes for an order, or that turns around what stands beside it.
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069/\\]{1,200}")
_PROJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_HIGHEST_PRIORITY: Final = 1000
_MANY: Final = 256
#: Of a worker's figures, so that no sum of them or of their squares is beyond what a number holds: a century, and a
#: pebibyte.
_MOST_SECONDS: Final = 100 * 366 * 86_400.0
_MOST_MEMORY: Final = 1 << 50


def check_spec(spec: JobSpec) -> None:
    """Refuse a job that cannot be right.

    :raises FarmError: with the field, and what it may be
    """
    check_digest(spec.bundle)
    check_digest(spec.engine)
    _require(bool(_NAME.fullmatch(spec.title)), "title", "1 to 200 characters on one line, without slashes", spec.title)
    _require(bool(_NAME.fullmatch(spec.file)) and spec.file.strip(". ") != "", "file", "a file's plain name", spec.file)
    _require(bool(_PROJECT.fullmatch(spec.project)), "project", "letters, digits, `.`, `_` and `-`", spec.project)
    _require(spec.machine == "" or bool(_WORD.fullmatch(spec.machine)), "machine", "one word", spec.machine)
    _require(0 <= spec.first < spec.stop, "frames", "counted from 0", f"{spec.first}-{spec.stop - 1}")
    _check_fps(spec.fps)
    check_priority(spec.priority)
    _require(len(spec.needs) <= _MANY, "needs", f"{_MANY} at most", str(len(spec.needs)))
    check_needs(spec.needs)
    _require(len(spec.after) <= _MANY, "after", f"{_MANY} jobs at most", str(len(spec.after)))
    for job in spec.after:
        check_id(job)
    if spec.notify is not None:
        check_address(spec.notify)
    _require(0 <= spec.audit <= 100, "audit", "per cent, 0 to 100", str(spec.audit))
    _require(spec.segmented or not spec.audit, "audit", "0 for a file that is not rendered in units", str(spec.audit))


def check_priority(priority: int) -> None:
    """Refuse a priority that is out of range.

    :raises IntakeError: it is not between -1000 and 1000
    """
    allowed = f"between -{_HIGHEST_PRIORITY} and {_HIGHEST_PRIORITY}"
    _require(abs(priority) <= _HIGHEST_PRIORITY, "priority", allowed, str(priority))


def check_share(project: str, share: Share) -> None:
    """Refuse a project that no job can be of, and a share that nobody can have.

    :raises IntakeError: with the field, and what it may be
    """
    _require(bool(_PROJECT.fullmatch(project)), "project", "letters, digits, `.`, `_` and `-`", project)
    _require(1e-6 <= share.weight <= 1e6, "weight", "above 0, a million at most", str(share.weight))
    _require(share.cap is None or share.cap >= 0, "cap", "0 or more workers", str(share.cap))


def check_digest(digest: str) -> str:
    """Refuse what names no blob; comes back with it.

    :raises IntakeError: it is not 64 hexadecimal digits in lower case
    """
    _require(bool(_DIGEST.fullmatch(digest)), "digest", "64 hexadecimal digits", digest)
    return digest


def check_id(job: str) -> None:
    """Refuse what cannot be a job's id.

    :raises IntakeError: it is not 16 hexadecimal digits
    """
    _require(bool(_ID.fullmatch(job)), "job", "16 hexadecimal digits", job)


def check_address(address: str) -> None:
    """Refuse what a webhook cannot go to.

    :raises IntakeError: it is no plain http or https address, or has a password in it, which the history would show
    """
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good, parts = False, urlsplit("")
    good = good and parts.username is None and len(address) <= 2000 and address.isascii() and address.isprintable()
    _require(good, "notify", "an http or https address without a name or password in it", address)


def check_offer(offer: WorkerOffer) -> None:
    """Refuse a worker that cannot be what it says.

    :raises FarmError: with the field, and what it may be
    """
    check_digest(offer.engine)
    _require(bool(_NAME.fullmatch(offer.node)), "node", "a machine's name", offer.node)
    _require(0 < offer.pid < 1 << 32, "pid", "a process id", str(offer.pid))
    _require(0 < offer.cores <= 1 << 16, "cores", "at least 1", str(offer.cores))
    _require(0 < offer.memory <= _MOST_MEMORY, "memory", "bytes, at least 1", str(offer.memory))
    _require(bool(_WORD.fullmatch(offer.machine)), "machine", "one word such as x86_64", offer.machine)
    _require(len(offer.tags) <= _MANY, "tags", f"{_MANY} at most", str(len(offer.tags)))
    check_needs(offer.tags)


def check_figures(figures: Figures) -> None:
    """Refuse figures that nothing can have taken.

    :raises FarmError: with the field, and what it may be
    """
    check_digest(figures.digest)
    for name in ("size", "frames", "seconds", "cpu", "memory"):
        value = getattr(figures, name)
        _require(value >= 0 and math.isfinite(value), name, "0 or more", str(value))
    for name, most in (("seconds", _MOST_SECONDS), ("cpu", _MOST_SECONDS * (1 << 16)), ("memory", _MOST_MEMORY)):
        _require(getattr(figures, name) <= most, name, f"{most} at most", str(getattr(figures, name)))


def check_heartbeat(heartbeat: Heartbeat) -> None:
    """Refuse a sign of life that no worker can give.

    :raises FarmError: with the field, and what it may be
    """
    for held in heartbeat.holding:
        _require(held.frames >= 0, "frames", "0 or more", str(held.frames))
    _require(0 <= heartbeat.memory <= _MOST_MEMORY, "memory", "bytes, 0 or more", str(heartbeat.memory))


def _check_fps(fps: str) -> None:
    try:
        rate = Fraction(fps) if re.fullmatch(r"[0-9]{1,9}(/[0-9]{1,9})?", fps) else Fraction(0)
    except ZeroDivisionError:
        rate = Fraction(0)
    _require(0 < rate <= 1000, "fps", "a fraction such as 24000/1001", fps)


def _require(holds: bool, field: str, allowed: str, found: str) -> None:
    if not holds:
        raise IntakeError(f"{field}: {found[:80]!r} is not taken; it is {allowed}")
