"""What a catalogue says, as values: records, the people who made them, what they were made from."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

#: What a record may be.
KINDS: Final = ("video", "audio", "image", "illustration", "text", "font")
#: Whether a record may be used.
STATUSES: Final = ("open", "withdrawn", "blocked")
#: How a record may come from another one.
RELATIONS: Final = ("remix", "adapts", "samples", "translates", "performs", "inspired", "conforms")


@dataclass(frozen=True)
class Person:
    """Somebody who contributed, as ``people/<handle>.toml`` says.

    :param handle: lower-case letters, digits and hyphens
    :param credit_as: how they want to be named; empty where ``display_name`` is
    :param anonymous: whether they are not to be named at all
    :param payee_ref: an opaque reference for whoever pays; never shown
    """

    handle: str
    display_name: str
    place: str = ""
    url: str = ""
    credit_as: str = ""
    anonymous: bool = False
    payee_ref: str = ""


@dataclass(frozen=True)
class Contribution:
    """One person's part in a record.

    :param person: a handle of the catalogue
    :param share: from 0 to 1; contributors who state none divide evenly what the others leave
    """

    person: str
    role: str
    share: Fraction


@dataclass(frozen=True)
class Derivation:
    """A record that another one comes from, and how: one of :data:`RELATIONS`."""

    record: str
    relation: str


@dataclass(frozen=True)
class Version:
    """Earlier bytes of a record.

    :param digest: their sha256
    :param date: from when on they were the record's
    """

    digest: str
    date: datetime.date
    note: str = ""


@dataclass(frozen=True)
class EarlierLicence:
    """A licence that a record was under before.

    :param licence: an SPDX expression
    :param date: from when on it held
    """

    licence: str
    date: datetime.date
    note: str = ""


@dataclass(frozen=True)
class Record:
    """One contributed thing, as ``records/<handle>/<slug>.toml`` says.

    :param id: ``handle/slug``
    :param kind: one of :data:`KINDS`
    :param licence: an SPDX expression, or with ``LicenseRef-…`` names that the catalogue declares
    :param file: where the catalogue keeps the bytes; ``None`` where only their digest is known
    :param sha256: the digest of the bytes, 64 hexadecimal digits; empty where the record does not say it
    :param status: one of :data:`STATUSES`
    """

    id: str
    title: str
    kind: str
    licence: str
    contributors: tuple[Contribution, ...]
    file: Path | None = None
    sha256: str = ""
    tags: tuple[str, ...] = ()
    status: str = "open"
    derived_from: tuple[Derivation, ...] = ()
    modifications: str = ""
    source_url: str = ""
    attribution: str = ""
    created: datetime.date | None = None
    versions: tuple[Version, ...] = ()
    licence_history: tuple[EarlierLicence, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What a licence lets one do with a work in a production.

    :param id: the licence's SPDX name, or ``LicenseRef-…``
    :param commercial: whether it may be used commercially
    :param adaptations: ``any`` (under any licence), ``same`` (only under the same) or ``none``
    :param attribution: whether its makers must be named
    """

    id: str
    commercial: bool
    adaptations: str
    attribution: bool
    title: str = ""
    url: str = ""
