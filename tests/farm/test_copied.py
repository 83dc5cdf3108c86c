"""A film that is copied on a farm is, byte for byte, the one that is copied where its scene lies."""

from __future__ import annotations

from bundling import opened, task_of
from whole.making import Here, decoded, write_video

from reelwork.render.produce import make
from reelwork.render.progress import Silent
from reelwork_farm.model import Part, UnitKind

SCENE = """\
reelwork: 1
canvas: {size: [96, 54], fps: 24}
compositions: {main: {layers: [{file: clip.mp4}]}}
outputs: {film: {file: film.mp4, video: {copy: true}}}
"""


def test_a_copied_film_is_the_local_one_whatever_the_order(tmp_path):
    source = tmp_path / "scene"
    source.mkdir()
    (source / "scene.yaml").write_text(SCENE)
    tags = {"colorspace": 1, "color_range": 1, "color_trc": 1, "color_primaries": 1}
    write_video(source / "clip.mp4", frames=120, size=(96, 54), tags=tags)
    task = task_of(source / "scene.yaml", tmp_path / "film.mp4")
    work = opened(task, tmp_path)
    parts = [Part(0, UnitKind.RENDER, 0, 96, 1), Part(1, UnitKind.RENDER, 96, 120, 1)]
    made = {part.index: work.render(part, Silent()) for part in reversed(parts)}
    assert [made[part.index][1] for part in parts] == [96, 24]
    path, count = work.finish([made[part.index][0] for part in parts], Silent())
    assert count == 120
    assert path.read_bytes() == make(task, Silent(), Here()).path.read_bytes()
    pictures = zip(decoded(path), decoded(source / "clip.mp4"), strict=True)
    assert all((copied == own).all() for copied, own in pictures)
