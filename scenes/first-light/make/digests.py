"""Writes the digests of a catalogue's files into its records."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path


def write_digests(catalogue: Path) -> None:
    """Put the sha256 of every record's file into the record."""
    for record in sorted(catalogue.glob("records/*/*.toml")):
        text = record.read_text("utf-8")
        media = catalogue / tomllib.loads(text)["file"]
        digest = hashlib.sha256(media.read_bytes()).hexdigest()
        record.write_text(re.sub(r'(?m)^sha256 = ".*"$', f'sha256 = "{digest}"', text), "utf-8")
