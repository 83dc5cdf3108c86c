"""Reading a catalogue's files: a TOML document goes in, a record, a person or a licence's terms come out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from pathlib import Path, PurePosixPath

from reelwork.catalogue.document import Document
from reelwork.catalogue.fields import Fields
from reelwork.catalogue.model import (
    KINDS,
    RELATIONS,
    STATUSES,
    Contribution,
    Derivation,
    EarlierLicence,
    Person,
    Record,
    Terms,
    Version,
)
from reelwork.catalogue.spdx import trouble
from reelwork.catalogue.text import shown
from reelwork.errors import CatalogueError, Problem


def read_settings(document: Document, folder: Path) -> str:
    """A catalogue's name, out of its ``catalogue.toml``.

    :raises CatalogueError: with everything that is wrong
    """
    problems: list[Problem] = []
    fields = Fields(document, document.data, problems)
    fields.only("name", "licence_texts")
    name = fields.text("name", required=True)
    texts = fields.table("licence_texts")
    inner = Fields(document, texts, problems, "licence_texts")
    for licence in texts:
        wrong = trouble(licence, ())
        if wrong and not licence.startswith("LicenseRef-"):
            inner.wrong(licence, f"{shown(licence, 80)!r} {wrong[0]}", wrong[1])
        path = _inside(inner, licence, folder, folder.resolve())
        if path is not None and not is_file(path):
            inner.wrong(licence, f"there is no file {shown(str(texts[licence]))}")
    _raise(problems)
    return name


def read_person(document: Document, handle: str) -> Person:
    """A person.

    :raises CatalogueError: with everything that is wrong
    """
    problems: list[Problem] = []
    fields = Fields(document, document.data, problems)
    fields.only("display_name", "place", "url", "credit_as", "anonymous", "payee_ref")
    person = Person(
        handle=handle,
        display_name=fields.text("display_name", required=True, limit=120),
        place=fields.text("place", limit=120),
        url=fields.url("url"),
        credit_as=fields.text("credit_as", limit=120),
        anonymous=fields.boolean("anonymous", default=False),
        payee_ref=fields.text("payee_ref", limit=120),
    )
    _raise(problems)
    return person


def read_terms(document: Document, name: str) -> Terms:
    """What a ``LicenseRef-…`` that a catalogue declares allows.

    :raises CatalogueError: with everything that is wrong
    """
    problems: list[Problem] = []
    fields = Fields(document, document.data, problems)
    fields.only("title", "url", "commercial", "adaptations", "attribution")
    if not fields.has("commercial"):
        fields.wrong(None, "commercial is missing", "write true or false")
    terms = Terms(
        id=name,
        commercial=fields.boolean("commercial", default=False),
        adaptations=fields.choice("adaptations", ("any", "same", "none")),
        attribution=fields.boolean("attribution", default=True),
        title=fields.text("title", required=True),
        url=fields.url("url"),
    )
    _raise(problems)
    return terms


def read_record(
    document: Document,
    name: str,
    *,
    folder: Path,
    root: Path,
    declared: Collection[str],
    is_person: Callable[[str], bool],
    is_record: Callable[[str], bool],
) -> Record:
    """A record.

    :param name: ``handle/slug``
    :param folder: the catalogue's, where ``file`` counts from
    :param root: the same without links, which ``file`` may not leave
    :param declared: the ``LicenseRef-…`` names that the catalogue declares
    :raises CatalogueError: with everything that is wrong
    """
    problems: list[Problem] = []
    fields = Fields(document, document.data, problems)
    fields.only(
        *("title", "kind", "licence", "file", "sha256", "tags", "status", "contributors", "derived_from"),
        *("modifications", "source_url", "attribution", "created", "versions", "licence_history"),
    )
    record = Record(
        id=name,
        title=fields.text("title", required=True),
        kind=fields.choice("kind", KINDS),
        licence=_licence(fields, declared),
        contributors=_contributors(fields, is_person),
        file=_inside(fields, "file", folder, root),
        sha256=fields.digest("sha256"),
        tags=fields.texts("tags"),
        status=fields.choice("status", STATUSES, default="open"),
        derived_from=_derivations(fields, name, is_record),
        modifications=fields.text("modifications", limit=2000, multiline=True),
        source_url=fields.url("source_url"),
        attribution=fields.text("attribution", limit=2000, multiline=True),
        created=fields.date("created"),
        versions=_versions(fields),
        licence_history=_licence_history(fields, declared),
    )
    if not fields.has("file") and not fields.has("sha256") and record.status == "open":
        remedy = 'write file = "media/…", or the sha256 of a file in a store'
        fields.wrong(None, "neither file nor sha256 says where the bytes are", remedy)
    _raise(problems)
    return record


def _licence(fields: Fields, declared: Collection[str]) -> str:
    written = fields.text("licence", required=True)
    wrong = trouble(written, declared) if written else None
    if wrong:
        fields.wrong("licence", f"the licence {shown(written, 80)!r} {wrong[0]}", wrong[1])
    return written


def _contributors(fields: Fields, is_person: Callable[[str], bool]) -> tuple[Contribution, ...]:
    read: list[tuple[str, str, Fraction | None]] = []
    for inner in fields.tables("contributors", required=True):
        inner.only("person", "role", "share")
        person = inner.handle("person")
        if person and not is_person(person):
            inner.wrong("person", f"nobody has the handle {person!r}", f"write people/{person}.toml, or another handle")
        role = inner.text("role", required=True, limit=80)
        if any((person, role) == (other, its) for other, its, _ in read):
            inner.wrong("person", f"{person} is {role} twice", "write it once, with the shares added up")
        read.append((person, role, inner.share("share")))
    said = sum((share for _, _, share in read if share is not None), Fraction(0))
    silent = sum(share is None for _, _, share in read)
    if said > 1:
        fields.wrong("contributors", f"the shares add up to {_percent(said)}, which is more than the whole")
        said = Fraction(1)
    left = (1 - said) / max(1, silent)
    return tuple(Contribution(person, role, left if share is None else share) for person, role, share in read)


def _derivations(fields: Fields, name: str, is_record: Callable[[str], bool]) -> tuple[Derivation, ...]:
    derivations: list[Derivation] = []
    for inner in fields.tables("derived_from"):
        inner.only("record", "relation")
        derivation = Derivation(inner.name("record"), inner.choice("relation", RELATIONS))
        if derivation.record == name:
            inner.wrong("record", "a record cannot come from itself")
        elif derivation.record and not is_record(derivation.record):
            inner.wrong("record", f"there is no record {derivation.record!r}")
        if derivation in derivations:
            inner.wrong("record", f"{derivation.record} stands here twice")
        derivations.append(derivation)
    return tuple(derivations)


def _versions(fields: Fields) -> tuple[Version, ...]:
    versions = []
    for inner in fields.tables("versions"):
        inner.only("digest", "date", "note")
        date = inner.date("date", required=True)
        digest, note = inner.digest("digest", required=True), inner.text("note", limit=2000, multiline=True)
        if date is not None:
            versions.append(Version(digest, date, note))
    return tuple(versions)


def _licence_history(fields: Fields, declared: Collection[str]) -> tuple[EarlierLicence, ...]:
    history = []
    for inner in fields.tables("licence_history"):
        inner.only("licence", "date", "note")
        date = inner.date("date", required=True)
        licence, note = _licence(inner, declared), inner.text("note", limit=2000, multiline=True)
        if date is not None:
            history.append(EarlierLicence(licence, date, note))
    return tuple(history)


def _inside(fields: Fields, key: str, folder: Path, root: Path) -> Path | None:
    """A file of the catalogue; links do not lead out of it either."""
    written = fields.text(key, limit=500)
    if not written:
        return None
    path = PurePosixPath(written)
    if path.is_absolute() or ".." in path.parts or "\\" in written or ":" in path.parts[0]:
        remedy = "write it relative to the catalogue's folder"
        fields.wrong(key, f"the path {shown(written)} leaves the catalogue", remedy)
        return None
    inside = folder / path
    try:
        leaves = not inside.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a circle of links
        leaves = True
    if leaves:
        fields.wrong(key, f"the path {shown(written)} leads out of the catalogue", "copy the file into the catalogue")
        return None
    return inside


def is_file(path: Path) -> bool:
    """Whether there is a file of that path, also for paths that no file system can hold."""
    try:
        return path.is_file()
    except OSError:
        return False


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.6g}%"


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise CatalogueError(tuple(problems))
