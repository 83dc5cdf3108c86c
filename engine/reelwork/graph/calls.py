"""Open calls: a slot, and the record that fills it, go in; what does not fit comes out."""

from __future__ import annotations

from collections.abc import Iterator

from reelwork.catalogue import Catalogue
from reelwork.catalogue.licences import Release, release_problems, release_trouble
from reelwork.catalogue.model import Record
from reelwork.errors import Problem
from reelwork.scene.sources import SlotSource


def call_trouble(slot: SlotSource, catalogue: Catalogue | None) -> Problem | None:
    """What is wrong with the licence that a call asks for, if anything."""
    return release_trouble(Release(slot.licence or None, commercial=False), catalogue)


def misfits(slot: SlotSource, record: Record, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Where the record that fills a slot is not what was asked for, each with what to do.

    A licence fits where what is under it may be part of what is under the one that was asked for: CC0 fits a call for
    CC BY, and CC BY-SA does not.

    :raises CatalogueError: what the record comes from is missing or wrong
    """
    if record.kind != slot.kind:
        yield (
            f"the call asks for {_a(slot.kind)}, and the record {record.id} is {_a(record.kind)}",
            "change the slot's `kind`, or fill it otherwise",
        )
    asked = Release(slot.licence or None, commercial=False)
    if asked.licence and asked.licence != record.licence and release_problems(record, catalogue, asked):
        yield (
            f"the call asks for {asked.licence}, and the record {record.id} is under {record.licence}",
            "change the slot's `licence`, or ask its makers for another one",
        )


def _a(kind: str) -> str:
    return kind if kind == "audio" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
