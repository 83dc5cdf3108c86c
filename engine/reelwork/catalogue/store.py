"""The store of large media: a digest goes in, the file with those bytes comes out.

A store is a folder where a file is named by its sha256, in a subfolder named by the digest's first two digits, with
the ending that its kind has: ``ab/ab12…9f.mov``. There is one in a catalogue's ``media/`` and one of the machine's
owner, which serves all catalogues.
"""

from __future__ import annotations

from pathlib import Path

from reelwork.folders import home


def stores(catalogue: Path) -> tuple[Path, ...]:
    """The stores that a catalogue's bytes are looked for in, in order."""
    return (catalogue / "media", home() / "media")


def find(digest: str, folders: tuple[Path, ...]) -> Path | None:
    """The file that is named by a digest, if one of the stores has it; its bytes are not read."""
    for folder in folders:
        found = sorted((folder / digest[:2]).glob(f"{digest}*"))
        for path in found:
            if path.is_file() and path.name.split(".")[0] == digest:
                return path
    return None
