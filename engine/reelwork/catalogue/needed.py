"""What records need of their catalogue: names go in, the files that reading them takes come out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reelwork.catalogue.document import read_document
from reelwork.catalogue.open import MARK, Catalogue
from reelwork.errors import CatalogueError


def needed_files(catalogue: Catalogue, names: Iterable[str]) -> dict[str, Path]:
    """The files of a catalogue that some records need, by their paths in it, with ``/``; media not among them.

    With these alone, the catalogue says the same of those records: what they are, who made them, what they come from,
    and under which licences. Records that are missing or wrong are so then, too.

    :raises CatalogueError: the catalogue itself is wrong
    """
    texts: dict[str, str] = read_document(catalogue.folder / MARK).data.get("licence_texts", {})
    found = {MARK, *texts.values(), *(f"licences/{name}.toml" for name in catalogue.declared)}
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            record = catalogue.record(name)
        except CatalogueError:
            continue
        found.add(f"records/{name}.toml")
        found |= {f"people/{contribution.person}.toml" for contribution in record.contributors}
        waiting += (derivation.record for derivation in record.derived_from)
    return {path: catalogue.folder / path for path in sorted(found)}
