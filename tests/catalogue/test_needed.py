"""The files that some records need are enough to read those records anew, and no others are among them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from catalogue.shelves import VALLEY, record, shelf, write

from reelwork.catalogue import Catalogue, open_catalogue
from reelwork.catalogue.licences import Release, release_problems
from reelwork.catalogue.needed import needed_files
from reelwork.errors import CatalogueError

ORIGIN = '[{record = "mirtle/origin", relation = "remix"}]'


def full(folder: Path) -> Catalogue:
    shelf(
        folder,
        valley=record(derived_from=ORIGIN, licence='"LicenseRef-own"'),
        origin=record(contributors='[{person = "sophierumi", role = "painter"}]'),
        other=record(),
        broken="title = ",
        orphan=record(derived_from='[{record = "mirtle/nowhere", relation = "remix"}]'),
    )
    write(folder, "catalogue.toml", 'name = "Iterations"\nlicence_texts = {"CC0-1.0" = "texts/zero.txt"}\n')
    write(folder, "texts/zero.txt", "none")
    write(folder, "people/nobody.toml", 'display_name = "Nobody"\n')
    write(folder, "licences/LicenseRef-own.toml", 'title = "Own"\ncommercial = false\nadaptations = "any"\n')
    return open_catalogue(folder)


def carried(catalogue: Catalogue, folder: Path, *names: str) -> Catalogue:
    for path, source in needed_files(catalogue, names).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / path)
    return open_catalogue(folder)


def test_records_say_the_same_with_only_what_they_need(tmp_path):
    here = full(tmp_path / "here")
    there = carried(here, tmp_path / "there", "mirtle/valley")
    assert sorted(str(path.relative_to(there.folder)) for path in there.folder.rglob("*") if path.is_file()) == [
        "catalogue.toml",
        "licences/LicenseRef-own.toml",
        "people/mirtle.toml",
        "people/sophierumi.toml",
        "records/mirtle/origin.toml",
        "records/mirtle/valley.toml",
        "texts/zero.txt",
    ]
    write(there.folder, "media/valley.svg", VALLEY)
    one, other = here.record("mirtle/valley"), there.record("mirtle/valley")
    assert [each.id for each in there.lineage(other)] == [each.id for each in here.lineage(one)]
    assert there.person("sophierumi") == here.person("sophierumi")
    release = Release("CC0-1.0", commercial=True)
    said = [[problem.message for problem in release_problems(*each, release)] for each in ((one, here), (other, there))]
    assert said[0] == said[1] != []


@pytest.mark.parametrize("name", ["mirtle/broken", "mirtle/orphan", "mirtle/nowhere", "no name"])
def test_records_that_cannot_be_read_cannot_be_read_there_either(tmp_path, name):
    here = full(tmp_path / "here")
    there = carried(here, tmp_path / "there", name)
    for catalogue in (here, there):
        with pytest.raises(CatalogueError):
            catalogue.lineage(catalogue.record(name))
