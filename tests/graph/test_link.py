"""What linking says about files, records and catalogues that cannot be had."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from catalogue.shelves import VALLEY, record, shelf, write
from media.clips import make_sound

from reelwork.errors import SceneError
from reelwork.render.prepare import Prepared, Settings, prepare


def scene(folder: Path, *layers: str, top: str = "catalogue: catalogue") -> Path:
    listed = "\n".join(f"      - {layer}" for layer in layers)
    text = f"reelwork: 1\n{top}\ncompositions:\n  main:\n    duration: 1s\n    layers:\n{listed}\n"
    return write(folder, "scene.yaml", text)


def prepared(folder: Path, *layers: str, top: str = "catalogue: catalogue", draft: bool = False) -> Prepared:
    return prepare(scene(folder, *layers, top=top), Settings(draft=draft))


def problems(folder: Path, *layers: str, top: str = "catalogue: catalogue") -> list[str]:
    with pytest.raises(SceneError) as caught:
        prepared(folder, *layers, top=top)
    return [
        f"{problem.place and Path(problem.place.file).name}:{problem.place and problem.place.line} {problem.message}"
        for problem in caught.value.problems
        if not problem.warning
    ]


def test_a_file_outside_the_scenes_folder_is_not_read_however_it_is_named(tmp_path):
    folder = tmp_path / "scene"
    secret = write(tmp_path, "secret.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>")
    folder.mkdir()
    (folder / "link.svg").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    names = [str(secret), "../secret.svg", "link.svg", "folder/secret.svg", "folder/../secret.svg"]
    found = problems(folder, *(f"file: {name}" for name in names))
    assert len(found) == len(names)
    assert all("lies outside the scene's folder" in problem for problem in found)


def test_a_folder_that_the_owner_names_is_read(tmp_path, monkeypatch):
    write(tmp_path, "media/secret.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>")
    monkeypatch.setenv("REELWORK_ROOTS", os.pathsep.join(["", str(tmp_path / "media")]))
    assert prepared(tmp_path / "scene", "file: ../media/secret.svg")


@pytest.mark.parametrize("name", ["gone.mp4", "pipe", f"{'a' * 5000}.mp4", "~/x.png"])
def test_what_is_no_file_is_said_to_be_none(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    (problem,) = problems(tmp_path, f"file: {name}")
    assert problem.startswith("scene.yaml:7 there is no file")
    assert "did you mean" not in problem


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("media/Harbour.MP4", "; did you mean 'media/harbour.mp4'?"),
        ("media/harbor.mp4", "; did you mean 'media/harbour.mp4'?"),
        ("media/harbour.mov", "; did you mean 'media/harbour.mp4'?"),
        ("medai/valley.svg", "; did you mean 'media/valley.svg'?"),
        ("media/more/Take_2.png", "; did you mean 'media/more/TAKE-2.png'?"),
        ("media/scene.mp4", "/scene"),
        ("media/*.mov", "; the number in the names of numbered files is written %d, or %04d for one of four digits"),
        ("media/more", "'media/more' is a folder; name a file in it"),
        (".", "'.' is a folder; name a file in it"),
    ],
)
def test_a_missing_file_is_told_with_the_nearest_one(tmp_path, name, said):
    for there in ("harbour.mp4", "harvest.png", "scene.yaml", "more/TAKE-2.png", "more/TAKE-1.png"):
        write(tmp_path / "scene", f"media/{there}", "")
    write(tmp_path / "scene", "media/valley.svg", "")
    write(tmp_path, "harbour.mp4", "")
    (problem,) = problems(tmp_path / "scene", f"file: '{name}'")
    assert problem.endswith(said)


def test_what_is_wrong_with_texts_is_told_beside_missing_files(tmp_path):
    found = problems(tmp_path, "file: gone.mp4", "{text: {content: a, font: Zapfino}}", '{text: {content: "\\u0378"}}')
    assert [each.split()[0] for each in found] == ["scene.yaml:7", "scene.yaml:8", "scene.yaml:9"]
    assert "there is no font 'Zapfino'" in found[1]
    assert "no font has a glyph for U+0378" in found[2]


def test_what_is_wrong_with_texts_is_told_beside_sources_that_are_too_short(tmp_path):
    make_sound(tmp_path / "tone.wav", np.zeros((2, 48_000), np.float32))
    layers = ("{file: tone.wav, duration: 9s}", "{file: tone.wav, in: 2s}", "{text: {content: a, font: Zapfino}}")
    found = problems(tmp_path, *layers)
    assert all(map(str.__contains__, found, ("there are only 1s", "begin earlier", "'Zapfino'")))
    assert len(found) == 3


def test_names_outside_the_scenes_folder_are_not_told(tmp_path):
    write(tmp_path, "secret/harbour.mp4", "")
    (problem,) = problems(tmp_path / "scene", "file: ../secert/harbour.mp4")
    assert "lies outside" in problem
    assert "secret" not in problem


def test_links_in_a_circle_are_an_error(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    (problem,) = problems(tmp_path, "file: one/valley.svg")
    assert "'one/valley.svg' cannot be read: its links lead in a circle" in problem


def test_a_missing_file_does_not_make_the_composition_endless(tmp_path):
    path = write(tmp_path, "scene.yaml", "reelwork: 1\ncompositions: {main: {layers: [{file: gone.mp4}]}}\n")
    with pytest.raises(SceneError) as caught:
        prepare(path, Settings())
    assert [problem.message for problem in caught.value.problems if not problem.warning] == [
        f"there is no file 'gone.mp4' in {tmp_path.resolve()}"
    ]


def test_a_catalogue_that_is_missing_is_said_once_at_its_key(tmp_path):
    (tmp_path / "empty").mkdir()
    layers = ["asset: mirtle/valley", "asset: mirtle/road"]
    for top, said in (
        ("catalogue: nowhere", "scene.yaml:2"),
        ("catalogue: empty", "scene.yaml:2"),
        ("title: none", "scene.yaml:1 the scene names records, but no catalogue"),
    ):
        (problem,) = problems(tmp_path, *layers, top=top)
        assert problem.startswith(said)
        draft = prepared(tmp_path, *layers, top=top, draft=True)
        assert len(draft.warnings) == 1
        assert len(draft.production.missing) == 2


def test_what_is_wrong_in_a_record_is_said_once_with_the_layer_that_uses_it(tmp_path):
    shelf(tmp_path / "catalogue", valley=record(sha256=f'"{"0" * 64}"'))
    path = scene(tmp_path, "asset: mirtle/valley", "asset: mirtle/valley", "asset: mirtle/valey", "asset: mirtle/valey")
    with pytest.raises(SceneError) as caught:
        prepare(path, Settings())
    said = [(Path(problem.place.file).name, problem.path) for problem in caught.value.problems]
    assert sorted(said) == [
        ("scene.yaml", "compositions.main.layers[2].asset"),
        ("scene.yaml", "compositions.main.layers[3].asset"),
        ("valley.toml", "compositions.main.layers[0].asset"),
    ]


def test_a_record_of_another_kind_than_its_file_is_doubtful(tmp_path):
    shelf(tmp_path / "catalogue", valley=record(kind='"video"'))
    (warning,) = prepared(tmp_path, "asset: mirtle/valley", "asset: mirtle/valley").warnings
    assert warning.message == "the record 'mirtle/valley' is of kind video, but its file is a still"


def test_an_enclosed_scene_reads_what_is_enclosed_and_nothing_else_outside_its_folder(tmp_path, monkeypatch):
    shelf(tmp_path / "carried" / "catalogue", valley=record())
    shelf(tmp_path / "secret" / "catalogue", valley=record())
    inside, outside = (write(tmp_path, name, VALLEY) for name in ("scene/inside.svg", "secret/outside.svg"))
    monkeypatch.setenv("REELWORK_ROOTS", str(tmp_path))
    path = scene(
        tmp_path / "scene", "file: inside.svg", "file: /far/away.svg", "asset: mirtle/valley", top="catalogue: /far"
    )
    enclosed = {"/far/away.svg": outside, "/far": tmp_path / "carried" / "catalogue"}
    media = prepare(path, Settings(enclosed=enclosed)).production.media
    carried = tmp_path / "carried" / "catalogue" / "media" / "valley.svg"
    assert [Path(each.path) for each in media.values()] == [inside, outside, carried]
    for layer, top in (
        (f"file: {outside}", "title: x"),
        ("file: ../secret/outside.svg", "title: x"),
        ("asset: mirtle/valley", f"catalogue: {tmp_path / 'secret' / 'catalogue'}"),
    ):
        with pytest.raises(SceneError, match="lies outside the scene's folder, and is not enclosed with it"):
            prepare(scene(tmp_path / "scene", layer, top=top), Settings(enclosed={}))


def test_damaged_sound_is_an_error_with_its_place_and_silence_in_a_draft(tmp_path):
    rng = np.random.default_rng(1)
    whole = make_sound(tmp_path / "bad.flac", 0.1 * rng.standard_normal((2, 96_000)).astype(np.float32), "flac")
    data = bytearray(whole.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    whole.write_bytes(data)
    layers = "file: bad.flac", "file: bad.flac"
    assert problems(tmp_path, *layers, top="title: damaged") == [
        f"scene.yaml:7 {whole}: its sound is damaged from 0.9s to 1.1s"
    ]
    (warning,) = [
        p for p in prepared(tmp_path, *layers, top="title: damaged", draft=True).warnings if "damaged" in p.message
    ]
    assert warning.remedy == "it is silent there in this draft"
    assert prepared(tmp_path, "file: bad.flac\n        sound: {mute: true}", top="title: damaged")


def test_what_fills_a_slot_is_held_against_its_call(tmp_path):
    shelf(tmp_path / "catalogue", free=record(licence='"CC0-1.0"'), alike=record(licence='"CC-BY-SA-4.0"'))
    slot = "{{id: {}, slot: {{brief: A valley, kind: {}, licence: {}}}, filled-by: mirtle/{}}}"
    made = prepared(
        tmp_path,
        slot.format("a", "illustration", "CC-BY-4.0", "free"),
        slot.format("b", "video", "CC-BY-4.0", "alike"),
        top="catalogue: catalogue\nlicence: CC-BY-SA-4.0",
    )
    assert [problem.message for problem in made.warnings] == [
        "the call asks for a video, and the record mirtle/alike is an illustration",
        "the call asks for CC-BY-4.0, and the record mirtle/alike is under CC-BY-SA-4.0",
    ]
    call = "{id: c, slot: {brief: A valley, licence: CC-FOO}}"
    assert problems(tmp_path, call) == [
        "scene.yaml:7 the licence 'CC-FOO' names 'CC-FOO', which is not on the SPDX list"
    ]


def test_makers_of_whom_nothing_can_be_read_are_an_error(tmp_path):
    shelf(tmp_path / "catalogue", valley=record(), hill=record())
    write(tmp_path, "catalogue/people/mirtle.toml", 'displayname = "mirtle"\n')
    found = problems(tmp_path, "asset: mirtle/valley", "asset: mirtle/hill", top="licence: CC-BY-4.0")
    assert sorted(found) == ["mirtle.toml:1 display_name is missing", "mirtle.toml:1 unknown key 'displayname'"]
