"""Small catalogues to test with."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reelwork.catalogue import Catalogue, open_catalogue

VALLEY = b"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write(folder: Path, path: str, text: str | bytes) -> Path:
    to = folder / path
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(text if isinstance(text, bytes) else text.encode())
    return to


def record(**changes: str) -> str:
    """A record's TOML; each value as it is written, an empty one leaves the key out."""
    values = {
        "title": '"The valley at dawn"',
        "kind": '"illustration"',
        "licence": '"CC-BY-4.0"',
        "file": '"media/valley.svg"',
        "sha256": f'"{digest(VALLEY)}"',
        "contributors": '[{ person = "mirtle", role = "illustrator", share = "100%" }]',
    }
    values.update(changes)
    return "".join(f"{key} = {value}\n" for key, value in values.items() if value)


def shelf(folder: Path, **records: str) -> Catalogue:
    """A catalogue with mirtle, sophierumi, and records of mirtle's by their slugs."""
    write(folder, "catalogue.toml", 'name = "Iterations"\n')
    write(folder, "people/mirtle.toml", 'display_name = "mirtle"\n')
    write(folder, "people/sophierumi.toml", 'display_name = "SophieRumi"\nplace = "Lyon"\nanonymous = true\n')
    write(folder, "media/valley.svg", VALLEY)
    for slug, text in records.items():
        write(folder, f"records/mirtle/{slug}.toml", text)
    return open_catalogue(folder)
