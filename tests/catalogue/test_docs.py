"""The examples of docs/records.md are a catalogue."""

import re
from pathlib import Path

from catalogue.shelves import digest, record, shelf, write

from reelwork.catalogue import open_catalogue
from reelwork.catalogue.licences import Release, release_problems
from reelwork.catalogue.model import KINDS, RELATIONS, STATUSES

PAGE = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")


def test_the_examples_are_read(tmp_path):
    shelf(tmp_path)
    write(tmp_path, "records/sophierumi/poem.toml", record(kind='"text"'))
    write(tmp_path, "licences/CC-BY-4.0.txt", "the text")
    examples = dict(re.findall(r"```toml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))
    assert sorted(examples) == [
        "catalogue.toml",
        "licences/LicenseRef-band.toml",
        "people/mirtle.toml",
        "records/mirtle/valley.toml",
    ]
    for path, text in examples.items():
        write(tmp_path, path, text.replace("0" * 64, digest(b"valley")))
    write(tmp_path, "media/valley.svg", b"valley")
    catalogue = open_catalogue(tmp_path)
    valley = catalogue.record("mirtle/valley")
    assert catalogue.media(valley).name == "valley.svg"
    assert [str(contribution.share) for contribution in valley.contributors] == ["3/5", "2/5"]
    assert release_problems(valley, catalogue, Release("LicenseRef-band", commercial=False)) == ()


def test_every_word_is_explained():
    for word in (*KINDS, *RELATIONS, *STATUSES):
        assert f"`{word}`" in PAGE
