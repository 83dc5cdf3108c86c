"""What a worker makes of a bundle is, byte for byte, what a render of the scene makes where it lies."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest
from bundling import carried, opened, task_of, write_scene
from whole.making import Here

from reelwork.errors import MediaError, OutputError, ReelworkError, RenderError
from reelwork.render import films
from reelwork.render.prepare import Settings
from reelwork.render.produce import make, measured
from reelwork.render.progress import Silent
from reelwork.render.units import UNIT_FRAMES, Request
from reelwork_farm.bundle import BundleError
from reelwork_farm.model import Part, UnitKind
from reelwork_farm.work import open_work


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    return write_scene(tmp_path_factory.mktemp("scene"))


class Told(Silent):
    """A report that counts."""

    def __init__(self) -> None:
        self.frames, self.stages = 0, []

    def advance(self, frames: int = 1) -> None:
        self.frames += frames

    def stage(self, name: str) -> None:
        self.stages.append(name)


def parts(first: int, stop: int) -> list[Part]:
    starts = [first, *range((first // UNIT_FRAMES + 1) * UNIT_FRAMES, stop, UNIT_FRAMES)]
    stops = [*starts[1:], stop]
    return [Part(index, UnitKind.RENDER, *span, 1) for index, span in enumerate(zip(starts, stops, strict=True))]


@pytest.mark.parametrize(("frames", "scale"), [(None, 1), ((90, 110), 1), ((5, 5), 2)])
@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_film_is_the_local_one_whatever_the_order(scene, tmp_path, frames, scale, suffix):
    task = task_of(scene, tmp_path / f"film{suffix}", frames=frames, scale=scale)
    work, report = opened(task, tmp_path), Told()
    wanted = parts(*((0, 120) if frames is None else (frames[0], frames[1] + 1)))
    made = {part.index: work.render(part, report) for part in reversed(wanted)}
    assert [made[part.index][1] for part in wanted] == [part.stop - part.first for part in wanted]
    assert report.frames == sum(count for _, count in made.values())
    path, count = work.finish([made[part.index][0] for part in wanted], report)
    assert count == report.frames / 2  # each was made, and seen again
    assert path.read_bytes() == make(task, Silent(), Here()).path.read_bytes()


def test_a_film_of_two_passes_is_the_local_one(tmp_path):
    path = tmp_path / "scene.yaml"
    path.write_text(
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions: {main: {duration: 120f, layers: [{solid: red}, "
        "{generate: {noise: {}}, duration: 96f}]}}\n"
        "outputs: {film: {file: film.mp4, video: {bitrate: 150k, two-pass: true, preset: ultrafast}}}\n"
    )
    local = make(task_of(path, tmp_path / "film.mp4"), Silent(), Here()).path.read_bytes()
    task = measured(task_of(path, tmp_path / "film.mp4"), Silent(), Here())
    first, second = task.request.shares
    assert first > 2 * second
    assert first + second == pytest.approx(150_000 * 5, abs=2)
    work = opened(task, tmp_path)
    segments = [work.render(part, Silent())[0] for part in reversed(parts(0, 120))]
    assert work.finish(segments[::-1], Silent())[0].read_bytes() == local


@pytest.mark.parametrize(
    ("output", "name"),
    [("animation", "x.gif"), ("sound", "x.flac"), ("sound", "x.mp3"), ("sound", "x.opus"), ("one", "one.exr")],
)
def test_one_file_is_the_local_one(scene, tmp_path, output, name):
    task = task_of(scene, tmp_path / "local" / name, output)
    path, count = opened(task, tmp_path).finish([], Told())
    assert count == {"animation": 24, "sound": 120, "one": 1}[output]
    assert path.name == name
    assert path.read_bytes() == make(task, Silent(), Here()).path.read_bytes()


@pytest.mark.parametrize(
    ("output", "name", "count"), [("instants", "i.png", 2), ("stills", "s-%03d.png", 3), ("stills", "s-%03d.qoi", 3)]
)
def test_several_files_come_in_order_as_one_tar(scene, tmp_path, output, name, count):
    frames = (95, 97) if output == "stills" else None
    task = task_of(scene, tmp_path / "local" / name, output, frames=frames)
    archives = []
    for turn in ("one", "two"):
        archive, found = opened(task, tmp_path / turn).finish([], Told())
        assert (found, archive.name) == (count, f"{name}.tar")
        archives.append(archive.read_bytes())
    assert archives[0] == archives[1]
    make(task, Silent(), Here())
    with tarfile.open(archive) as tar:
        come = {entry.name: tar.extractfile(entry).read() for entry in tar}
    assert come == {path.name: path.read_bytes() for path in (tmp_path / "local").iterdir()}
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]


def test_settings_travel(scene, tmp_path):
    for settings in (Settings({"tint": "#0000ff"}), Settings(draft=True)):
        task = task_of(scene, tmp_path / "one.png", "one", settings=settings)
        path, _ = opened(task, tmp_path).finish([], Told())
        assert path.read_bytes() == make(task, Silent(), Here()).path.read_bytes()


def test_a_draft_shows_the_same_slates(tmp_path):
    path = write_scene(tmp_path / "scene")
    (path.parent / "catalogue" / "records" / "bob" / "sketch.toml").unlink()  # which ada's still comes from
    (path.parent / "catalogue" / "records" / "ada" / "tone.toml").write_text("broken =")
    task = task_of(path, tmp_path / "one.png", "one", settings=Settings(draft=True))
    assert len(task.prepared.production.missing) == 2
    made, _ = opened(task, tmp_path).finish([], Told())
    assert made.read_bytes() == make(task, Silent(), Here()).path.read_bytes()


def test_the_keys_of_units_do_not_depend_on_where_the_scene_lies(scene, tmp_path):
    shutil.copytree(scene.parent, tmp_path / "copy")

    def keys(path: Path) -> list[str]:
        task = task_of(path, tmp_path / "film.mp4")
        film = films.plan_film(task.prepared, task.output, ".mp4", task.settings, Request(), tmp_path)
        return [unit.key for unit in film.units]

    assert keys(scene) == keys(tmp_path / "copy" / "scene.yaml")


@pytest.mark.parametrize("part", [(0, 0, 95), (1, 0, 96), (2, 120, 144), (0, 1, 96), (-1, 96, 120)])
def test_a_part_that_the_job_does_not_have_is_refused(scene, tmp_path, part):
    work = opened(task_of(scene, tmp_path / "film.mp4"), tmp_path)
    with pytest.raises(BundleError, match="the job has no unit"):
        work.render(Part(part[0], UnitKind.RENDER, part[1], part[2], 1), Told())


def test_what_is_not_a_film_has_no_units(scene, tmp_path):
    work = opened(task_of(scene, tmp_path / "x.flac", "sound"), tmp_path)
    with pytest.raises(BundleError, match="not rendered in units"):
        work.render(parts(0, 96)[0], Told())


def test_segments_that_are_missing_torn_or_of_another_film_are_refused(scene, tmp_path):
    work = opened(task_of(scene, tmp_path / "film.mp4"), tmp_path)
    first, second = (work.render(part, Told())[0] for part in parts(0, 120))
    with pytest.raises(OutputError, match="96 frames were rendered where 120 are due"):
        work.finish([first], Told())
    other = opened(task_of(scene, tmp_path / "film.mkv", scale=2), tmp_path / "other")
    with pytest.raises(OutputError, match="encoded"):
        work.finish([other.render(parts(0, 120)[0], Told())[0], second], Told())
    first.write_bytes(first.read_bytes()[:-100])
    with pytest.raises(OutputError, match="torn"):
        work.finish([first, second], Told())
    assert not (tmp_path / "into" / "film.mp4").exists()


def test_a_film_that_is_not_what_it_should_be_is_not_handed_in(scene, tmp_path, monkeypatch):
    work = opened(task_of(scene, tmp_path / "film.mp4", frames=(0, 3)), tmp_path)
    segment, _ = work.render(parts(0, 4)[0], Told())
    monkeypatch.setattr(films.Film, "samples", 48_000)
    with pytest.raises(RenderError, match=r"film\.mp4 is not what it should be: .* samples were decoded, not 48000"):
        work.finish([segment], Told())
    assert not (tmp_path / "into" / "film.mp4").exists()


def test_a_segment_that_lacks_a_picture_is_not_handed_in(scene, tmp_path, monkeypatch):
    work = opened(task_of(scene, tmp_path / "film.mp4", frames=(0, 3)), tmp_path)
    monkeypatch.setattr(films, "count_pictures", lambda path: 3)
    with pytest.raises(RenderError, match="3 pictures were decoded from frames 0-3, which are 4"):
        work.render(parts(0, 4)[0], Told())
    assert not list((tmp_path / "into").iterdir())


def test_a_damaged_file_is_named_as_the_scene_names_it_with_its_layers(tmp_path):
    path = write_scene(tmp_path / "scene")
    clip = path.parent / "footage" / "clip.mp4"
    harmed = bytearray(clip.read_bytes())
    middle = slice(len(harmed) // 3, len(harmed) // 2)
    harmed[middle] = bytes(byte * 7 + 13 & 255 for byte in harmed[middle])
    clip.write_bytes(harmed)
    work = opened(task_of(path, tmp_path / "film.mp4"), tmp_path)
    with pytest.raises(MediaError, match=r"\Afootage/clip\.mp4: .*\n  in compositions\.main\.layers\[1\]") as caught:
        work.render(parts(0, 120)[0], Told())
    assert str(tmp_path) not in str(caught.value)


def test_a_lock_that_does_not_fit_its_scene_is_refused(scene, tmp_path):
    tree = carried(task_of(scene, tmp_path / "i.png", "instants"), tmp_path)
    lock = tree / "scene.lock"
    text = lock.read_text()
    lock.unlink()  # it is a link to the machine's own copy
    for old, new in (('"instants"', '"nowhere"'), ('"stop":2', '"stop":9'), ('"i.png"', '"i.xyz"')):
        assert old in text
        lock.write_text(text.replace(old, new))
        with pytest.raises(ReelworkError):
            open_work(tree, tmp_path).finish([], Told())
