"""A production: a scene with what it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reelwork.caption import Caption
from reelwork.catalogue import Catalogue, Record
from reelwork.graph.model import Media
from reelwork.linker import Linked
from reelwork.scene import model
from reelwork.values import File


@dataclass(frozen=True)
class Production:
    """A scene with what it names.

    :param media: the file of each layer that shows or sounds one, by the layer's path; a record that is missing in a
        draft has none
    :param texts: the words of each layer whose text is a record, by the layer's path
    :param files: the files that extensions read, by the names that the scene gives them
    :param records: every record that is used, by its name
    :param captions: what each layer that takes captions out of a file gives to read, by the layer's path
    :param missing: what a slate says in place of what is missing, by the layer's path; only drafts render so
    :param catalogue: where the records are from, if the scene names any
    :param linked: what plugins' linkers found, by the names that the scene gives it
    """

    scene: model.Scene
    media: Mapping[str, Media]
    texts: Mapping[str, str]
    files: Mapping[str, File]
    captions: Mapping[str, tuple[Caption, ...]]
    records: Mapping[str, Record]
    missing: Mapping[str, str]
    catalogue: Catalogue | None = None
    linked: Mapping[str, Linked] = field(default_factory=dict)
