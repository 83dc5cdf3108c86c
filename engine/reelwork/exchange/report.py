"""The report: what an exchange could not carry, or had to decide, each with its place and what was done instead."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from reelwork.errors import ReelworkError
from reelwork.exchange.files import write_text


class ExchangeError(ReelworkError):
    """A file of another program that cannot be read, or a scene that it cannot hold; the message names the file."""

    exit_code = 4


class MisplacedError(ValueError):
    """What is wrong with a part of a file; the message says where it stands."""


@dataclass(frozen=True)
class Finding:
    """One thing that did not go over as it was.

    :param place: where it stands: ``V2, clip 'wide' at 00:00:12:04``
    :param what: what it was
    :param instead: what was done instead
    """

    place: str
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; {self.instead}"


@dataclass
class Report:
    """Findings in the order in which they were made; what repeats itself is said once."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, place: str, what: str, instead: str) -> None:
        """Note what could not be carried."""
        finding = Finding(place, what, instead)
        if finding not in self.findings:
            self.findings.append(finding)

    def write(self, path: Path, source: str, target: str) -> None:
        """Write all of them as JSON.

        :raises OutputError: it cannot be written
        """
        found = {"from": source, "to": target, "findings": [asdict(finding) for finding in self.findings]}
        write_text(path, json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def numbered(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *head, last = list(words)
    return f"{', '.join(head)} and {last}" if head else last
