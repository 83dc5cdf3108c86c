"""The gallery: its words are those of the code, its pictures are all there, and every scene in it can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from reelwork import Example, PointEffect, param
from reelwork.effect import Extension
from reelwork.extensions import registry
from reelwork.gallery.__main__ import drawn, main
from reelwork.gallery.pages import gallery
from reelwork.gallery.shots import shots
from reelwork.kinds import File
from reelwork.scene.reader import read_scene_text

FOLDER = Path(__file__).parents[2] / "docs" / "effects"
GALLERY = gallery(registry(), "reelwork")
MOST_BYTES = 3_000_000


@pytest.mark.parametrize("name", GALLERY.pages)
def test_the_words_are_fresh(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == GALLERY.pages[name], "run `make docs`"


def test_the_pictures_are_all_there_and_no_others_and_small() -> None:
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("pictures/**/*.*")}
    assert there == set(GALLERY.pictures), "run `make docs`"
    assert [path for path, shot in GALLERY.pictures.items() if drawn(FOLDER / path) != shot.digest] == []
    assert sum((FOLDER / path).stat().st_size for path in there) < MOST_BYTES


def test_every_extension_has_its_section_and_every_link_leads_somewhere() -> None:
    pages = "\n".join(GALLERY.pages.values())
    for table in registry().tables.values():
        for name, cls in table.items():
            if registry().origins[cls].startswith("reelwork "):
                assert f"\n## {name}\n" in pages
    for path, anchor in re.findall(r"\]\((\w+\.md)#([\w-]+)\)", GALLERY.pages["README.md"]):
        headings = re.findall(r"^## (.*)$", GALLERY.pages[path], re.MULTILINE)
        # an anchor is made of a heading as Markdown's readers do
        assert anchor in [re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in headings]


def test_every_scene_in_it_can_be_read() -> None:
    for shot in GALLERY.pictures.values():
        assert not read_scene_text(shot.scene).warnings, shot.title


class Plain(PointEffect, name="plain", version=1):
    """Plain: does nothing."""

    amount: float = param(0.0, help="Nothing.")

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float) -> tuple[float, float, float, float]:
        return r, g, b, a


class Needing(Plain, name="needing", version=1):
    """Needing: cannot be shown without being told what."""

    what: float = param(help="What.")


class Reading(Plain, name="reading", version=1):
    """Reading: needs a file, and brings one to try it with."""

    table: Any = param(kind=File((".cube", ".csp"), sample="LUT_3D_SIZE 2"), help="The file.")


class Shown(Plain, name="shown", version=1):
    """Shown: with all that can be shown."""

    presets = MappingProxyType({"much": {"amount": 4}})
    examples = (
        Example("some", {"amount": 2}, on="cutout"),
        Example("both", layers="""
            - composition: other
            - composition: cutout
              effects: [{shown: {amount: 3}}]
            """),
    )  # fmt: skip


class Heard(Extension, name="heard", version=1):
    """Heard: of a kind that shows nothing."""


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        (Plain, ["plain"]),
        (Needing, []),
        (Reading, ["reading: {table: sample.cube}"]),
        (Heard, []),
        (
            Shown,
            [
                "shown: {amount: 2}",
                "- composition: other\n- composition: cutout\n  effects: [{shown: {amount: 3}}]",
                "shown: {preset: much}",
            ],
        ),
    ],
)
def test_what_is_shown(cls: type[Extension], words: list[str]) -> None:
    made = shots(cls.name, cls)
    assert [shot.words for shot in made] == words
    assert all(shot.files == ({"sample.cube": "LUT_3D_SIZE 2"} if cls is Reading else {}) for shot in made)
    known = replace(registry(), effects={cls.name: cls})
    for shot in made:
        compositions = read_scene_text(shot.scene, registry=known).compositions
        uses = [use.effect for layer in compositions["main"].layers for use in layer.effects]
        assert uses == [cls.name]


def test_a_picture_is_the_one_that_the_code_draws(tmp_path: Path) -> None:
    (tmp_path / "pictures" / "old").mkdir(parents=True)
    (tmp_path / "pictures" / "old" / "gone-1.jpg").touch()
    result = CliRunner().invoke(main, [str(tmp_path), "--only", "slate"], catch_exceptions=False)
    drawing = tmp_path / "pictures" / "generators" / "slate-1.jpg"
    assert result.output == f"{drawing}\n"
    with Image.open(drawing) as new, Image.open(FOLDER / drawing.relative_to(tmp_path)) as old:
        assert new.size == old.size == (320, 180)
        assert abs(np.asarray(new, float) - np.asarray(old, float)).mean() < 1.0
    assert drawn(drawing) == GALLERY.pictures["pictures/generators/slate-1.jpg"].digest
    assert not CliRunner().invoke(main, [str(tmp_path), "--only", "slate"]).output
    assert [path.name for path in tmp_path.glob("pictures/**/*.jpg")] == ["slate-1.jpg"]
    assert (tmp_path / "README.md").read_text("utf-8") == GALLERY.pages["README.md"]
